//! The struct types of a request, and the text of a type that its hash is made of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{DOMAIN, KeyError};

/// One member of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: String,
}

/// All struct types of a request by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Types(BTreeMap<String, Vec<Field>>);

/// The type without its array brackets: `Person[2][]` is made of `Person`.
pub(super) fn element_of(kind: &str) -> &str {
    kind.split('[').next().unwrap_or(kind)
}

fn invalid(problem: impl Into<String>) -> KeyError {
    KeyError::input("types", problem)
}

impl Types {
    /// Reads `{"Mail": [{"name": "to", "type": "address"}, …], …}`.
    pub(super) fn read(types: &Value) -> Result<Self, KeyError> {
        let given = types.as_object().ok_or_else(|| invalid("expected an object"))?;
        let mut structs = BTreeMap::new();
        for (name, members) in given {
            let members = members
                .as_array()
                .ok_or_else(|| invalid(format!("{name}: expected a list of fields")))?;
            let fields: Option<Vec<Field>> = members.iter().map(read_field).collect();
            let fields = fields.ok_or_else(|| invalid(format!("{name}: every field needs a name and a type")))?;
            let names: BTreeSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            if names.len() != fields.len() {
                return Err(invalid(format!("{name}: a field stands there twice")));
            }
            structs.insert(name.clone(), fields);
        }
        Ok(Self(structs))
    }

    /// The fields of a struct; nothing if no struct has that name.
    pub(super) fn fields(&self, name: &str) -> Option<&[Field]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The type that no other one refers to.
    pub(super) fn primary(&self) -> Result<&str, KeyError> {
        let mut referred = BTreeSet::new();
        for (name, fields) in &self.0 {
            referred.extend(
                fields
                    .iter()
                    .map(|field| element_of(&field.kind))
                    .filter(|kind| kind != name),
            );
        }
        let mut free = self
            .0
            .keys()
            .map(String::as_str)
            .filter(|name| *name != DOMAIN && !referred.contains(name));
        let primary = free
            .next()
            .ok_or_else(|| invalid("no type is left that no other type refers to"))?;
        match free.next() {
            None => Ok(primary),
            Some(other) => Err(invalid(format!("both {primary} and {other} could be the primary type"))),
        }
    }

    /// `Mail(Person from,Person to,string contents)Person(string name,address wallet)`.
    pub(super) fn text_of(&self, name: &str) -> Result<String, KeyError> {
        let mut reached = self.reached_from(name);
        reached.remove(name);
        let mut text = String::new();
        for name in std::iter::once(name).chain(reached) {
            let fields = self
                .fields(name)
                .ok_or_else(|| invalid(format!("{name} is not defined")))?;
            let members: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}", field.kind, field.name))
                .collect();
            text.push_str(&format_struct(name, &members));
        }
        Ok(text)
    }

    fn reached_from<'a>(&'a self, name: &'a str) -> BTreeSet<&'a str> {
        let (mut reached, mut waiting) = (BTreeSet::from([name]), vec![name]);
        while let Some(name) = waiting.pop() {
            for field in self.fields(name).unwrap_or_default() {
                let element = element_of(&field.kind);
                if self.0.contains_key(element) && reached.insert(element) {
                    waiting.push(element);
                }
            }
        }
        reached
    }
}

fn format_struct(name: &str, members: &[String]) -> String {
    format!("{name}({})", members.join(","))
}

fn read_field(field: &Value) -> Option<Field> {
    let text = |name: &str| {
        field
            .get(name)?
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    Some(Field {
        name: text("name")?,
        kind: text("type")?,
    })
}
