//! One signature request: what is hashed, who signs, and how the answer is written.
//!
//! Invariant: what cannot be signed as asked is refused with a reason; nothing is signed in another way instead.

mod cip8;
mod encode;
mod message;
mod request;
pub(super) mod substrate;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vector_tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use super::address::cardano_address_bytes;
use super::digest::{blake2b_256, keccak256, sha256};
use super::eip712;
use super::error::KeyError;
use super::hex;
use super::material::{KeyMaterial, RawSignature, Scheme};
use super::network::{AddressRule, Family, network};
use super::rlp;
use super::stark::{self, TypedData};
use super::taproot::MerkleRoot;
use super::transaction::{self, SignedTransaction};

pub(crate) use encode::der;
pub(crate) use request::SignatureRequest;

/// What a signature is meant for: it decides how to hash and how to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A network by its API id; also the networks that are keys only (`KeyECDSA`, …).
    Network(&'a str),
    /// Any network of a family.
    Kind(Family),
    /// Nothing was said.
    None,
}

impl Target<'_> {
    fn family(self) -> Option<Family> {
        match self {
            Self::Network(id) => network(id).map(|network| network.family),
            Self::Kind(family) => Some(family),
            Self::None => None,
        }
    }

    fn network(&self) -> Option<&str> {
        if let Self::Network(id) = self { Some(id) } else { None }
    }

    /// Whether the addresses of the network are segwit; a family alone does not tell.
    fn has_segwit(self) -> bool {
        let Self::Network(id) = self else { return false };
        network(id).is_some_and(|network| matches!(network.address, AddressRule::SegWit { .. }))
    }

    fn name(self) -> String {
        match self {
            Self::Network(id) => id.to_owned(),
            Self::Kind(family) => format!("{family:?} networks"),
            Self::None => "a key without a network".to_owned(),
        }
    }
}

/// The parts of a signature as the API shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SignatureParts {
    /// `0x` and 64 hexadecimal digits.
    pub(crate) r: String,
    /// `0x` and 64 hexadecimal digits.
    pub(crate) s: String,
    /// 0 or 1, with ECDSA only.
    #[serde(rename = "recid", skip_serializing_if = "Option::is_none")]
    pub(crate) recovery_id: Option<u8>,
    /// The signature as the chain writes it, after `0x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoded: Option<String>,
}

/// The answer to a signature request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Signed {
    pub(crate) signature: Option<SignatureParts>,
    /// Of a PSBT, one for each input that was signed.
    pub(crate) signatures: Vec<SignatureParts>,
    /// The `signedData` of the API: the signed transaction, or what else holds message and signature.
    #[expect(clippy::struct_field_names, reason = "the name of the API")]
    pub(crate) signed_data: Option<String>,
    /// The id of the signed transaction.
    pub(crate) transaction_hash: Option<String>,
}

/// Signs a request.
///
/// # Errors
/// [`KeyError::InvalidInput`] if a field is malformed; [`KeyError::UnsupportedSignature`] for a kind that the emulator
/// or the network does not have; [`KeyError::UnsupportedKey`] if the key does not sign.
#[expect(clippy::too_many_lines, reason = "a table: one arm a kind")]
pub(crate) fn sign(key: &KeyMaterial, target: Target<'_>, request: &SignatureRequest) -> Result<Signed, KeyError> {
    let target = match (target, request.only_family()) {
        (Target::None, Some(family)) => Target::Kind(family),
        _ => target,
    };
    let family = target.family();
    let unsupported = || KeyError::UnsupportedSignature {
        kind: request.kind(),
        network: target.name(),
    };
    let only = |wanted: Family| {
        if family == Some(wanted) {
            Ok(())
        } else {
            Err(unsupported())
        }
    };
    let raw = match request {
        SignatureRequest::Hash {
            hash,
            taproot_merkle_root,
        } => {
            let raw = key.sign_digest(&read_hash(hash)?, merkle_root(key, taproot_merkle_root.as_deref())?)?;
            return match family {
                Some(_) => answer(family, key, raw),
                // Without a chain there is no encoding to choose.
                None => Ok(Signed {
                    signature: Some(parts(raw, None)),
                    ..Signed::default()
                }),
            };
        }
        SignatureRequest::Message { message } => {
            let message = read_hex("message", message)?;
            if family == Some(Family::Ton)
                && let Some(signed) = transaction::sign_cell(key, &message)
            {
                let (raw, cell) = signed?;
                let mut answer = answer(family, key, raw)?;
                answer.signed_data = Some(hex::encode_prefixed(&cell));
                return Ok(answer);
            }
            match (family, key.scheme()) {
                (Some(Family::Evm), Scheme::Ecdsa) => ecdsa(key, &message::ethereum(&message))?,
                (Some(Family::Tron), Scheme::Ecdsa) => ecdsa(key, &message::tron(&message))?,
                (_, Scheme::EdDsa) => key.sign_message(&message)?,
                _ => return Err(unsupported()),
            }
        }
        SignatureRequest::Eip191 { message } => {
            only(Family::Evm)?;
            ecdsa(key, &message::ethereum(&read_hex("message", message)?))?
        }
        SignatureRequest::Eip712 { types, domain, message } => {
            only(Family::Evm)?;
            ecdsa(key, &eip712::digest(types, domain, message)?)?
        }
        SignatureRequest::Eip7702 {
            address,
            chain_id,
            nonce,
        } => {
            only(Family::Evm)?;
            ecdsa(key, &authorization(address, *chain_id, *nonce)?)?
        }
        SignatureRequest::Transaction { transaction } if family == Some(Family::Starknet) => {
            let hash = stark::transaction_hash(target.network(), transaction)?;
            return Ok(Signed {
                signature: Some(parts(ecdsa(key, &hash)?, None)),
                transaction_hash: Some(hex::encode_prefixed(&hash)),
                ..Signed::default()
            });
        }
        SignatureRequest::Transaction { transaction } => {
            let signed = sign_transaction(key, target, transaction).unwrap_or_else(|| Err(unsupported()))?;
            if let Some(Family::Iota | Family::Sui) = family {
                let encoded = transaction::sui_signature(key, &signed.signature.to_bytes());
                return Ok(Signed {
                    signature: Some(parts(signed.signature, Some(encoded))),
                    transaction_hash: Some(signed.hash),
                    ..Signed::default()
                });
            }
            return signed_transaction(family, key, signed);
        }
        SignatureRequest::SignDocDirect { sign_doc } => {
            only(Family::Cosmos)?;
            ecdsa(key, &sha256(&[&read_hex("signDoc", sign_doc)?]))?
        }
        SignatureRequest::SignerPayload { payload } => {
            if !matches!(family, Some(Family::Substrate | Family::Polymesh)) {
                return Err(unsupported());
            }
            key.sign_message(&substrate::signed_bytes(payload)?)?
        }
        SignatureRequest::PactCommand { command } => {
            only(Family::Kadena)?;
            key.sign_message(&blake2b_256(&[command.as_bytes()]))?
        }
        SignatureRequest::Psbt { psbt } => {
            let family = family.filter(|family| matches!(family, Family::Bitcoin | Family::BitcoinCash));
            return sign_psbt(key, family.ok_or_else(unsupported)?, psbt);
        }
        SignatureRequest::Bip322 { message, format } => {
            if !target.has_segwit() {
                return Err(unsupported());
            }
            let formatted = transaction::sign_message(key, &read_hex("message", message)?, *format)?;
            return Ok(Signed {
                signed_data: Some(formatted),
                ..Signed::default()
            });
        }
        SignatureRequest::Snip12 {
            types,
            domain,
            primary_type,
            message,
        } => {
            only(Family::Starknet)?;
            let data = TypedData {
                types,
                domain,
                primary_type,
                message,
            };
            let raw = ecdsa(key, &stark::typed_data_hash(key.public_key(), data)?)?;
            return Ok(Signed {
                signature: Some(parts(raw, None)),
                ..Signed::default()
            });
        }
        SignatureRequest::Cip8 { payload, external_aad } => {
            only(Family::Cardano)?;
            return sign_cip8(key, target, payload.as_deref(), external_aad.as_deref());
        }
        SignatureRequest::StellarFeeBumpTransaction { inner_transaction } => {
            only(Family::Stellar)?;
            let inner = read_envelope(inner_transaction)?;
            let signed = transaction::sign_fee_bump(key, target.network(), &inner)?;
            return signed_transaction(family, key, signed);
        }
        SignatureRequest::DfnsSmartAccountTransaction {} => return Err(unsupported()),
    };
    answer(family, key, raw)
}

fn sign_transaction(
    key: &KeyMaterial,
    target: Target<'_>,
    transaction: &Value,
) -> Option<Result<SignedTransaction, KeyError>> {
    let family = target.family()?;
    match transaction {
        Value::String(text) => match read_hex("transaction", text) {
            Ok(bytes) => transaction::sign(family, target.network(), key, &bytes),
            Err(error) => Some(Err(error)),
        },
        _ => Some(Err(KeyError::input(
            "transaction",
            "expected the serialised transaction in hexadecimal",
        ))),
    }
}

fn sign_psbt(key: &KeyMaterial, family: Family, text: &str) -> Result<Signed, KeyError> {
    let signed = transaction::sign_psbt(key, family, &read_hex("psbt", text)?)?;
    let signatures = signed.signatures.into_iter().map(|raw| {
        let encoded = encode::encode(Some(family), key.scheme(), raw)?;
        Ok(parts(raw, Some(encoded)))
    });
    Ok(Signed {
        signatures: signatures.collect::<Result<_, KeyError>>()?,
        signed_data: Some(hex::encode_prefixed(&signed.bytes)),
        ..Signed::default()
    })
}

fn ecdsa(key: &KeyMaterial, digest: &[u8; 32]) -> Result<RawSignature, KeyError> {
    match key.scheme() {
        Scheme::Ecdsa => key.sign_digest(digest, MerkleRoot::None),
        scheme => Err(KeyError::UnsupportedKey {
            scheme,
            curve: key.curve(),
        }),
    }
}

fn merkle_root(key: &KeyMaterial, text: Option<&str>) -> Result<MerkleRoot, KeyError> {
    match (key.scheme(), text) {
        (Scheme::Schnorr, Some(text)) => MerkleRoot::parse(text),
        (Scheme::Schnorr, None) => Err(KeyError::input("taprootMerkleRoot", "required with Schnorr keys")),
        (_, None) => Ok(MerkleRoot::None),
        (_, Some(_)) => Err(KeyError::input("taprootMerkleRoot", "taken with Schnorr keys only")),
    }
}

/// Keccak-256 of 5 and the list of chain id, address and nonce.
fn authorization(address: &str, chain_id: u64, nonce: u64) -> Result<[u8; 32], KeyError> {
    let address: [u8; 20] =
        hex::decode_array(address).ok_or_else(|| KeyError::input("address", "expected an address of 20 bytes"))?;
    let list = rlp::list(&[rlp::number(chain_id), rlp::text(&address), rlp::number(nonce)]);
    Ok(keccak256(&[&[5], &list]))
}

/// A signed transaction, in which the signature stands, too.
fn signed_transaction(
    family: Option<Family>,
    key: &KeyMaterial,
    signed: SignedTransaction,
) -> Result<Signed, KeyError> {
    let mut answer = answer(family, key, signed.signature)?;
    answer.signed_data = Some(hex::encode_prefixed(&signed.bytes));
    answer.transaction_hash = Some(signed.hash);
    Ok(answer)
}

fn sign_cip8(
    key: &KeyMaterial,
    target: Target<'_>,
    payload: Option<&str>,
    external: Option<&str>,
) -> Result<Signed, KeyError> {
    let network = target.network().unwrap_or("Cardano");
    let address = cardano_address_bytes(network, key.public_key())?;
    let payload = payload.map(|payload| read_hex("payload", payload)).transpose()?;
    let external = external.map(|external| read_hex("externalAad", external)).transpose()?;
    let external = external.unwrap_or_default();
    let (raw, message) = cip8::sign(key, &address, payload.as_deref(), &external)?;
    let mut answer = answer(Some(Family::Cardano), key, raw)?;
    answer.signed_data = Some(hex::encode_prefixed(&message));
    Ok(answer)
}

/// An envelope in hexadecimal, or in base 64 as Stellar's own tools write it.
fn read_envelope(text: &str) -> Result<Vec<u8>, KeyError> {
    hex::decode(text)
        .or_else(|| STANDARD.decode(text).ok())
        .ok_or_else(|| KeyError::input("innerTransaction", "expected an envelope in hexadecimal or base 64"))
}

fn read_hash(text: &str) -> Result<[u8; 32], KeyError> {
    hex::decode_array(text).ok_or_else(|| KeyError::input("hash", "expected 32 bytes in hexadecimal"))
}

fn read_hex(field: &'static str, text: &str) -> Result<Vec<u8>, KeyError> {
    hex::decode(text).ok_or_else(|| KeyError::input(field, "expected bytes in hexadecimal"))
}

fn answer(family: Option<Family>, key: &KeyMaterial, raw: RawSignature) -> Result<Signed, KeyError> {
    let encoded = encode::encode(family, key.scheme(), raw)?;
    Ok(Signed {
        signature: Some(parts(raw, Some(encoded))),
        ..Signed::default()
    })
}

fn parts(raw: RawSignature, encoded: Option<Vec<u8>>) -> SignatureParts {
    SignatureParts {
        r: hex::encode_prefixed(&raw.r),
        s: hex::encode_prefixed(&raw.s),
        recovery_id: raw.recovery_id,
        encoded: encoded.map(|bytes| hex::encode_prefixed(&bytes)),
    }
}
