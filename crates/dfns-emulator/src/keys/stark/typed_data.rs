//! Typed messages after SNIP-12, in both of its revisions.
//!
//! Invariant: a message is hashed with the account that signs it, and what cannot be encoded is refused by name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use starknet_types_core::felt::Felt;

use super::{account, constant, pedersen, poseidon, public_felt, selector, short_text};
use crate::keys::error::KeyError;
use crate::keys::uint::Uint256;

/// A typed message as requests write it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypedData<'a> {
    pub(crate) types: &'a Value,
    pub(crate) domain: &'a Value,
    pub(crate) primary_type: &'a str,
    pub(crate) message: &'a Value,
}

/// The two revisions, which differ in names, hashes and types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revision {
    Legacy,
    Active,
}

/// A field of a struct type: its name and its type.
type Field = (String, String);

/// How deep structs may stand within structs.
const DEEPEST: usize = 32;

struct Encoder {
    revision: Revision,
    types: Vec<(String, Vec<Field>)>,
}

/// The hash of a message for the account of a key.
///
/// # Errors
/// [`KeyError::InvalidInput`] that names what cannot be encoded.
pub(crate) fn hash(public_key: &[u8], data: TypedData<'_>) -> Result<[u8; 32], KeyError> {
    let domain = data
        .domain
        .as_object()
        .ok_or_else(|| KeyError::input("domain", "expected an object"))?;
    let revision = match domain.get("revision") {
        None | Some(Value::Null) => Revision::Legacy,
        Some(number) => match Uint256::from_json(number).and_then(Uint256::to_u64) {
            Some(0) => Revision::Legacy,
            Some(1) => Revision::Active,
            _ => return Err(KeyError::input("domain", "its revision must be 0 or 1")),
        },
    };
    let mut encoder = Encoder {
        revision,
        types: read_types(data.types)?,
    };
    let domain_type = encoder.domain_type(domain);
    if revision == Revision::Active {
        encoder.add_presets();
    }
    let account = account::address_felt(public_felt(public_key)?);
    let hash = encoder.hash(&[
        constant("StarkNet Message"),
        encoder.structure(domain_type, data.domain, DEEPEST)?,
        account,
        encoder.structure(data.primary_type, data.message, DEEPEST)?,
    ]);
    Ok(hash.to_bytes_be())
}

fn read_types(types: &Value) -> Result<Vec<(String, Vec<Field>)>, KeyError> {
    let malformed = || KeyError::input("types", "expected lists of {name, type} by name");
    let types = types.as_object().ok_or_else(malformed)?;
    let field = |field: &Value| -> Option<Field> {
        let text = |name: &str| Some(field.get(name)?.as_str()?.to_owned());
        Some((text("name")?, text("type")?))
    };
    types
        .iter()
        .map(|(name, fields)| {
            let fields: Option<Vec<Field>> = fields.as_array()?.iter().map(field).collect();
            Some((name.clone(), fields?))
        })
        .collect::<Option<_>>()
        .ok_or_else(malformed)
}

fn invalid(problem: impl Into<String>) -> KeyError {
    KeyError::input("message", problem)
}

impl Encoder {
    fn fields(&self, name: &str) -> Option<&[Field]> {
        self.types
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, fields)| fields.as_slice())
    }

    /// The type of the domain, made of the fields that are there if the caller did not define it.
    fn domain_type(&mut self, domain: &Map<String, Value>) -> &'static str {
        let (name, of) = match self.revision {
            Revision::Legacy => ("StarkNetDomain", "felt"),
            Revision::Active => ("StarknetDomain", "shortstring"),
        };
        if self.fields(name).is_none() {
            let fields = ["name", "version", "chainId", "revision"];
            let fields = fields.into_iter().filter(|field| domain.contains_key(*field));
            let fields = fields.map(|field| (field.to_owned(), of.to_owned())).collect();
            self.types.push((name.to_owned(), fields));
        }
        name
    }

    /// The types that every message of the present revision may use.
    fn add_presets(&mut self) {
        for (name, fields) in [
            ("u256", [("low", "u128"), ("high", "u128")]),
            (
                "TokenAmount",
                [("token_address", "ContractAddress"), ("amount", "u256")],
            ),
            (
                "NftId",
                [("collection_address", "ContractAddress"), ("token_id", "u256")],
            ),
        ] {
            if self.fields(name).is_none() {
                let fields = fields.map(|(field, of)| (field.to_owned(), of.to_owned()));
                self.types.push((name.to_owned(), fields.to_vec()));
            }
        }
    }

    fn hash(&self, elements: &[Felt]) -> Felt {
        match self.revision {
            Revision::Legacy => pedersen(elements),
            Revision::Active => poseidon(elements),
        }
    }

    fn structure(&self, name: &str, value: &Value, depth: usize) -> Result<Felt, KeyError> {
        let fields = self
            .fields(name)
            .ok_or_else(|| KeyError::input("types", format!("the type {name:?} is not defined")))?;
        let depth = depth
            .checked_sub(1)
            .ok_or_else(|| invalid("structs stand too deep within structs"))?;
        let mut elements = vec![selector(&self.signature(name))];
        for (field, of) in fields {
            let value = value.get(field).filter(|value| !value.is_null());
            let value = value.ok_or_else(|| invalid(format!("{name}.{field} is missing")))?;
            elements.push(self.value(field, of, value, depth)?);
        }
        Ok(self.hash(&elements))
    }

    fn value(&self, field: &str, of: &str, value: &Value, depth: usize) -> Result<Felt, KeyError> {
        if self.fields(of).is_some() {
            return self.structure(of, value, depth);
        }
        if let Some(item) = of.strip_suffix('*') {
            let items = value
                .as_array()
                .ok_or_else(|| invalid(format!("{field}: expected a list")))?;
            let items: Result<Vec<Felt>, KeyError> = items
                .iter()
                .map(|value| self.value(field, item, value, depth))
                .collect();
            return Ok(self.hash(&items?));
        }
        let unfit = || invalid(format!("{field}: expected a value of the type {of}"));
        let is_active = self.revision == Revision::Active;
        match of {
            // What they hold stands in a field `contains` that types of the API do not have.
            "enum" | "merkletree" => Err(invalid(format!("{field}: the type {of} is not supported"))),
            "selector" => {
                let name = value.as_str().ok_or_else(unfit)?;
                Ok(account::element(name).unwrap_or_else(|| selector(name)))
            }
            "string" if is_active => Ok(self.hash(&long_text(value.as_str().ok_or_else(unfit)?))),
            "i128" if is_active => signed(value).ok_or_else(unfit),
            "u128" | "timestamp" if is_active => {
                let number = Uint256::from_json(value).and_then(Uint256::to_u128);
                number.map(Felt::from).ok_or_else(unfit)
            }
            "bool" if is_active => value.as_bool().map(|is| Felt::from(u64::from(is))).ok_or_else(unfit),
            "felt" | "shortstring" | "ClassHash" | "ContractAddress" => element(value).ok_or_else(unfit),
            _ if is_active => Err(KeyError::input("types", format!("the type {of:?} is not defined"))),
            _ => element(value).ok_or_else(unfit),
        }
    }

    /// The type in words: itself, then the types that it uses by name.
    fn signature(&self, name: &str) -> String {
        let mut used = BTreeSet::new();
        self.collect(name, &mut used);
        used.remove(name);
        std::iter::once(name)
            .chain(used.iter().map(String::as_str))
            .map(|name| self.definition(name))
            .collect()
    }

    fn collect(&self, of: &str, used: &mut BTreeSet<String>) {
        let name = of.trim_end_matches('*');
        let Some(fields) = self.fields(name) else { return };
        if used.insert(name.to_owned()) {
            for (_, of) in fields {
                self.collect(of, used);
            }
        }
    }

    fn definition(&self, name: &str) -> String {
        let quoted = |text: &str| match self.revision {
            Revision::Legacy => text.to_owned(),
            Revision::Active => format!("\"{text}\""),
        };
        let fields = self.fields(name).unwrap_or_default().iter();
        let fields: Vec<String> = fields
            .map(|(field, of)| format!("{}:{}", quoted(field), quoted(of)))
            .collect();
        format!("{}({})", quoted(name), fields.join(","))
    }
}

/// A number, in digits or in JSON, true or false, or else short text.
fn element(value: &Value) -> Option<Felt> {
    match value {
        Value::Bool(is) => Some(Felt::from(u64::from(*is))),
        Value::String(text) if text.is_empty() => Some(Felt::ZERO),
        Value::String(text) => match Uint256::parse(text) {
            Some(number) => super::felt(&number.0),
            None => short_text(text),
        },
        _ => super::felt(&Uint256::from_json(value)?.0),
    }
}

/// A number of 128 bits with a sign; one below zero is counted back from the prime.
fn signed(value: &Value) -> Option<Felt> {
    let number: i128 = match value {
        Value::Number(number) => number.as_i64()?.into(),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok()?,
            None => text.parse().ok()?,
        },
        _ => return None,
    };
    let size = Felt::from(number.unsigned_abs());
    Some(if number < 0 { Felt::ZERO - size } else { size })
}

/// Text of any length: how many words of 31 bytes, the words, the rest and its length.
fn long_text(text: &str) -> Vec<Felt> {
    let words = text.as_bytes().chunks_exact(31);
    let rest = words.remainder();
    let mut elements = vec![Felt::from(words.len() as u64)];
    elements.extend(words.map(Felt::from_bytes_be_slice));
    elements.extend([Felt::from_bytes_be_slice(rest), Felt::from(rest.len() as u64)]);
    elements
}
