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

/// A field of a struct type, or a variant of an enum.
#[derive(Debug, Clone)]
struct Field {
    name: String,
    of: String,
    /// The type of an enum, or of the leaves of a tree.
    contains: Option<String>,
}

impl Field {
    fn new(name: &str, of: &str) -> Self {
        Self {
            name: name.to_owned(),
            of: of.to_owned(),
            contains: None,
        }
    }

    /// A value of the same name and of another type.
    fn holding(&self, of: &str) -> Self {
        Self::new(&self.name, of)
    }
}

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
        let text = |name: &str| field.get(name)?.as_str();
        let contains = text("contains").map(str::to_owned);
        Some(Field {
            contains,
            ..Field::new(text("name")?, text("type")?)
        })
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
            let fields = fields.map(|field| Field::new(field, of)).collect();
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
                let fields = fields.map(|(field, of)| Field::new(field, of));
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
        for field in fields {
            let value = value.get(&field.name).filter(|value| !value.is_null());
            let value = value.ok_or_else(|| invalid(format!("{name}.{} is missing", field.name)))?;
            elements.push(self.value(field, value, depth)?);
        }
        Ok(self.hash(&elements))
    }

    fn value(&self, field: &Field, value: &Value, depth: usize) -> Result<Felt, KeyError> {
        let Field { name, of, .. } = field;
        if self.fields(of).is_some() {
            return self.structure(of, value, depth);
        }
        if let Some(item) = of.strip_suffix('*') {
            return Ok(self.hash(&self.list(&field.holding(item), value, depth)?));
        }
        let unfit = || invalid(format!("{name}: expected a value of the type {of}"));
        let is_active = self.revision == Revision::Active;
        match of.as_str() {
            "enum" if is_active => self.choice(field, value, depth),
            "merkletree" => {
                let leaves = self.list(&field.holding(self.contents(field)?), value, depth)?;
                self.root(leaves).ok_or_else(unfit)
            }
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

    fn list(&self, item: &Field, value: &Value, depth: usize) -> Result<Vec<Felt>, KeyError> {
        let items = value.as_array();
        let items = items.ok_or_else(|| invalid(format!("{}: expected a list", item.name)))?;
        items.iter().map(|value| self.value(item, value, depth)).collect()
    }

    /// The type that the field of an enum or of a tree names.
    fn contents<'a>(&self, field: &'a Field) -> Result<&'a str, KeyError> {
        let contains = field.contains.as_deref().filter(|name| self.fields(name).is_some());
        contains.ok_or_else(|| KeyError::input("types", format!("{}: contains names no type", field.name)))
    }

    /// The number of a variant, then what it holds. One that holds nothing is followed by a zero, as other clients do it.
    fn choice(&self, field: &Field, value: &Value, depth: usize) -> Result<Felt, KeyError> {
        let variants = self.fields(self.contents(field)?).unwrap_or_default();
        let unfit = || {
            invalid(format!(
                "{}: expected one variant, with a list of what it holds",
                field.name
            ))
        };
        let chosen = value.as_object().filter(|chosen| chosen.len() == 1);
        let (name, held) = chosen.and_then(|chosen| chosen.iter().next()).ok_or_else(unfit)?;
        let number = variants
            .iter()
            .position(|variant| variant.name == *name)
            .ok_or_else(unfit)?;
        let depth = depth.checked_sub(1).ok_or_else(unfit)?;
        let (types, held) = (
            parts(&variants[number].of).ok_or_else(unfit)?,
            held.as_array().ok_or_else(unfit)?,
        );
        let mut elements = vec![Felt::from(number as u64)];
        if types == [""] {
            if !held.is_empty() {
                return Err(unfit());
            }
            elements.push(Felt::ZERO);
        } else if types.len() == held.len() {
            for (of, value) in types.into_iter().zip(held) {
                elements.push(self.value(&field.holding(of), value, depth)?);
            }
        } else {
            return Err(unfit());
        }
        Ok(self.hash(&elements))
    }

    /// The root of a tree, whose pairs are sorted, and whose odd ones out are paired with zero; nothing without leaves.
    fn root(&self, mut level: Vec<Felt>) -> Option<Felt> {
        let pair = |pair: &[Felt]| {
            let (one, other) = (pair.first().copied()?, pair.get(1).copied().unwrap_or(Felt::ZERO));
            let (less, more) = if one < other { (one, other) } else { (other, one) };
            Some(match self.revision {
                Revision::Legacy => starknet_crypto::pedersen_hash(&less, &more),
                Revision::Active => starknet_crypto::poseidon_hash(less, more),
            })
        };
        while level.len() > 1 {
            level = level.chunks(2).filter_map(pair).collect();
        }
        level.pop()
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
            for field in fields {
                for of in parts(self.named(field)).unwrap_or_else(|| vec![self.named(field)]) {
                    self.collect(of, used);
                }
            }
        }
    }

    /// The type of a field as definitions name it: an enum goes by its own name.
    fn named<'a>(&self, field: &'a Field) -> &'a str {
        match &field.contains {
            Some(contains) if field.of == "enum" && self.revision == Revision::Active => contains,
            _ => &field.of,
        }
    }

    fn definition(&self, name: &str) -> String {
        let quoted = |text: &str| match self.revision {
            Revision::Active if !text.is_empty() => format!("\"{text}\""),
            _ => text.to_owned(),
        };
        let of = |field: &Field| {
            let of = self.named(field);
            let Some(parts) = parts(of) else { return quoted(of) };
            let parts: Vec<String> = parts.into_iter().map(quoted).collect();
            format!("({})", parts.join(","))
        };
        let fields = self.fields(name).unwrap_or_default().iter();
        let fields: Vec<String> = fields
            .map(|field| format!("{}:{}", quoted(&field.name), of(field)))
            .collect();
        format!("{}({})", quoted(name), fields.join(","))
    }
}

/// The types of a variant, which stand in brackets; nothing for another type.
fn parts(of: &str) -> Option<Vec<&str>> {
    let inner = of.strip_prefix('(')?.strip_suffix(')')?;
    Some(inner.split(',').collect())
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
