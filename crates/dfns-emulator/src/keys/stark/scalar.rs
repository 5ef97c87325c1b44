//! Scalars of the curve of Starknet: numbers below the order of its group.
//!
//! Invariant: a scalar is always below the order.

use std::ops::{Add, Mul, Sub};

use k256::elliptic_curve::bigint::{NonZero, Odd, U256};
use starknet_types_core::felt::Felt;

/// The order of the group, a prime a little above 2^251.
const ORDER: Odd<U256> = Odd::<U256>::from_be_hex("0800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f");

/// A number below the order of the group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scalar(U256);

impl Scalar {
    /// The scalar of 32 bytes, big-endian, that are below the order.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let number = U256::from_be_slice(bytes);
        (number < *ORDER.as_ref()).then_some(Self(number))
    }

    /// A scalar of 32 bytes, big-endian, without the top five bits: every one below 2^251 is as likely.
    pub(crate) fn from_random(bytes: &[u8; 32]) -> Self {
        let mut bytes = *bytes;
        bytes[0] &= 0x07;
        Self(U256::from_be_slice(&bytes))
    }

    /// The 32 bytes, big-endian.
    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.to_be_bytes().as_ref());
        bytes
    }

    /// One through the scalar; nothing for zero.
    pub(crate) fn invert(&self) -> Option<Self> {
        self.0.invert_odd_mod(&ORDER).into_option().map(Self)
    }

    /// True for zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.0 == U256::ZERO
    }

    /// The scalar as an element of the field, whose prime is larger than the order.
    pub(crate) fn to_felt(self) -> Felt {
        Felt::from_bytes_be(&self.to_bytes())
    }
}

fn order() -> &'static NonZero<U256> {
    ORDER.as_nz_ref()
}

impl From<u64> for Scalar {
    fn from(number: u64) -> Self {
        Self(U256::from_u64(number))
    }
}

impl Add for Scalar {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.add_mod(&other.0, order()))
    }
}

impl Sub for Scalar {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.sub_mod(&other.0, order()))
    }
}

impl Mul for Scalar {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(self.0.mul_mod(&other.0, order()))
    }
}

#[cfg(test)]
mod tests {
    use super::{ORDER, Scalar};
    use k256::elliptic_curve::bigint::U256;

    #[test]
    fn a_number_from_the_order_on_is_no_scalar() {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(ORDER.as_ref().to_be_bytes().as_ref());
        assert!(Scalar::from_bytes(&bytes).is_none());
        bytes[31] -= 1;
        let largest = Scalar::from_bytes(&bytes).unwrap();
        assert!((largest + Scalar::from(1)).is_zero());
        assert!(Scalar::from(0) - Scalar::from(1) == largest);
        assert!(Scalar::from_bytes(&[0xff; 32]).is_none());
    }

    #[test]
    fn a_scalar_times_its_inverse_is_one() {
        let scalar = Scalar::from_random(&[0xa5; 32]);
        assert!(scalar * scalar.invert().unwrap() == Scalar::from(1));
        assert!(Scalar(U256::ZERO).invert().is_none());
    }
}
