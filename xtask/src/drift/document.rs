//! One OpenAPI document, however it was written down.
//!
//! Invariant: a [`Document`] is sound: what stands where OpenAPI wants an object is one, every reference leads somewhere inside the
//! document, and none leads in a circle by references alone.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use super::error::{Error, FileLine};
use super::{sound, yaml};
use crate::spec;

/// The largest file that is read, in MB.
pub(crate) const LIMIT: u64 = 64;

/// The methods of HTTP that a path item may have, in the order in which operations are compared.
pub(crate) const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// A sound OpenAPI document of version 3.0 or 3.1.
#[derive(Debug)]
pub struct Document {
    name: String,
    root: Value,
    ours: bool,
}

impl Document {
    /// Reads a file in JSON or YAML, or a folder in the form of `spec/`.
    ///
    /// # Errors
    /// Every variant of [`Error`] but those of the comparison itself.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let unreadable = |source| Error::Unreadable {
            file: path.display().to_string(),
            source,
        };
        let kind = std::fs::metadata(path).map_err(unreadable)?;
        if kind.is_dir() {
            let spec = spec::load(path).map_err(|findings| Error::Folder {
                folder: name.clone(),
                findings,
            })?;
            return Self::sound(name, spec.document, "");
        }
        if !kind.is_file() {
            return Err(unreadable(std::io::Error::other("not a regular file")));
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(LIMIT * 1024 * 1024 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        Self::parse(&name, &bytes)
    }

    /// Reads the bytes of a file in JSON or YAML; `name` stands in errors.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Encoding`], [`Error::Syntax`], [`Error::Unsound`].
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() as u64 > LIMIT * 1024 * 1024 {
            return Err(Error::TooLarge {
                file: name.to_owned(),
                limit: LIMIT,
            });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = String::from_utf8_lossy(&bytes[..error.valid_up_to()])
                .split('\n')
                .count();
            Error::Encoding {
                at: file_line(name, Some(line)),
            }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = value(text).map_err(|(line, message)| Error::Syntax {
            at: file_line(name, Some(line)),
            message,
        })?;
        Self::sound(name.to_owned(), root, text)
    }

    /// The document, if it is sound; `text` is what it was read from, to find lines in.
    fn sound(name: String, root: Value, text: &str) -> Result<Self, Error> {
        if let Err(flaw) = sound::check(&root) {
            let line = flaw.needle.as_deref().and_then(|needle| line_of(text, needle));
            return Err(Error::Unsound {
                at: file_line(&name, line),
                place: if flaw.pointer.is_empty() {
                    "the document".to_owned()
                } else {
                    flaw.pointer
                },
                message: flaw.message,
            });
        }
        let ours = operations(&root).any(|(_, _, _, operation)| operation.get("x-call").is_some());
        Ok(Self { name, root, ours })
    }

    /// The file or folder as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the API, `info.version`; empty if it has none.
    pub fn version(&self) -> &str {
        self.root
            .pointer("/info/version")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// How many operations it has.
    pub fn operations(&self) -> usize {
        operations(&self.root).count()
    }

    /// Written in our form, with `x-call`: names and formats stand for types in Rust.
    pub(crate) fn is_ours(&self) -> bool {
        self.ours
    }

    /// The document as it was read.
    pub fn value(&self) -> &Value {
        &self.root
    }

    /// What a reference leads to.
    pub(crate) fn target(&self, reference: &str) -> Option<&Value> {
        target(&self.root, reference)
    }

    /// The value itself, or what its references lead to.
    pub(crate) fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        follow(&self.root, value)
    }
}

fn file_line(file: &str, line: Option<usize>) -> FileLine {
    FileLine {
        file: file.to_owned(),
        line,
    }
}

/// The value that the text of a file stands for; else the line and what is wrong with it.
fn value(text: &str) -> Result<Value, (usize, String)> {
    if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(value) => return Ok(value),
            // YAML may begin with a brace as well.
            Err(error) => {
                return yaml::parse(text).map_err(|_| (error.line(), format!("not JSON: {}", without_place(&error))));
            }
        }
    }
    yaml::parse(text).map_err(|refusal| (refusal.line, refusal.message))
}

/// The words of an error without `at line 1 column 2`.
fn without_place(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words
        .rsplit_once(" at line ")
        .map_or(words.clone(), |(words, _)| words.to_owned())
}

/// The line of the first place where the text holds `needle`.
fn line_of(text: &str, needle: &str) -> Option<usize> {
    let place = text.find(needle)?;
    Some(1 + text[..place].matches('\n').count())
}

/// The operations of a document: path, path item, method, operation; in the order of paths and methods.
pub(crate) fn operations(root: &Value) -> impl Iterator<Item = (&str, &Value, &'static str, &Value)> {
    let items = root.get("paths").and_then(Value::as_object).into_iter().flatten();
    items.flat_map(move |(path, item)| {
        let item = follow(root, item);
        METHODS
            .into_iter()
            .filter_map(move |method| Some((path.as_str(), item, method, item.get(method)?)))
    })
}

/// What a reference inside the document leads to.
pub(crate) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = decoded(reference.strip_prefix('#')?)?;
    root.pointer(&pointer)
}

/// A pointer without percent encoding.
fn decoded(pointer: &str) -> Option<Cow<'_, str>> {
    if !pointer.contains('%') {
        return Some(Cow::Borrowed(pointer));
    }
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let code = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(code).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The value itself, or what its references lead to; a value that refers to itself is given back.
pub(crate) fn follow<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    let mut current = value;
    // Longer chains than this are refused by `sound`, or are no schemas and parameters that anyone writes.
    for _ in 0..64 {
        match current
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| target(root, reference))
        {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

/// The entries of an object; none for every other value.
pub(crate) fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let object: Option<&Map<String, Value>> = value.and_then(Value::as_object);
    object.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// The items of a list; none for every other value.
pub(crate) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
