//! The proof of forward compatibility: a table of every enum, union, object and other component, with its samples.
//!
//! What is checked with each row stands beside the tables, in the tests of `dfns-types`, and is written by hand.
//!
//! Invariant: every component of the specification is in exactly one table.

use std::fmt::Write as _;

use serde_json::Value;

use super::facts::{array, object};
use super::samples::{FULL, MINIMAL, Samples, referred};
use super::{Error, Facts};

/// The tables, as text: one paragraph a row, so that a change of the specification is a change of few lines.
pub(crate) struct Tables {
    /// `COUNTS`: how many there are of what.
    pub(crate) counts: String,
    /// `ENUMS`.
    pub(crate) enums: String,
    /// `UNIONS`.
    pub(crate) unions: String,
    /// `OBJECTS`.
    pub(crate) objects: String,
    /// `VALUES`: ids, types written by hand, what the API leaves free, lists and maps with a name.
    pub(crate) values: String,
}

/// Makes the tables of a document.
///
/// # Errors
/// [`Error::Pass`] if there is no finite sample of a component.
pub(crate) fn generate(document: &Value, facts: &Facts) -> Result<Tables, Error> {
    let samples = Samples::new(document, facts);
    let mut counts = Counts::default();
    let mut objects = String::new();
    for (name, schema) in &facts.objects {
        objects.push_str(&row_of_object(name, schema, facts, &samples, &mut counts)?);
    }
    let others: Vec<&str> = samples
        .components()
        .filter(|name| {
            let name = *name;
            !(facts.enums.contains_key(name) || facts.unions.contains_key(name) || facts.objects.contains_key(name))
        })
        .collect();
    Ok(Tables {
        counts: counts.table(facts, others.len()),
        enums: table("ENUMS", "Enum", facts.enums.iter().map(|(name, values)| row_of_enum(name, values))),
        unions: table(
            "UNIONS",
            "Union",
            facts.unions.iter().map(|(name, union)| {
                format!(
                    "    Union {{\n        name: {name:?},\n        recode: recode::<dfns_types::{name}>,\n        \
                     kinds: dfns_types::{name}::KINDS,\n        tag: {:?},\n        members: &{:?},\n    }},\n",
                    union.tag, union.members
                )
            }),
        ),
        objects: table("OBJECTS", "Object", [objects]),
        values: table(
            "VALUES",
            "Plain",
            others.into_iter().map(|name| {
                let rust = facts.hand_written.get(name).map_or(name, String::as_str);
                let forms: Vec<String> = samples.forms(name).iter().map(raw).collect();
                format!(
                    "    Plain {{ name: {name:?}, recode: recode::<dfns_types::{rust}>, anything: {}, forms: &[{}] }},\n",
                    facts.anything.contains(name),
                    forms.join(", ")
                )
            }),
        ),
    })
}

/// How many fields of each sort all objects have.
#[derive(Default)]
struct Counts {
    fields: usize,
    required: usize,
    anything: usize,
    nullable: usize,
    optional: usize,
    enum_fields: usize,
    union_fields: usize,
}

impl Counts {
    fn table(&self, facts: &Facts, values: usize) -> String {
        let mut text =
            "/// How many the specification has of what.\npub(crate) static COUNTS: Counts = Counts {\n".to_owned();
        let rows = [
            ("enums", facts.enums.len()),
            ("enum_values", facts.enums.values().map(Vec::len).sum()),
            ("unions", facts.unions.len()),
            (
                "union_members",
                facts.unions.values().map(|union| union.members.len()).sum(),
            ),
            ("objects", facts.objects.len()),
            ("values", values),
            ("fields", self.fields),
            ("required_fields", self.required),
            ("anything_fields", self.anything),
            ("nullable_fields", self.nullable),
            ("optional_fields", self.optional),
            ("enum_fields", self.enum_fields),
            ("union_fields", self.union_fields),
        ];
        for (name, count) in rows {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "    {name}: {count},");
        }
        text + "};\n"
    }
}

fn table(name: &str, row: &str, rows: impl IntoIterator<Item = String>) -> String {
    let rows: String = rows.into_iter().collect();
    format!("use super::super::*;\n\n/// One row a component.\npub(crate) static {name}: &[{row}] = &[\n{rows}];\n")
}

fn row_of_enum(name: &str, values: &[String]) -> String {
    format!(
        "    Enum {{\n        name: {name:?},\n        recode: recode::<dfns_types::{name}>,\n        \
         print: print::<dfns_types::{name}>,\n        known: || texts(dfns_types::{name}::VALUES),\n        \
         values: &{values:?},\n    }},\n"
    )
}

fn row_of_object(
    name: &str,
    schema: &Value,
    facts: &Facts,
    samples: &Samples,
    counts: &mut Counts,
) -> Result<String, Error> {
    let sample = |levels| {
        let made = samples.component(name, levels);
        made.ok_or_else(|| Error::pass("openness", format!("there is no finite sample of {name}")))
    };
    let (minimal, full) = (sample(MINIMAL)?, sample(FULL)?);
    let (mut required, mut nullable, mut optional, mut patched) = (vec![], vec![], vec![], vec![]);
    let (mut anything, mut enums, mut unions) = (vec![], vec![], vec![]);
    for (field, property) in samples.fields(name) {
        if full.get(field).is_none() {
            return Err(Error::pass(
                "openness",
                format!("there is no finite sample of {name}.{field}"),
            ));
        }
        let is_free = referred(property).is_some_and(|name| facts.anything.contains(name));
        let is_required = array(&schema["required"]).iter().any(|other| other == field);
        match (is_required, property["nullable"] == true) {
            (true, _) if is_free => anything.push(field),
            (true, true) => nullable.push(field),
            (true, false) => required.push(field),
            _ if facts.patched(name, field) => patched.push(field),
            _ => optional.push(field),
        }
        open_places(property, pointer(field), facts, &mut enums, &mut unions);
    }
    counts.fields += anything.len() + required.len() + nullable.len() + optional.len() + patched.len();
    counts.required += required.len();
    counts.anything += anything.len();
    counts.nullable += nullable.len();
    counts.optional += optional.len() + patched.len();
    counts.enum_fields += enums.len();
    counts.union_fields += unions.len();
    Ok(format!(
        "    Object {{\n        name: {name:?},\n        recode: recode::<dfns_types::{name}>,\n        \
         minimal: {},\n        full: {},\n        required: &{required:?},\n        \
         anything: &{anything:?},\n        nullable: &{nullable:?},\n        \
         optional: &{optional:?},\n        patched: &{patched:?},\n        enums: &{enums:?},\n        \
         unions: &{unions:?},\n    }},\n",
        raw(&minimal),
        raw(&full)
    ))
}

/// Where in the full sample a field holds an enum, or a union with which tag: in the field itself, or in the one element
/// of its list or map.
fn open_places<'a>(
    schema: &Value,
    place: String,
    facts: &'a Facts,
    enums: &mut Vec<String>,
    unions: &mut Vec<(String, &'a str)>,
) {
    match referred(schema) {
        Some(name) if facts.enums.contains_key(name) => enums.push(place),
        Some(name) => unions.extend(facts.unions.get(name).map(|union| (place, union.tag.as_str()))),
        None if schema["items"].is_object() => {
            open_places(&schema["items"], format!("{place}/0"), facts, enums, unions);
        }
        None if !object(&schema["additionalProperties"]).is_empty() => {
            open_places(
                &schema["additionalProperties"],
                format!("{place}/key"),
                facts,
                enums,
                unions,
            );
        }
        None => {}
    }
}

fn pointer(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}

/// JSON as a literal of Rust, readable unless it holds what ends such a literal.
fn raw(value: &Value) -> String {
    let text = value.to_string();
    if text.contains("\"#") {
        format!("{text:?}")
    } else {
        format!("r#\"{text}\"#")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tables(schemas: &Value) -> Result<Tables, Error> {
        let document = json!({ "components": { "schemas": schemas } });
        generate(&document, &Facts::read(&document))
    }

    #[test]
    fn an_object_has_a_sample_with_and_one_without_what_is_optional() {
        let tables = tables(&json!({
            "Colour": {"type": "string", "enum": ["Red", "Blue"]},
            "Thing": {"type": "object", "required": ["date", "note"], "properties": {
                "date": {"type": "string", "format": "date-time"},
                "note": {"type": "string", "nullable": true},
                "colours": {"type": "array", "items": {"$ref": "#/components/schemas/Colour"}},
            }},
        }))
        .unwrap_or_else(|error| panic!("{error}"));
        for line in [
            r##"minimal: r#"{"date":"2026-11-22T14:56:55.123Z","note":null}"#,"##,
            r##"full: r#"{"colours":["Red"],"date":"2026-11-22T14:56:55.123Z","note":"text"}"#,"##,
            r#"required: &["date"],"#,
            r#"nullable: &["note"],"#,
            r#"optional: &["colours"],"#,
            r#"enums: &["/colours/0"],"#,
        ] {
            assert!(tables.objects.contains(line), "{line} is not in:\n{}", tables.objects);
        }
        assert!(tables.counts.contains("    optional_fields: 1,\n"), "{}", tables.counts);
    }

    #[test]
    fn what_holds_itself_ends() {
        let tables = tables(&json!({
            "Tree": {"type": "object", "required": ["below"], "properties": {
                "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                "twin": {"$ref": "#/components/schemas/Tree"},
            }},
        }))
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(
            tables.objects.contains(r##"minimal: r#"{"below":[]}"#,"##),
            "{}",
            tables.objects
        );
        assert!(tables.objects.contains(r#""twin":{"#), "{}", tables.objects);
    }

    #[test]
    fn what_cannot_end_is_refused_by_name() {
        let endless = tables(&json!({
            "Snake": {"type": "object", "required": ["tail"], "properties": {
                "tail": {"$ref": "#/components/schemas/Snake"},
            }},
        }));
        let refusal = endless.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refusal.contains("Snake"), "{refusal}");
    }

    #[test]
    fn the_tag_of_a_member_is_no_field_of_its_type() {
        let tables = tables(&json!({
            "Move": {
                "oneOf": [{"$ref": "#/components/schemas/Walk"}, {"$ref": "#/components/schemas/Ride"}],
                "discriminator": {"propertyName": "kind", "mapping": {
                    "Walk": "#/components/schemas/Walk", "Ride": "#/components/schemas/Ride",
                }},
            },
            "Ride": {"type": "object", "required": ["kind", "on"], "properties": {
                "kind": {"type": "string", "enum": ["Ride"]}, "on": {"type": "string"},
            }},
            "Walk": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["Walk"]}}},
            "Way": {"type": "object", "properties": {"step": {"$ref": "#/components/schemas/Move"}}},
        }))
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(
            tables.objects.contains(r##"minimal: r#"{"on":"text"}"#,"##),
            "{}",
            tables.objects
        );
        assert!(
            tables.objects.contains(r##"full: r#"{"step":{"kind":"Walk"}}"#,"##),
            "{}",
            tables.objects
        );
        assert!(
            tables.objects.contains(r#"unions: &[("/step", "kind")],"#),
            "{}",
            tables.objects
        );
        assert!(
            tables
                .unions
                .contains(r#"members: &[("Walk", "Walk"), ("Ride", "Ride")],"#),
            "{}",
            tables.unions
        );
    }
}
