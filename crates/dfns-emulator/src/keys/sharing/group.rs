//! What secret sharing needs of a curve: its scalars, and the points they give.

use std::ops::{Add, Mul, Sub};

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::{Field, PrimeField};
use k256::{FieldBytes, ProjectivePoint, PublicKey};
use sha2::{Digest, Sha512};
use starknet_types_core::curve::AffinePoint;

use super::super::material::Curve;
use super::super::stark;

/// A group of prime order with its scalars, all of which are written as 32 bytes, big-endian.
pub(super) trait Group {
    /// The curve, by whose name scalars and points are labelled.
    const CURVE: Curve;
    type Scalar: Copy
        + PartialEq
        + From<u64>
        + Add<Output = Self::Scalar>
        + Sub<Output = Self::Scalar>
        + Mul<Output = Self::Scalar>;
    type Point: PartialEq;

    /// The scalar of 32 bytes that are below the order.
    fn scalar(bytes: [u8; 32]) -> Option<Self::Scalar>;
    /// Some scalar of 32 random bytes; every one is about as likely.
    fn random_scalar(random: &[u8; 32]) -> Self::Scalar;
    /// The bytes of a scalar.
    fn bytes(scalar: &Self::Scalar) -> [u8; 32];
    /// One through the scalar; nothing for zero.
    fn invert(scalar: &Self::Scalar) -> Option<Self::Scalar>;
    /// The point of its encoding, compressed or not; nothing if it is not in the group.
    fn point(bytes: &[u8]) -> Option<Self::Point>;
    /// The generator times a scalar.
    fn generate(scalar: &Self::Scalar) -> Self::Point;
}

/// secp256k1.
pub(super) struct Secp256k1;

/// The group of prime order in Ed25519.
pub(super) struct Ed25519;

/// The curve of Starknet.
pub(super) struct Stark;

impl Group for Secp256k1 {
    const CURVE: Curve = Curve::Secp256k1;
    type Scalar = k256::Scalar;
    type Point = ProjectivePoint;

    fn scalar(bytes: [u8; 32]) -> Option<k256::Scalar> {
        k256::Scalar::from_repr(FieldBytes::from(bytes)).into_option()
    }

    fn random_scalar(random: &[u8; 32]) -> k256::Scalar {
        <k256::Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(*random))
    }

    fn bytes(scalar: &k256::Scalar) -> [u8; 32] {
        scalar.to_bytes().into()
    }

    fn invert(scalar: &k256::Scalar) -> Option<k256::Scalar> {
        Field::invert(scalar).into_option()
    }

    fn point(bytes: &[u8]) -> Option<ProjectivePoint> {
        PublicKey::from_sec1_bytes(bytes)
            .ok()
            .map(|point| point.to_projective())
    }

    fn generate(scalar: &k256::Scalar) -> ProjectivePoint {
        ProjectivePoint::GENERATOR * scalar
    }
}

impl Group for Ed25519 {
    const CURVE: Curve = Curve::Ed25519;
    type Scalar = curve25519_dalek::Scalar;
    type Point = EdwardsPoint;

    fn scalar(mut bytes: [u8; 32]) -> Option<curve25519_dalek::Scalar> {
        bytes.reverse();
        curve25519_dalek::Scalar::from_canonical_bytes(bytes).into_option()
    }

    fn random_scalar(random: &[u8; 32]) -> curve25519_dalek::Scalar {
        // The order is far from a power of two: only twice the length makes every scalar about as likely.
        curve25519_dalek::Scalar::from_bytes_mod_order_wide(&Sha512::digest(random).into())
    }

    fn bytes(scalar: &curve25519_dalek::Scalar) -> [u8; 32] {
        let mut bytes = scalar.to_bytes();
        bytes.reverse();
        bytes
    }

    fn invert(scalar: &curve25519_dalek::Scalar) -> Option<curve25519_dalek::Scalar> {
        (*scalar != curve25519_dalek::Scalar::ZERO).then(|| scalar.invert())
    }

    fn point(bytes: &[u8]) -> Option<EdwardsPoint> {
        let point = CompressedEdwardsY::from_slice(bytes).ok()?.decompress()?;
        point.is_torsion_free().then_some(point)
    }

    fn generate(scalar: &curve25519_dalek::Scalar) -> EdwardsPoint {
        EdwardsPoint::mul_base(scalar)
    }
}

impl Group for Stark {
    const CURVE: Curve = Curve::Stark;
    type Scalar = stark::Scalar;
    type Point = AffinePoint;

    fn scalar(bytes: [u8; 32]) -> Option<stark::Scalar> {
        stark::Scalar::from_bytes(&bytes)
    }

    fn random_scalar(random: &[u8; 32]) -> stark::Scalar {
        stark::Scalar::from_random(random)
    }

    fn bytes(scalar: &stark::Scalar) -> [u8; 32] {
        scalar.to_bytes()
    }

    fn invert(scalar: &stark::Scalar) -> Option<stark::Scalar> {
        scalar.invert()
    }

    fn point(bytes: &[u8]) -> Option<AffinePoint> {
        stark::point_of(bytes)
    }

    fn generate(scalar: &stark::Scalar) -> AffinePoint {
        stark::point(*scalar)
    }
}
