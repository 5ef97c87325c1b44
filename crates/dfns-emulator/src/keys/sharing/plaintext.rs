//! What is inside of an encrypted share: JSON with labelled scalars and points.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::hex;
use super::group::Group;

/// The one version of shares that there is.
pub(super) const VERSION: u32 = 1;

/// A scalar with the name of its curve.
#[derive(Serialize, Deserialize)]
pub(super) struct LabelledScalar {
    curve: String,
    scalar: Zeroizing<String>,
}

/// A point with the name of its curve.
#[derive(Serialize, Deserialize)]
pub(super) struct LabelledPoint {
    curve: String,
    point: String,
}

/// A share on its way in.
#[derive(Deserialize)]
pub(super) struct ImportedShare {
    pub(super) version: u32,
    pub(super) secret_share: LabelledScalar,
    pub(super) public_shares: Vec<LabelledPoint>,
}

/// A share on its way out. The order of the fields is that of the official library.
#[derive(Serialize)]
pub(super) struct ExportedShare {
    pub(super) version: u32,
    pub(super) index: LabelledScalar,
    pub(super) secret_share: LabelledScalar,
}

impl LabelledScalar {
    pub(super) fn write<G: Group>(scalar: &G::Scalar) -> Self {
        let scalar = Zeroizing::new(hex::encode(&G::bytes(scalar)));
        Self {
            curve: G::CURVE.name().to_owned(),
            scalar,
        }
    }

    pub(super) fn read<G: Group>(&self) -> Option<G::Scalar> {
        (self.curve == G::CURVE.name())
            .then(|| hex::decode_array(&self.scalar))
            .flatten()
            .and_then(G::scalar)
    }
}

impl LabelledPoint {
    pub(super) fn read<G: Group>(&self) -> Option<G::Point> {
        (self.curve == G::CURVE.name())
            .then(|| hex::decode(&self.point))
            .flatten()
            .and_then(|bytes| G::point(&bytes))
    }
}
