//! One YAML file as a tree that knows the place of every value.
//!
//! Invariant: what a file can cost is bounded before it is read: [`MAX_BYTES`], [`MAX_DEPTH`], [`MAX_NODES`], and no aliases.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::scalar::{self, Kind};
use super::{Findings, Location, rule};

/// The largest file that is read, in bytes.
pub(crate) const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// How deep lists and mappings may be nested.
pub(crate) const MAX_DEPTH: usize = 64;
/// How many values one file may hold.
pub(crate) const MAX_NODES: usize = 200_000;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) location: Location,
    pub(crate) data: Data,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Scalar { kind: Kind, text: String },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key with its place, and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) location: Location,
    pub(crate) value: Node,
}

impl Node {
    /// The entries of a mapping; none for every other value.
    pub(crate) fn entries(&self) -> &[Entry] {
        if let Data::Mapping(entries) = &self.data {
            entries
        } else {
            &[]
        }
    }

    /// What the value is, for a person.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.data {
            Data::Mapping(_) => "a mapping",
            Data::Sequence(_) => "a list",
            Data::Scalar { kind: Kind::Text, .. } => "text",
            Data::Scalar { kind: Kind::Number, .. } => "a number",
            Data::Scalar {
                kind: Kind::Boolean, ..
            } => "true or false",
            Data::Scalar { kind: Kind::Null, .. } => "nothing",
        }
    }
}

/// Reads `text`; `None` if the file cannot be used at all. What is wrong goes to `findings` in either case.
pub(crate) fn parse(text: &str, file: &Arc<str>, findings: &mut Findings) -> Option<Node> {
    let mut builder = Builder {
        file,
        findings,
        open: Vec::new(),
        root: None,
        nodes: 0,
        documents: 0,
    };
    let mut parser = Parser::new_from_str(text).keep_tags(true);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => builder.take(event, span.start)?,
            Err(error) => {
                builder.refuse(
                    *error.marker(),
                    rule::YAML_SYNTAX,
                    format!("not YAML: {}", error.info()),
                );
                return None;
            }
        }
    }
    if builder.root.is_none() {
        builder.findings.report(
            Some(Location::whole_file(file)),
            rule::YAML_EMPTY,
            "the file is empty: write its keys, or delete it",
        );
    }
    builder.root
}

/// A list or mapping whose end has not come yet.
enum Open {
    Sequence {
        location: Location,
        items: Vec<Node>,
    },
    Mapping {
        location: Location,
        entries: Vec<Entry>,
        keys: HashMap<String, Location>,
        key: Option<(String, Location)>,
    },
}

struct Builder<'a> {
    file: &'a Arc<str>,
    findings: &'a mut Findings,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl Builder<'_> {
    /// Takes one event; `None` where reading on makes no sense.
    fn take(&mut self, event: Event<'_>, mark: Marker) -> Option<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Some(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.refuse(
                        mark,
                        rule::YAML_DOCUMENTS,
                        "a second document in one file: move it to a file of its own",
                    );
                    return None;
                }
                Some(())
            }
            Event::Alias(_) => {
                self.refuse(
                    mark,
                    rule::YAML_ALIAS,
                    "an alias (`*name`): write the value itself, or a `$ref`",
                );
                None
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.check_properties(mark, anchor, tag.is_some())?;
                self.take_scalar(&text, style, mark)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_properties(mark, anchor, tag.is_some())?;
                let location = self.check_start(mark)?;
                self.open.push(Open::Sequence {
                    location,
                    items: Vec::new(),
                });
                Some(())
            }
            Event::MappingStart(anchor, tag) => {
                self.check_properties(mark, anchor, tag.is_some())?;
                let location = self.check_start(mark)?;
                self.open.push(Open::Mapping {
                    location,
                    entries: Vec::new(),
                    keys: HashMap::new(),
                    key: None,
                });
                Some(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop()? {
                    Open::Sequence { location, items } => Node {
                        location,
                        data: Data::Sequence(items),
                    },
                    Open::Mapping { location, entries, .. } => Node {
                        location,
                        data: Data::Mapping(entries),
                    },
                };
                self.place(node);
                Some(())
            }
        }
    }

    fn check_properties(&mut self, mark: Marker, anchor: usize, tagged: bool) -> Option<()> {
        if anchor != 0 {
            self.refuse(
                mark,
                rule::YAML_ALIAS,
                "an anchor (`&name`): write the value where it is needed, or a `$ref`",
            );
            return None;
        }
        if tagged {
            self.refuse(
                mark,
                rule::YAML_TAG,
                "a tag (`!name`): leave it out, and put text in quotes",
            );
            return None;
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.refuse(
                mark,
                rule::YAML_SIZE,
                format!("more than {MAX_NODES} values in one file: split it"),
            );
            return None;
        }
        Some(())
    }

    fn check_start(&mut self, mark: Marker) -> Option<Location> {
        if let Some(Open::Mapping { key: None, .. }) = self.open.last() {
            self.refuse(mark, rule::YAML_KEY, "a list or mapping as a key: a key is text");
            return None;
        }
        if self.open.len() == MAX_DEPTH {
            self.refuse(
                mark,
                rule::YAML_DEPTH,
                format!("nested deeper than {MAX_DEPTH} levels: use a named component"),
            );
            return None;
        }
        Some(self.at(mark))
    }

    fn take_scalar(&mut self, text: &str, style: ScalarStyle, mark: Marker) -> Option<()> {
        let location = self.at(mark);
        let plain = matches!(style, ScalarStyle::Plain);
        let kind = if plain { scalar::kind_of(text) } else { Kind::Text };
        let misread = if plain { scalar::misread_as(text) } else { None };
        if let Some(Open::Mapping { key: key @ None, .. }) = self.open.last_mut() {
            *key = Some((text.to_owned(), location));
            if text == "<<" && plain {
                self.refuse(mark, rule::YAML_ALIAS, "a merge key (`<<`): write the keys themselves");
                return None;
            }
            if kind != Kind::Text || misread.is_some() {
                let what = misread.unwrap_or_else(|| kind.name());
                self.refuse(
                    mark,
                    rule::YAML_KEY,
                    format!("the key `{text}` is read as {what}: put it in quotes"),
                );
            }
            return Some(());
        }
        if let Some(what) = misread {
            self.refuse(
                mark,
                rule::YAML_AMBIGUOUS,
                format!("`{text}` is read as {what} by some YAML readers: put text in quotes, write a number as plain decimal"),
            );
        }
        if kind == Kind::Null {
            self.refuse(mark, rule::YAML_NULL, "no value: write one, or leave out the key");
        }
        self.place(Node {
            location,
            data: Data::Scalar {
                kind,
                text: text.to_owned(),
            },
        });
        Some(())
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, keys, key, .. }) => {
                let Some((key, location)) = key.take() else { return };
                if let Some(first) = keys.get(&key) {
                    let message = format!("the key `{key}` stands in this mapping already, at {first}: remove one");
                    self.findings.report(Some(location), rule::YAML_DUPLICATE_KEY, message);
                    return;
                }
                keys.insert(key.clone(), location.clone());
                entries.push(Entry {
                    key,
                    location,
                    value: node,
                });
            }
        }
    }

    fn at(&self, mark: Marker) -> Location {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Location {
            file: Arc::clone(self.file),
            line: number(mark.line()),
            column: number(mark.col() + 1),
        }
    }

    fn refuse(&mut self, mark: Marker, rule: &'static str, message: impl Into<String>) {
        let location = self.at(mark);
        self.findings.report(Some(location), rule, message);
    }
}
