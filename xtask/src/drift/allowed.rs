//! The list of changes that may break.
//!
//! Invariant: an entry that names no change is an error, so that the list never holds more than was meant.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::{Error, FileLine};
use super::report::Report;
use super::rule;

/// Changes by their ids, each with its line: `rule place`. Empty lines and lines that begin with `#` are passed over.
#[derive(Debug, Default)]
pub struct Allowed {
    file: String,
    entries: BTreeMap<String, usize>,
}

impl Allowed {
    /// Reads a list from a file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the file cannot be read as text, [`Error::Allowed`] if a line is no id or stands twice.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
            file: file.clone(),
            source,
        })?;
        Self::parse(&file, &text)
    }

    /// Reads a list; `file` stands in errors.
    ///
    /// # Errors
    /// [`Error::Allowed`] if a line is no id or stands twice.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let mut allowed = Self {
            file: file.to_owned(),
            entries: BTreeMap::new(),
        };
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = index + 1;
            let (name, place) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            if !rule::ALL.iter().any(|rule| rule.name == name) {
                return Err(allowed.wrong(
                    number,
                    format!("`{name}` is no rule: write `rule place`, as the comparison does"),
                ));
            }
            let id = format!("{name} {}", place.trim_start());
            if let Some(first) = allowed.entries.insert(id, number) {
                return Err(allowed.wrong(number, format!("stands already in line {first}: remove one")));
            }
        }
        Ok(allowed)
    }

    /// Marks the changes of a report that the list names.
    ///
    /// # Errors
    /// [`Error::Allowed`] for the first entry that names no change.
    pub fn apply(&self, report: &mut Report) -> Result<(), Error> {
        let mut unused = self.entries.clone();
        for change in &mut report.changes {
            let id = change.id();
            change.allowed = self.entries.contains_key(&id);
            unused.remove(&id);
        }
        match unused.into_iter().min_by_key(|(_, line)| *line) {
            None => Ok(()),
            Some((id, line)) => Err(self.wrong(
                line,
                format!("`{id}` is no change between the two: remove the line, or correct it"),
            )),
        }
    }

    fn wrong(&self, line: usize, message: String) -> Error {
        Error::Allowed {
            at: FileLine {
                file: self.file.clone(),
                line: Some(line),
            },
            message,
        }
    }
}
