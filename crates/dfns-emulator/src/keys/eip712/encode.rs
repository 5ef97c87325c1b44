//! From a value and its type to the 32 bytes that stand for it.

use serde_json::Value;

use super::KeyError;
use super::types::Types;
use crate::keys::digest::keccak256;
use crate::keys::hex;
use crate::keys::uint::Uint256;

type Word = [u8; 32];

fn invalid(path: &str, problem: &str) -> KeyError {
    KeyError::input(
        if path.starts_with("domain") {
            "domain"
        } else {
            "message"
        },
        format!("{path}: {problem}"),
    )
}

impl Types {
    /// The hash of a struct: of its type, then of its members in the order of the type.
    pub(super) fn hash_struct(&self, name: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
        let members = value.as_object().ok_or_else(|| invalid(path, "expected an object"))?;
        let mut encoded = keccak256(&[self.text_of(name)?.as_bytes()]).to_vec();
        for field in self.fields(name).unwrap_or_default() {
            let path = format!("{path}.{}", field.name);
            let member = members.get(&field.name).ok_or_else(|| invalid(&path, "missing"))?;
            encoded.extend_from_slice(&self.word(&field.kind, member, &path)?);
        }
        Ok(keccak256(&[&encoded]))
    }

    fn word(&self, kind: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
        if let Some(array) = kind.strip_suffix(']') {
            let (element, length) = array
                .rsplit_once('[')
                .ok_or_else(|| invalid(path, &format!("{kind} is no type")))?;
            return self.array(element, length, value, path);
        }
        if self.fields(kind).is_some() {
            // The end of a recursive type.
            return if value.is_null() {
                Ok([0; 32])
            } else {
                self.hash_struct(kind, value, path)
            };
        }
        atomic(kind, value, path)
    }

    fn array(&self, element: &str, length: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
        let items = value.as_array().ok_or_else(|| invalid(path, "expected a list"))?;
        if !length.is_empty() && length.parse() != Ok(items.len()) {
            return Err(invalid(
                path,
                &format!("expected {length} items, found {}", items.len()),
            ));
        }
        let mut encoded = Vec::with_capacity(items.len() * 32);
        for (place, item) in items.iter().enumerate() {
            encoded.extend_from_slice(&self.word(element, item, &format!("{path}[{place}]"))?);
        }
        Ok(keccak256(&[&encoded]))
    }
}

/// The 32 bytes that stand for a value of an elementary type in a call of a contract, where its length does not vary.
///
/// # Errors
/// [`KeyError::InvalidInput`] with the path, if the value does not fit, or the type is none of these.
pub(crate) fn abi_word(kind: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
    match kind {
        "string" | "bytes" => Err(invalid(path, &format!("{kind} has no fixed length"))),
        _ => atomic(kind, value, path),
    }
}

fn atomic(kind: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
    let text = value.as_str();
    match kind {
        "string" => text
            .map(|text| keccak256(&[text.as_bytes()]))
            .ok_or_else(|| invalid(path, "expected a text")),
        "bytes" => prefixed_hex(value)
            .map(|bytes| keccak256(&[&bytes]))
            .ok_or_else(|| invalid(path, "expected bytes in hexadecimal after 0x")),
        "bool" => value
            .as_bool()
            .map(|truth| Uint256::from(u64::from(truth)).0)
            .ok_or_else(|| invalid(path, "expected true or false")),
        "address" => prefixed_hex(value)
            .filter(|bytes| bytes.len() == 20)
            .map(|bytes| padded_left(&bytes))
            .ok_or_else(|| invalid(path, "expected an address of 20 bytes")),
        _ => sized(kind, value, path),
    }
}

/// `bytesN`, `uintN` and `intN`.
fn sized(kind: &str, value: &Value, path: &str) -> Result<Word, KeyError> {
    let unknown = || invalid(path, &format!("{kind} is no type"));
    if let Some(size) = kind.strip_prefix("bytes") {
        let size = number_in(size, 1, 32).ok_or_else(unknown)?;
        let bytes = prefixed_hex(value).filter(|bytes| bytes.len() == size);
        let bytes = bytes.ok_or_else(|| invalid(path, &format!("expected {size} bytes in hexadecimal after 0x")))?;
        let mut word = [0; 32];
        word[..size].copy_from_slice(&bytes);
        return Ok(word);
    }
    let (signed, size) = match kind.strip_prefix("uint") {
        Some(size) => (false, size),
        None => (true, kind.strip_prefix("int").ok_or_else(unknown)?),
    };
    let bits = if size.is_empty() {
        256
    } else {
        number_in(size, 8, 256).ok_or_else(unknown)?
    };
    if !bits.is_multiple_of(8) {
        return Err(unknown());
    }
    let misfit = || invalid(path, &format!("expected an integer that fits {kind}"));
    if let Some(magnitude) = signed.then(|| negative(value)).flatten() {
        let magnitude = Uint256::parse(&magnitude).ok_or_else(misfit)?;
        // The lowest number has one more than the highest: -2^(n-1).
        let smaller_by_one = magnitude.negated().0.map(|byte| !byte);
        let fits = magnitude == Uint256::default() || Uint256(smaller_by_one).bits() < bits;
        return if fits { Ok(magnitude.negated().0) } else { Err(misfit()) };
    }
    let number = Uint256::from_json(value).ok_or_else(misfit)?;
    if number.bits() <= bits - usize::from(signed) {
        Ok(number.0)
    } else {
        Err(misfit())
    }
}

/// The digits of a number below zero.
fn negative(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64()?.to_string(),
        _ => return None,
    };
    text.strip_prefix('-').map(str::to_owned)
}

fn number_in(text: &str, least: usize, most: usize) -> Option<usize> {
    let canonical = !text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| canonical && (least..=most).contains(number))
}

fn prefixed_hex(value: &Value) -> Option<Vec<u8>> {
    value
        .as_str()
        .filter(|text| text.starts_with("0x"))
        .and_then(hex::decode)
}

fn padded_left(bytes: &[u8]) -> Word {
    let mut word = [0; 32];
    word[32 - bytes.len()..].copy_from_slice(bytes);
    word
}
