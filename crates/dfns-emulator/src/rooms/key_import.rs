//! Keys that were made elsewhere and come in shares, one for each signer.
//!
//! Invariant: an import never makes a second active key of a private key that the organisation has already.

use dfns_types::{EncryptedKeyShare, ImportKeyRequest, ImportWalletRequest, Key, KeyCurve, KeyProtocol, KeyStatus};

use super::key_owner;
use super::key_store::{self, NewKey, Source};
use super::refusals::{check_text, invalid_field, key_refusal};
use super::signers::signers;
use super::wallets::{self, Labels};
use crate::context::Context;
use crate::keys::sharing::{EncryptedShare, SharingError, THRESHOLD};
use crate::keys::{Curve, KeyMaterial, Scheme};
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// How long names and external ids may be, in characters.
const LABEL_LENGTH: usize = 100;

/// `POST /keys/import`.
pub(super) fn import(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ImportKeyRequest = context.call.body()?;
    check_text("name", request.name.as_deref(), 0, LABEL_LENGTH)?;
    let material = Shared {
        curve: &request.curve,
        protocol: &request.protocol,
        min_signers: request.min_signers,
        shares: &request.encrypted_key_shares,
    }
    .combine(context)?;
    let is_master = request.master_key.unwrap_or(false);
    Reply::json(&keep(context, material, request.name, is_master)?)
}

/// `POST /wallets/import`.
pub(super) fn import_wallet(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ImportWalletRequest = context.call.body()?;
    let chain = wallets::known_chain(&request.network)?;
    check_text("name", request.name.as_deref(), 0, LABEL_LENGTH)?;
    check_text("externalId", request.external_id.as_deref(), 0, LABEL_LENGTH)?;
    let material = Shared {
        curve: &request.curve,
        protocol: &request.protocol,
        min_signers: request.min_signers,
        shares: &request.encrypted_key_shares,
    }
    .combine(context)?;
    let key = keep(context, material, None, false)?;
    let labels = Labels {
        name: request.name,
        external_id: request.external_id,
        tags: Vec::new(),
    };
    Reply::json(&wallets::create_on(context, &key, chain, labels)?)
}

/// The part of a request that holds the key.
struct Shared<'a> {
    curve: &'a KeyCurve,
    protocol: &'a KeyProtocol,
    min_signers: i32,
    shares: &'a [EncryptedKeyShare],
}

impl Shared<'_> {
    fn combine(&self, context: &Context<'_>) -> Result<KeyMaterial, Refusal> {
        let protocol = self.protocol.as_str();
        let scheme = scheme_of(self.protocol)
            .ok_or_else(|| invalid_field("protocol", &format!("unknown value {protocol:?}")))?;
        let curve = Curve::from_name(self.curve.as_str())
            .ok_or_else(|| invalid_field("curve", &format!("unknown value {:?}", self.curve.as_str())))?;
        if key_store::format_of(scheme.name(), curve.name()).is_err() {
            return Err(invalid_field(
                "protocol",
                &format!("{protocol} does not make keys on the curve {curve}"),
            ));
        }
        if usize::try_from(self.min_signers) != Ok(THRESHOLD) {
            return Err(invalid_field(
                "minSigners",
                &format!("expected {THRESHOLD}, found {}", self.min_signers),
            ));
        }
        let share = |share: &EncryptedKeyShare| EncryptedShare {
            signer_id: share.signer_id.clone(),
            ciphertext: share.encrypted_key_share.clone(),
        };
        let shares: Vec<EncryptedShare> = self.shares.iter().map(share).collect();
        let scalar = signers(context)?
            .combine(curve, &shares)
            .map_err(|error| sharing_refusal(&error))?;
        KeyMaterial::from_scalar(scheme, curve, &scalar).map_err(key_refusal)
    }
}

/// What a protocol signs with; `None` for one that we do not know.
pub(super) fn scheme_of(protocol: &KeyProtocol) -> Option<Scheme> {
    match protocol {
        KeyProtocol::CGGMP24 | KeyProtocol::CGGMP21 | KeyProtocol::KU23 => Some(Scheme::Ecdsa),
        KeyProtocol::FROST => Some(Scheme::EdDsa),
        KeyProtocol::FROSTBITCOIN => Some(Scheme::Schnorr),
        KeyProtocol::GLOW20DH => Some(Scheme::DiffieHellman),
        _ => None,
    }
}

/// The refusal of shares that are not what they should be.
pub(super) fn sharing_refusal(error: &SharingError) -> Refusal {
    match error {
        SharingError::OutsideGroup => Refusal::internal(error),
        SharingError::InvalidEncryptionKey => invalid_field("encryptionKey", &error.to_string()),
        _ => invalid_field("encryptedKeyShares", &error.to_string()),
    }
}

fn keep(context: &Context<'_>, material: KeyMaterial, name: Option<String>, is_master: bool) -> Result<Key, Refusal> {
    let org = context.caller()?.org();
    let public_key = dfns_types::Hex::from_bytes_bare(material.public_key());
    let keys = context.store.all::<Key>(Listing {
        org,
        parent: None,
        owner: None,
    })?;
    let is_same = |key: &&Key| {
        key.status == KeyStatus::Active
            && key.public_key == public_key
            && key.scheme.as_str() == material.scheme().name()
    };
    if let Some(present) = keys.iter().find(is_same) {
        let message = format!("key {} has the same private key", present.id);
        return Err(Refusal::conflict(message).with("keyId", present.id.as_str()));
    }
    let owner = key_owner::owner_for(context, None, None)?;
    let (scheme, curve) = (material.scheme(), material.curve());
    let source = Source::Imported(material);
    key_store::create_key(
        context,
        NewKey {
            scheme,
            curve,
            source,
            name,
            is_master,
            owner,
        },
    )
}
