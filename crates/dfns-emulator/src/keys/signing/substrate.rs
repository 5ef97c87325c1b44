//! What of a Substrate extrinsic is signed: the bytes themselves, or their JSON form (`SignerPayloadJSON`) put together.
//!
//! Which fields an extrinsic has depends on the extensions of its runtime. The JSON form names them, so no metadata is needed.
//!
//! Invariant: an extension that is not known is refused, since nobody could tell what it adds.

use serde::Deserialize;
use serde_json::Value;

use crate::keys::digest::blake2b_256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::uint::Uint256;

/// Extrinsic payloads of more bytes are hashed before they are signed.
const LONGEST: usize = 256;

/// The extensions that add nothing to what is signed.
const SILENT: [&str; 16] = [
    "AuthorizeCall",
    "CheckBlockGasLimit",
    "CheckNonZeroSender",
    "CheckWeight",
    "DisallowSigned",
    "LimitParathreadCommits",
    "LockStakingStatus",
    "OnlyStakingAndClaims",
    "PrevalidateAttests",
    "RestrictFunctionality",
    "StorageWeightReclaim",
    "StoreCallMetadata",
    "TransactionCallFilter",
    "ValidateDoubleVoteReports",
    "ValidateEquivocationReport",
    "WeightReclaim",
];

/// The JSON form of a payload. Numbers are text in hexadecimal, the most significant byte first; fields that are not named
/// here are refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields belong to the form, and not to what is signed")]
struct Payload {
    address: Option<String>,
    asset_id: Option<Value>,
    block_hash: String,
    block_number: Option<Value>,
    era: String,
    genesis_hash: String,
    metadata_hash: Option<String>,
    method: String,
    mode: Option<u8>,
    nonce: Value,
    signed_extensions: Vec<String>,
    spec_version: Value,
    tip: Value,
    transaction_version: Value,
    version: u8,
    with_signed_transaction: Option<bool>,
}

/// The parts of an extrinsic that its signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::keys) struct Parts {
    /// What is called, with its arguments.
    pub(in crate::keys) call: Vec<u8>,
    /// What is sent along: how long it holds, the number of the transaction, the tip.
    pub(in crate::keys) carried: Vec<u8>,
    /// What is only signed: versions and blocks that both sides know.
    pub(in crate::keys) implied: Vec<u8>,
}

impl Parts {
    /// All of them, one behind the other.
    pub(in crate::keys) fn payload(&self) -> Vec<u8> {
        [&self.call[..], &self.carried, &self.implied].concat()
    }
}

/// The bytes that a key signs for a payload in either form.
///
/// # Errors
/// [`KeyError::InvalidInput`] that names what is wrong with the payload.
pub(super) fn signed_bytes(payload: &Value) -> Result<Vec<u8>, KeyError> {
    Ok(shortened(match payload {
        Value::String(text) => super::read_hex("payload", text)?,
        object => parts(object)?.1.payload(),
    }))
}

/// The parts that a payload in its JSON form names, and the address that is to sign, if it says.
///
/// # Errors
/// [`KeyError::InvalidInput`] that names what is wrong with the payload.
pub(in crate::keys) fn parts(payload: &Value) -> Result<(Option<String>, Parts), KeyError> {
    let payload = Payload::deserialize(payload).map_err(|error| KeyError::input("payload", error.to_string()))?;
    let parts = payload.encoded()?;
    Ok((payload.address, parts))
}

/// Payloads of more than 256 bytes are hashed before they are signed.
pub(in crate::keys) fn shortened(payload: Vec<u8>) -> Vec<u8> {
    if payload.len() > LONGEST {
        blake2b_256(&[&payload]).to_vec()
    } else {
        payload
    }
}

impl Payload {
    /// The call, what the extensions add to the extrinsic, and what they add to the signature alone.
    fn encoded(&self) -> Result<Parts, KeyError> {
        if self.version != 4 {
            return Err(problem("version", "expected 4"));
        }
        let (mut carried, mut implied) = (Vec::new(), Vec::new());
        for extension in &self.signed_extensions {
            match extension.as_str() {
                "CheckMortality" | "CheckEra" => {
                    carried.push(self.era()?);
                    implied.push(hash("blockHash", &self.block_hash)?);
                }
                "CheckNonce" => carried.push(compact(number("nonce", &self.nonce)?)),
                "ChargeTransactionPayment" | "SkipCheckIfFeeless" => carried.push(self.tip()?),
                "ChargeAssetTxPayment" => {
                    if self.asset_id.as_ref().is_some_and(|asset| !asset.is_null()) {
                        return Err(problem(
                            "assetId",
                            "fees in other assets are supported in hexadecimal only",
                        ));
                    }
                    carried.push([&self.tip()?[..], &[0]].concat());
                }
                "CheckMetadataHash" => {
                    carried.push(vec![self.mode.unwrap_or_default()]);
                    implied.push(match &self.metadata_hash {
                        Some(text) => [&[1][..], &hash("metadataHash", text)?].concat(),
                        None => vec![0],
                    });
                }
                "CheckGenesis" => implied.push(hash("genesisHash", &self.genesis_hash)?),
                "CheckSpecVersion" | "CheckVersion" => implied.push(short("specVersion", &self.spec_version)?),
                "CheckTxVersion" => implied.push(short("transactionVersion", &self.transaction_version)?),
                name if SILENT.contains(&name) => {}
                name => {
                    return Err(problem(
                        "signedExtensions",
                        &format!("{name:?} is not known to the emulator"),
                    ));
                }
            }
        }
        let call = hex::decode(&self.method).ok_or_else(|| problem("method", "expected bytes in hexadecimal"))?;
        Ok(Parts {
            call,
            carried: carried.concat(),
            implied: implied.concat(),
        })
    }

    fn era(&self) -> Result<Vec<u8>, KeyError> {
        let era = hex::decode(&self.era).filter(|era| era[..] == [0] || era.len() == 2);
        era.ok_or_else(|| problem("era", "expected 0x00 or two bytes in hexadecimal"))
    }

    fn tip(&self) -> Result<Vec<u8>, KeyError> {
        Ok(compact(number("tip", &self.tip)?))
    }
}

fn problem(field: &str, problem: &str) -> KeyError {
    KeyError::input("payload", format!("{field}: {problem}"))
}

fn hash(field: &str, text: &str) -> Result<Vec<u8>, KeyError> {
    let bytes = hex::decode_array::<32>(text).ok_or_else(|| problem(field, "expected 32 bytes in hexadecimal"))?;
    Ok(bytes.to_vec())
}

fn number(field: &str, value: &Value) -> Result<u128, KeyError> {
    let number = Uint256::from_json(value).and_then(Uint256::to_u128);
    number.ok_or_else(|| problem(field, "expected a number"))
}

fn short(field: &str, value: &Value) -> Result<Vec<u8>, KeyError> {
    let number = u32::try_from(number(field, value)?).map_err(|_| problem(field, "expected a number of 32 bits"))?;
    Ok(number.to_le_bytes().to_vec())
}

/// The compact form of SCALE: the two lowest bits say how many bytes follow.
pub(in crate::keys) fn compact(number: u128) -> Vec<u8> {
    let bytes = (number << 2).to_le_bytes();
    match number {
        0..0x40 => vec![bytes[0]],
        0x40..0x4000 => vec![bytes[0] | 1, bytes[1]],
        0x4000..0x4000_0000 => vec![bytes[0] | 2, bytes[1], bytes[2], bytes[3]],
        _ => {
            let significant = 16 - number.leading_zeros() as usize / 8;
            // At least four bytes follow, and their count without those four stands before them.
            let count = significant.max(4);
            let first = u8::try_from(count - 4).unwrap_or_default() << 2 | 3;
            [&[first][..], &number.to_le_bytes()[..count]].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{compact, signed_bytes};
    use crate::keys::error::KeyError;
    use crate::keys::hex::encode;

    fn payload() -> Value {
        json!({
            "address": "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
            "blockHash": format!("0x{}", "ab".repeat(32)), "blockNumber": "0x01312d00", "era": "0x0500",
            "genesisHash": format!("0x{}", "cd".repeat(32)), "method": "0x00000412", "nonce": "0x00000007",
            "specVersion": "0x000f4a10", "tip": "0x0000000000000000000000000000000c", "transactionVersion": "0x0000001a",
            "signedExtensions": [
                "CheckNonZeroSender", "CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality", "CheckNonce",
                "CheckWeight", "ChargeTransactionPayment", "PrevalidateAttests", "CheckMetadataHash",
            ],
            "version": 4,
        })
    }

    fn with(field: &str, value: Value) -> Value {
        let mut payload = payload();
        payload[field] = value;
        payload
    }

    #[test]
    fn the_fields_stand_in_the_order_of_their_extensions() {
        let expected = [
            "00000412", // the call
            "0500",     // era
            "1c",       // nonce
            "30",       // tip
            "00",       // mode
            "104a0f00", // version of the runtime
            "1a000000", // version of transactions
            &"cd".repeat(32),
            &"ab".repeat(32),
            "00", // no hash of metadata
        ];
        assert_eq!(encode(&signed_bytes(&payload()).unwrap()), expected.concat());
    }

    #[test]
    fn a_hash_of_metadata_is_signed_along() {
        let mut checked = with("mode", json!(1));
        checked["metadataHash"] = json!("ef".repeat(32));
        let found = encode(&signed_bytes(&checked).unwrap());
        assert!(found.ends_with(&format!("01{}", "ef".repeat(32))), "{found}");
        assert!(found.starts_with("0000041205001c3001"), "{found}");
    }

    #[test]
    fn a_long_call_is_hashed() {
        let long = with("method", json!(format!("0x{}", "00".repeat(300))));
        assert_eq!(signed_bytes(&long).unwrap().len(), 32);
    }

    #[test]
    fn what_is_not_known_or_malformed_is_refused_by_name() {
        let cases = [
            (with("song", json!(1)), "unknown field `song`"),
            (
                with("signedExtensions", json!(["CheckMood"])),
                "\"CheckMood\" is not known",
            ),
            (with("version", json!(5)), "version: expected 4"),
            (with("era", json!("0x01")), "era: "),
            (with("nonce", json!("seven")), "nonce: "),
            (with("specVersion", json!("0x0100000000")), "specVersion: "),
            (with("blockHash", json!("0x00")), "blockHash: "),
            (json!({}), "missing field"),
        ];
        for (payload, expected) in cases {
            let Err(KeyError::InvalidInput { field, problem }) = signed_bytes(&payload) else {
                panic!("{payload} is not refused");
            };
            assert!(field == "payload" && problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn compact_numbers_are_as_the_standard_has_them() {
        for (number, expected) in [
            (0, "00"),
            (42, "a8"),
            (69, "1501"),
            (16_384, "02000100"),
            (65_535, "feff0300"),
            (1 << 30, "0300000040"),
            (100_000_000_000_000, "0b00407a10f35a"),
        ] {
            assert_eq!(encode(&compact(number)), expected, "{number}");
        }
    }
}
