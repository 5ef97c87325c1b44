//! The digest of typed structured data, EIP-712.
//!
//! Invariant: data that does not match its types is refused with the path of the field; nothing is filled in or cut.

mod encode;
mod types;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::digest::keccak256;
use super::error::KeyError;
pub(crate) use encode::abi_word;
use types::Types;

const DOMAIN: &str = "EIP712Domain";

/// The fields a domain may have, in the order of the standard.
const DOMAIN_FIELDS: [(&str, &str); 5] = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
];

/// The 32 bytes that are signed for a message of these types in a domain.
///
/// The primary type is the one that no other type refers to; the type of the domain follows from the fields it has.
///
/// # Errors
/// [`KeyError::InvalidInput`] if types, domain and message do not fit together.
pub(crate) fn digest(types: &Value, domain: &Value, message: &Value) -> Result<[u8; 32], KeyError> {
    let types = Types::read(types)?;
    let message_hash = types.hash_struct(types.primary()?, message, "message")?;
    Ok(keccak256(&[&[0x19, 0x01], &domain_separator(domain)?, &message_hash]))
}

fn domain_separator(domain: &Value) -> Result<[u8; 32], KeyError> {
    let invalid = |problem: String| KeyError::input("domain", problem);
    let given = domain
        .as_object()
        .ok_or_else(|| invalid("expected an object".to_owned()))?;
    let present: Map<String, Value> = given
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(unknown) = present
        .keys()
        .find(|name| DOMAIN_FIELDS.iter().all(|(known, _)| known != name))
    {
        return Err(invalid(format!("{unknown:?} is no field of a domain")));
    }
    let fields: Vec<Value> = DOMAIN_FIELDS
        .iter()
        .filter(|(name, _)| present.contains_key(*name))
        .map(|(name, kind)| json!({"name": name, "type": kind}))
        .collect();
    Types::read(&json!({ DOMAIN: fields }))?.hash_struct(DOMAIN, &Value::Object(present), "domain")
}
