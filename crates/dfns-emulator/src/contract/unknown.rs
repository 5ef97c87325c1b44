//! Where an answer holds a value that could be one that no client knows.

use serde_json::Value;

use super::shape::Shape;
use super::{of, shape};

/// The JSON pointer of the first field of an answer that holds one of a choice of values, in the order of the
/// specification; what lies higher comes first.
pub(crate) fn first_choice(operation: &str, answer: &Value) -> Option<String> {
    let mut level = vec![(String::new(), shape(of(operation)?.answer?), answer)];
    while !level.is_empty() {
        if let Some((pointer, _, _)) = level.iter().find(|(_, shape, value)| is_choice(shape, value)) {
            return Some(pointer.clone());
        }
        level = level
            .into_iter()
            .flat_map(|(pointer, shape, value)| inner(&pointer, shape, value))
            .collect();
    }
    None
}

fn is_choice(shape: &Shape, value: &Value) -> bool {
    // A choice of one is the tag of a member, and the union's business.
    matches!(shape, Shape::Choice(values) if values.len() > 1) && value.is_string()
}

fn inner<'a>(pointer: &str, expected: &'static Shape, value: &'a Value) -> Vec<(String, &'static Shape, &'a Value)> {
    match expected {
        Shape::Object(fields) => {
            let present = fields.iter().filter_map(|field| Some((field, value.get(field.name)?)));
            present
                .map(|(field, value)| (format!("{pointer}/{}", field.name), shape(field.shape), value))
                .collect()
        }
        Shape::List(item, _) => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items
                .map(|(place, value)| (format!("{pointer}/{place}"), shape(*item), value))
                .collect()
        }
        Shape::Union(tag, members) => {
            let kind = value.get(*tag).and_then(Value::as_str);
            let member = members.iter().find(|(name, _)| Some(*name) == kind);
            member.map_or_else(Vec::new, |(_, member)| inner(pointer, shape(*member), value))
        }
        _ => Vec::new(),
    }
}
