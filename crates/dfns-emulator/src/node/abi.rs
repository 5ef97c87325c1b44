//! The ABI of EVM contracts: what goes into a call of a function, and what comes out of it.
//!
//! Whole numbers come out as decimal digits, whatever their size: as JSON numbers the large ones would be others.
//!
//! Invariant: an answer is only as long as its bytes, whatever it says of its own length.

use std::fmt;

use dfns_types::{AbiParameter, FunctionAbi, Hex};
use serde_json::{Map, Value, json};

use crate::keys::{Uint256, abi_word, keccak256};

#[cfg(test)]
mod tests;

/// The first four bytes of what a contract gives back when it reverts with a text, and with a number.
const ERROR: &str = "0x08c379a0";
const PANIC: &str = "0x4e487b71";
/// How deep types may stand in each other.
const DEEPEST: usize = 8;

/// A function of a contract: its name, and what goes in and comes out.
#[derive(Debug)]
pub(crate) struct Function {
    name: String,
    inputs: Vec<Field>,
    outputs: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// What has 32 bytes: `uintN`, `intN`, `address`, `bool`, `bytesN`.
    Word(String),
    Bytes,
    Text,
    /// Of any length, or of a fixed one.
    List(Box<Kind>, Option<usize>),
    Tuple(Vec<Field>),
}

/// A place in the request, and what is wrong there.
pub(crate) type Problem = (String, String);

impl Field {
    fn read(parameter: &AbiParameter, depth: usize) -> Result<Self, Problem> {
        let kind = Kind::read(&parameter.type_, parameter, depth)?;
        let name = parameter.name.clone();
        Ok(Self { name, kind })
    }
}

impl Kind {
    fn read(text: &str, parameter: &AbiParameter, depth: usize) -> Result<Self, Problem> {
        let unknown = || {
            (
                format!("abi: {}", parameter.name),
                format!("{:?} is no type", parameter.type_),
            )
        };
        let deeper = depth.checked_sub(1).ok_or_else(unknown)?;
        if let Some(list) = text.strip_suffix(']') {
            let (element, length) = list.rsplit_once('[').ok_or_else(unknown)?;
            let length = match length {
                "" => None,
                digits => Some(digits.parse().ok().filter(|length| *length > 0).ok_or_else(unknown)?),
            };
            return Ok(Self::List(Box::new(Self::read(element, parameter, deeper)?), length));
        }
        match text {
            "bytes" => Ok(Self::Bytes),
            "string" => Ok(Self::Text),
            "tuple" => {
                let fields = parameter.components.iter().map(|field| Field::read(field, deeper));
                Ok(Self::Tuple(fields.collect::<Result<_, _>>()?))
            }
            "address" | "bool" => Ok(Self::Word(text.to_owned())),
            "uint" | "int" => Ok(Self::Word(format!("{text}256"))),
            _ if ["uint", "int", "bytes"].iter().any(|start| text.starts_with(start)) => {
                let size = text.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
                let size: usize = size.parse().map_err(|_| unknown())?;
                let is_size = if text.starts_with("bytes") {
                    (1..=32).contains(&size)
                } else {
                    (8..=256).contains(&size) && size.is_multiple_of(8)
                };
                is_size.then(|| Self::Word(text.to_owned())).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }

    fn is_dynamic(&self) -> bool {
        match self {
            Self::Word(_) => false,
            Self::Bytes | Self::Text | Self::List(_, None) => true,
            Self::List(element, Some(_)) => element.is_dynamic(),
            Self::Tuple(fields) => fields.iter().any(|field| field.kind.is_dynamic()),
        }
    }

    /// How many bytes it takes in its place.
    fn head_length(&self) -> usize {
        match self {
            _ if self.is_dynamic() => 32,
            Self::List(element, length) => element.head_length().saturating_mul(length.unwrap_or(1)),
            Self::Tuple(fields) => fields.iter().map(|field| field.kind.head_length()).sum(),
            _ => 32,
        }
    }
}

/// The type as it is hashed.
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(name) => formatter.write_str(name),
            Self::Bytes => formatter.write_str("bytes"),
            Self::Text => formatter.write_str("string"),
            Self::List(element, None) => write!(formatter, "{element}[]"),
            Self::List(element, Some(length)) => write!(formatter, "{element}[{length}]"),
            Self::Tuple(fields) => write!(formatter, "({})", types(fields)),
        }
    }
}

fn types(fields: &[Field]) -> String {
    let types: Vec<String> = fields.iter().map(|field| field.kind.to_string()).collect();
    types.join(",")
}

impl Function {
    /// A function as compilers of contracts describe it.
    ///
    /// # Errors
    /// The parameter whose type is none.
    pub(crate) fn new(abi: &FunctionAbi) -> Result<Self, Problem> {
        let fields = |parameters: &[AbiParameter]| {
            let fields = parameters.iter().map(|parameter| Field::read(parameter, DEEPEST));
            fields.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            name: abi.name.clone(),
            inputs: fields(&abi.inputs)?,
            outputs: fields(&abi.outputs)?,
        })
    }

    /// The input of a call with these arguments by name, in hexadecimal without a prefix.
    ///
    /// # Errors
    /// The path of what is missing or does not fit, and why.
    pub(crate) fn input(&self, arguments: &Map<String, Value>) -> Result<String, Problem> {
        let selector = keccak256(&[format!("{}({})", self.name, types(&self.inputs)).as_bytes()]);
        let bytes = [&selector[..4], &joined(&members(&self.inputs, arguments, "")?)].concat();
        Ok(Hex::from_bytes_bare(bytes).to_string())
    }

    /// What a call gave back: the one value, or several by name, or in a list where one of them has no name. Nothing if
    /// the bytes are not of these types.
    pub(crate) fn output(&self, bytes: &[u8]) -> Option<Value> {
        let mut values = decode_fields(&self.outputs, bytes)?;
        Some(match values.len() {
            1 => values.remove(0),
            _ => together(&self.outputs, values),
        })
    }
}

/// One value: in its place, or elsewhere if its length varies.
enum Item {
    Here(Vec<u8>),
    Elsewhere(Vec<u8>),
}

fn word(number: usize) -> [u8; 32] {
    Uint256::from(number as u64).0
}

/// Heads, then tails.
fn joined(items: &[Item]) -> Vec<u8> {
    let head_of = |item: &Item| if let Item::Here(bytes) = item { bytes.len() } else { 32 };
    let head_length: usize = items.iter().map(head_of).sum();
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Here(bytes) => heads.extend_from_slice(bytes),
            Item::Elsewhere(bytes) => {
                heads.extend_from_slice(&word(head_length + tails.len()));
                tails.extend_from_slice(bytes);
            }
        }
    }
    [heads, tails].concat()
}

fn members(fields: &[Field], values: &Map<String, Value>, path: &str) -> Result<Vec<Item>, Problem> {
    let member = |field: &Field| {
        let path = match path {
            "" => field.name.clone(),
            _ => format!("{path}.{}", field.name),
        };
        match values.get(&field.name) {
            Some(value) => encode(&field.kind, value, &path),
            None => Err((path, "missing".to_owned())),
        }
    };
    fields.iter().map(member).collect()
}

fn encode(kind: &Kind, value: &Value, path: &str) -> Result<Item, Problem> {
    let wrong = |problem: &str| (path.to_owned(), problem.to_owned());
    let placed = |bytes: Vec<u8>| {
        if kind.is_dynamic() {
            Item::Elsewhere(bytes)
        } else {
            Item::Here(bytes)
        }
    };
    let with_length = |bytes: &[u8]| {
        let padding = vec![0; bytes.len().next_multiple_of(32) - bytes.len()];
        Item::Elsewhere([&word(bytes.len())[..], bytes, &padding].concat())
    };
    match kind {
        Kind::Word(name) => {
            let word = abi_word(name, value, path).map_err(|error| wrong(&error.to_string()))?;
            Ok(Item::Here(word.to_vec()))
        }
        Kind::Text => Ok(with_length(
            value.as_str().ok_or_else(|| wrong("expected a text"))?.as_bytes(),
        )),
        Kind::Bytes => {
            let bytes = value.as_str().and_then(|text| text.parse::<Hex>().ok());
            Ok(with_length(
                &bytes.ok_or_else(|| wrong("expected bytes in hexadecimal"))?.to_bytes(),
            ))
        }
        Kind::Tuple(fields) => {
            let values = value.as_object().ok_or_else(|| wrong("expected an object"))?;
            Ok(placed(joined(&members(fields, values, path)?)))
        }
        Kind::List(element, length) => {
            let values = value.as_array().ok_or_else(|| wrong("expected a list"))?;
            if length.is_some_and(|length| length != values.len()) {
                return Err(wrong(&format!("expected a {kind}, found {} items", values.len())));
            }
            let items = values.iter().enumerate();
            let items = items.map(|(place, value)| encode(element, value, &format!("{path}[{place}]")));
            let bytes = joined(&items.collect::<Result<Vec<_>, _>>()?);
            Ok(match length {
                None => Item::Elsewhere([&word(values.len())[..], &bytes].concat()),
                Some(_) => placed(bytes),
            })
        }
    }
}

fn word_at(bytes: &[u8], place: usize) -> Option<Uint256> {
    Some(Uint256(bytes.get(place..place.checked_add(32)?)?.try_into().ok()?))
}

fn small_at(bytes: &[u8], place: usize) -> Option<usize> {
    usize::try_from(word_at(bytes, place)?.to_u64()?).ok()
}

/// The value whose place, or the way to it, is at `place`.
fn decode(kind: &Kind, bytes: &[u8], place: usize) -> Option<Value> {
    let start = if kind.is_dynamic() {
        small_at(bytes, place)?
    } else {
        place
    };
    let here = bytes.get(start..)?;
    match kind {
        Kind::Word(name) => Some(shown(name, word_at(here, 0)?)),
        Kind::Text => Some(json!(String::from_utf8_lossy(with_length(here)?))),
        Kind::Bytes => Some(json!(Hex::from_bytes(with_length(here)?))),
        Kind::Tuple(fields) => Some(together(fields, decode_fields(fields, here)?)),
        Kind::List(element, Some(length)) => decode_items(element, *length, here),
        Kind::List(element, None) => decode_items(element, small_at(here, 0)?, here.get(32..)?),
    }
}

/// The bytes behind their length.
fn with_length(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(32..small_at(bytes, 0)?.checked_add(32)?)
}

fn decode_items(element: &Kind, length: usize, bytes: &[u8]) -> Option<Value> {
    let step = element.head_length();
    // Before anything is made of a length that somebody invented.
    if length.checked_mul(step.max(1))? > bytes.len() {
        return None;
    }
    let items = (0..length).map(|place| decode(element, bytes, place * step));
    items.collect::<Option<Vec<_>>>().map(Value::Array)
}

fn decode_fields(fields: &[Field], bytes: &[u8]) -> Option<Vec<Value>> {
    let (mut values, mut place) = (Vec::new(), 0);
    for field in fields {
        values.push(decode(&field.kind, bytes, place)?);
        place += field.kind.head_length();
    }
    Some(values)
}

/// Several values by name, or in a list where one of them has no name.
fn together(fields: &[Field], values: Vec<Value>) -> Value {
    if fields.iter().any(|field| field.name.is_empty()) {
        return Value::Array(values);
    }
    let names = fields.iter().map(|field| field.name.clone());
    Value::Object(names.zip(values).collect())
}

fn shown(kind: &str, number: Uint256) -> Value {
    let word = number.0;
    if kind == "address" {
        return json!(Hex::from_bytes(&word[12..]));
    }
    if kind == "bool" {
        return json!(word[31] == 1);
    }
    if let Some(size) = kind.strip_prefix("bytes") {
        return json!(Hex::from_bytes(&word[..size.parse().unwrap_or(32).min(32)]));
    }
    if kind.starts_with("int") && word[0] & 0x80 != 0 {
        return json!(format!("-{}", number.negated().to_decimal()));
    }
    json!(number.to_decimal())
}

/// The text that a function gave back: a `string`, or as old tokens have it, `bytes32` up to the first zero.
pub(crate) fn decode_text(bytes: &[u8]) -> Option<String> {
    let text = match bytes.len() {
        32 => String::from_utf8(bytes.split(|byte| *byte == 0).next()?.to_vec()).ok()?,
        _ => decode(&Kind::Text, bytes, 0)?.as_str()?.to_owned(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// What a contract said when it reverted, from what it gave back.
pub(super) fn revert_reason(data: &str) -> Option<String> {
    let bytes = data.get(10..)?.parse::<Hex>().ok()?.to_bytes();
    match data.get(..10)? {
        ERROR => Some(decode(&Kind::Text, &bytes, 0)?.as_str()?.to_owned()),
        PANIC => Some(format!("panic {}", word_at(&bytes, 0)?.to_decimal())),
        _ => None,
    }
}
