//! Plain YAML as a JSON value.
//!
//! Invariant: what a file can cost is bounded by its size: aliases may not write out more than [`EXPANSION`], nothing is nested
//! deeper than [`DEPTH`], and everything that is not plain data (tags, merge keys, several documents) is refused by name.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

use crate::spec::{Kind, kind_of};

/// How deep lists and mappings may be nested.
pub(crate) const DEPTH: usize = 128;
/// How much aliases may write out in all: bytes of text, and 64 for every value.
pub(crate) const EXPANSION: usize = 16 * 1024 * 1024;

/// What is wrong, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// Reads one YAML document.
pub(crate) fn parse(text: &str) -> Result<Value, Refusal> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text).keep_tags(true);
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| refusal(*error.marker(), format!("not YAML: {}", error.info())))?;
        builder.take(event, span.start)?;
    }
    builder.root.ok_or_else(|| Refusal {
        line: 1,
        message: "the file is empty".to_owned(),
    })
}

fn refusal(mark: Marker, message: impl Into<String>) -> Refusal {
    Refusal {
        line: mark.line(),
        message: message.into(),
    }
}

/// A list or mapping whose end has not come yet.
enum Open {
    List(Vec<Value>),
    Mapping {
        entries: Map<String, Value>,
        key: Option<String>,
    },
}

#[derive(Default)]
struct Builder {
    open: Vec<(Open, usize)>,
    root: Option<Value>,
    documents: usize,
    anchors: HashMap<usize, Value>,
    expanded: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, mark: Marker) -> Result<(), Refusal> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(refusal(
                        mark,
                        "a second YAML document in one file: compare files of one document",
                    ));
                }
                Ok(())
            }
            Event::Alias(anchor) => {
                let value = self.anchored(anchor, mark)?;
                self.place(value, mark)
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                let plain = matches!(style, ScalarStyle::Plain);
                if let Some((Open::Mapping { key: key @ None, .. }, _)) = self.open.last_mut() {
                    if plain && text == "<<" {
                        return Err(refusal(mark, "a merge key (`<<`): write the keys themselves"));
                    }
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                let value = if plain {
                    scalar(&text)
                } else {
                    Value::String(text.into_owned())
                };
                self.remember(anchor, &value, mark)?;
                self.place(value, mark)
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                self.start(Open::List(Vec::new()), anchor, mark)
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                let entries = Map::new();
                self.start(Open::Mapping { entries, key: None }, anchor, mark)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((open, anchor)) = self.open.pop() else {
                    return Ok(());
                };
                let value = match open {
                    Open::List(items) => Value::Array(items),
                    Open::Mapping { entries, .. } => Value::Object(entries),
                };
                self.remember(anchor, &value, mark)?;
                self.place(value, mark)
            }
        }
    }

    fn start(&mut self, open: Open, anchor: usize, mark: Marker) -> Result<(), Refusal> {
        if let Some((Open::Mapping { key: None, .. }, _)) = self.open.last() {
            return Err(refusal(mark, "a list or mapping as a key: a key is text"));
        }
        if self.open.len() == DEPTH {
            return Err(refusal(mark, format!("nested deeper than {DEPTH} levels")));
        }
        self.open.push((open, anchor));
        Ok(())
    }

    /// Keeps the value of an anchor; the copy counts as written out.
    fn remember(&mut self, anchor: usize, value: &Value, mark: Marker) -> Result<(), Refusal> {
        if anchor != 0 {
            self.write_out(value, mark)?;
            self.anchors.insert(anchor, value.clone());
        }
        Ok(())
    }

    fn anchored(&mut self, anchor: usize, mark: Marker) -> Result<Value, Refusal> {
        let Some(value) = self.anchors.get(&anchor).cloned() else {
            return Err(refusal(mark, "an alias (`*name`) inside of what it stands for"));
        };
        if self.open.len() + depth(&value) > DEPTH {
            return Err(refusal(mark, format!("nested deeper than {DEPTH} levels")));
        }
        self.write_out(&value, mark)?;
        Ok(value)
    }

    fn write_out(&mut self, value: &Value, mark: Marker) -> Result<(), Refusal> {
        self.expanded = self.expanded.saturating_add(weight(value));
        if self.expanded > EXPANSION {
            let limit = EXPANSION / (1024 * 1024);
            let message =
                format!("anchors and aliases write out more than {limit} MB: write the values, or use `$ref`");
            return Err(refusal(mark, message));
        }
        Ok(())
    }

    fn place(&mut self, value: Value, mark: Marker) -> Result<(), Refusal> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Open::List(items), _)) => items.push(value),
            Some((Open::Mapping { entries, key }, _)) => {
                let Some(key) = key.take() else {
                    return Err(refusal(mark, "an alias as a key: a key is text"));
                };
                if entries.contains_key(&key) {
                    return Err(refusal(
                        mark,
                        format!("the key `{}` stands twice in this mapping", key.escape_debug()),
                    ));
                }
                entries.insert(key, value);
            }
        }
        Ok(())
    }
}

fn refuse_tag(tagged: bool, mark: Marker) -> Result<(), Refusal> {
    if tagged {
        return Err(refusal(mark, "a tag (`!name`): leave it out, and put text in quotes"));
    }
    Ok(())
}

/// What a scalar without quotes is in the core schema of YAML 1.2, as far as JSON can hold it.
fn scalar(text: &str) -> Value {
    match kind_of(text) {
        Kind::Null => Value::Null,
        Kind::Boolean => Value::Bool(text == "true"),
        Kind::Number => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
        Kind::Text if matches!(text, "True" | "TRUE") => Value::Bool(true),
        Kind::Text if matches!(text, "False" | "FALSE") => Value::Bool(false),
        Kind::Text => exponent(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from));
    whole
        .ok()
        .or_else(|| Number::from_f64(text.parse().ok()?))
        .map(Value::Number)
}

/// `1e6`, `+1`, `.5`: numbers that `kind_of` leaves alone because readers differ on them.
fn exponent(text: &str) -> Option<Value> {
    let looks_like_one = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if looks_like_one { number(text) } else { None }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn weight(value: &Value) -> usize {
    64 + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(entries) => entries.iter().map(|(key, value)| 64 + key.len() + weight(value)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal_of(text: &str) -> (usize, String) {
        let refusal = parse(text).unwrap_err();
        (refusal.line, refusal.message)
    }

    #[test]
    fn small_aliases_are_written_out() {
        let value = parse("a: &name {x: 1}\nb: *name\n").unwrap();
        assert_eq!(value, json!({"a": {"x": 1}, "b": {"x": 1}}));
    }

    #[test]
    fn a_bomb_of_aliases_is_refused_with_its_line() {
        let levels = (1..12).map(|level| {
            let alias = format!("*a{}", level - 1);
            format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(", "))
        });
        let text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned() + &levels.collect::<String>();
        let (line, message) = refusal_of(&text);
        assert!(
            line < 12 && message.contains("write out more than 16 MB"),
            "{line}: {message}"
        );
    }

    #[test]
    fn an_alias_to_what_it_stands_in_is_refused() {
        assert!(refusal_of("a: &a [*a]\n").1.contains("inside of what it stands for"));
    }

    #[test]
    fn what_is_not_plain_data_is_refused_by_name() {
        for (text, expected) in [
            ("a: 1\nb: !!set {x}\n", (2, "a tag")),
            ("a: &a {x: 1}\nb:\n  <<: *a\n", (3, "a merge key")),
            ("a: 1\n---\nb: 1\n", (2, "a second YAML document")),
            ("a: 1\na: 2\n", (2, "stands twice")),
            ("? [a]\n: 1\n", (1, "a list or mapping as a key")),
        ] {
            let (line, message) = refusal_of(text);
            assert!(line == expected.0 && message.contains(expected.1), "{line}: {message}");
        }
    }

    #[test]
    fn scalars_are_those_of_the_core_schema() {
        let value = parse("[1, -2.5, 1e3, true, True, null, ~, yes, 3.0.3, '1', 2026-11-22, 12:30]").unwrap();
        let expected = json!([
            1,
            -2.5,
            1000.0,
            true,
            true,
            null,
            null,
            "yes",
            "3.0.3",
            "1",
            "2026-11-22",
            "12:30"
        ]);
        assert_eq!(value, expected);
    }
}
