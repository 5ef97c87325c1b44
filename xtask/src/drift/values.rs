//! Which values two schemas have: sorts, formats, enums, fields, members.

use super::comparison::Direction;
use super::comparison::{Both, Comparison, Edge, type_rule};
use super::document::Document;
use super::facts;
use super::flat::{Flat, flatten};
use super::rule::{self, Pair};
use super::schema::{Kind, Node, Shape};
use super::union::{self, Matched, Side};

/// Formats that are ours: they name a type in Rust, and nothing that the API says.
const OUR_FORMATS: [&str; 4] = ["id", "amount", "hex", "password"];

/// Compares the values of two schemas, and puts what stands in them into the queue.
pub(crate) fn compare<'a>(comparison: &mut Comparison<'a>, id: usize, edge: &Edge<'a>, both: &Both<'a>) {
    facts::compare_component(comparison, id, both);
    if comparison.is_ours() {
        rust_type(comparison, id, both);
    }
    let (old, new) = (&both.old_shape, &both.new_shape);
    if old.kind != new.kind {
        return kind(comparison, id, old, new);
    }
    match old.kind {
        Kind::Any | Kind::Null | Kind::Boolean | Kind::FreeObject => {}
        Kind::Text | Kind::Integer | Kind::Number => format(comparison, id, old, new),
        Kind::Enum => enum_values(comparison, id, old, new),
        Kind::List => {
            let place = comparison.place(id).element();
            inner(comparison, id, old.element.as_ref(), new.element.as_ref(), place);
        }
        Kind::Map => further(comparison, id, old, new),
        Kind::Object => {
            fields(comparison, id, edge, old, new);
            further(comparison, id, old, new);
        }
        Kind::Union => {
            members(comparison, id, old, new);
            fields(comparison, id, edge, old, new);
        }
    }
}

/// Names and formats that are types in Rust.
fn rust_type(comparison: &mut Comparison, id: usize, both: &Both) {
    let place = comparison.place(id);
    if let (Some(old), Some(new)) = (both.old.name(), both.new.name())
        && old != new
    {
        comparison.note(id, rule::TYPE_RENAMED, &place, format!("{old} → {new}"));
        return;
    }
    let told = |shape: &Shape| {
        let format = shape.format.filter(|format| OUR_FORMATS.contains(format));
        shape.rust_type.or(format).unwrap_or("none").to_owned()
    };
    let (old, new) = (told(&both.old_shape), told(&both.new_shape));
    if old != new && both.old_shape.kind == both.new_shape.kind {
        comparison.note(id, rule::RUST_TYPE_CHANGED, &place, format!("{old} → {new}"));
    }
}

fn kind(comparison: &mut Comparison, id: usize, old: &Shape, new: &Shape) {
    let wider = is_wider(old, comparison.new, new);
    let narrower = is_wider(new, comparison.old, old);
    either(
        comparison,
        id,
        type_rule(wider, narrower),
        &format!("{} → {}", old.describe(), new.describe()),
    );
}

/// Whether every value of `narrow` is one of `wide`, judged by their sorts.
fn is_wider(narrow: &Shape, document: &Document, wide: &Shape) -> bool {
    match (narrow.kind, wide.kind) {
        (_, Kind::Any)
        | (Kind::Integer, Kind::Number)
        | (Kind::Enum, Kind::Text)
        | (Kind::Map | Kind::Object, Kind::FreeObject) => true,
        (kind, Kind::Union) => union::has_plain(document, wide, kind),
        _ => false,
    }
}

fn either(comparison: &mut Comparison, id: usize, pair: Pair, detail: &str) {
    let (place, direction) = (comparison.place(id), comparison.direction(id));
    comparison.note_either(id, pair, direction, place, detail);
}

fn format(comparison: &mut Comparison, id: usize, old: &Shape, new: &Shape) {
    // What our formats are is told by `rust_type`; on the wire they are plain text.
    let told = |shape: &Shape| {
        shape
            .format
            .filter(|format| !OUR_FORMATS.contains(format))
            .map(str::to_owned)
    };
    let hides = |shape: &Shape| shape.format.is_some_and(|format| OUR_FORMATS.contains(&format));
    let (one, other) = (told(old), told(new));
    if one == other || hides(old) || hides(new) {
        return;
    }
    let name = |format: &Option<String>| format.clone().unwrap_or_else(|| "none".to_owned());
    let detail = format!("{} → {}", name(&one), name(&other));
    let pair = match (one.as_deref(), other.as_deref()) {
        (None, _) | (_, None) if old.kind != Kind::Text => {
            let place = comparison.place(id);
            return comparison.note(id, rule::NUMBER_FORMAT_STATED, place, detail);
        }
        (Some("int32"), Some("int64")) | (Some("float"), Some("double")) | (Some(_), None) => rule::FORMAT_WIDENED,
        (Some("int64"), Some("int32")) | (Some("double"), Some("float")) | (None, Some(_)) => rule::FORMAT_NARROWED,
        _ => rule::FORMAT_CHANGED,
    };
    either(comparison, id, pair, &detail);
}

fn enum_values(comparison: &mut Comparison, id: usize, old: &Shape, new: &Shape) {
    let (place, direction) = (comparison.place(id), comparison.direction(id));
    for value in old.values.difference(&new.values) {
        let place = place.word(&format!("{value:?}"));
        comparison.note_either(id, rule::ENUM_VALUE_REMOVED, direction, place, "the value is gone");
    }
    for value in new.values.difference(&old.values) {
        let place = place.word(&format!("{value:?}"));
        comparison.note_either(id, rule::ENUM_VALUE_ADDED, direction, place, "a new value");
    }
}

fn inner<'a>(
    comparison: &mut Comparison<'a>,
    id: usize,
    old: Option<&Node<'a>>,
    new: Option<&Node<'a>>,
    place: super::place::Place,
) {
    let direction = comparison.direction(id);
    comparison.enqueue(Edge {
        old: old.cloned().unwrap_or_default(),
        new: new.cloned().unwrap_or_default(),
        place,
        direction,
        is_optional: false,
        tag: None,
        parent: id,
    });
}

/// The values of a map; the further fields of an object, if both sides say which they are.
fn further<'a>(comparison: &mut Comparison<'a>, id: usize, old: &Shape<'a>, new: &Shape<'a>) {
    if let (Some(old), Some(new)) = (&old.rest, &new.rest) {
        let place = comparison.place(id).rest();
        inner(comparison, id, Some(old), Some(new), place);
    }
}

/// Whether a field stands in what goes into this direction.
fn is_there(flat: &Flat, direction: Direction) -> bool {
    !flat.has(match direction {
        Direction::Request => "readOnly",
        Direction::Response => "writeOnly",
    })
}

fn fields<'a>(comparison: &mut Comparison<'a>, id: usize, edge: &Edge<'a>, old: &Shape<'a>, new: &Shape<'a>) {
    let (place, direction) = (comparison.place(id), comparison.direction(id));
    let mut names: Vec<&'a str> = old.fields.keys().chain(new.fields.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| edge.tag.as_deref() != Some(*name)) {
        let field = place.field(name);
        let before = old
            .fields
            .get(name)
            .filter(|node| is_there(&flatten(comparison.old, node), direction));
        let after = new
            .fields
            .get(name)
            .filter(|node| is_there(&flatten(comparison.new, node), direction));
        let (was_required, is_required) = (old.required.contains(&name), new.required.contains(&name));
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (before, after),
            (Some(before), None) => {
                let shape = Shape::of(&flatten(comparison.old, before));
                let detail = format!("the field is gone, {}", described(&shape, was_required));
                comparison.note_either(id, rule::FIELD_REMOVED, direction, field, detail);
                continue;
            }
            (None, Some(after)) => {
                let shape = Shape::of(&flatten(comparison.new, after));
                let pair = if is_required {
                    rule::FIELD_ADDED_REQUIRED
                } else {
                    rule::FIELD_ADDED
                };
                let detail = format!("a new field, {}", described(&shape, is_required));
                comparison.note_either(id, pair, direction, field, detail);
                continue;
            }
            (None, None) => continue,
        };
        match (was_required, is_required) {
            (true, false) => {
                comparison.note_either(id, rule::FIELD_OPTIONAL, direction, &field, "required → optional");
            }
            (false, true) => {
                comparison.note_either(id, rule::FIELD_REQUIRED, direction, &field, "optional → required");
            }
            _ => {}
        }
        comparison.enqueue(Edge {
            old: before.clone(),
            new: after.clone(),
            place: field,
            direction,
            is_optional: !was_required && !is_required,
            tag: None,
            parent: id,
        });
    }
    if comparison.is_ours() {
        argument_order(comparison, id, old, new);
    }
}

/// `new` takes the required fields in the order in which the specification requires them.
fn argument_order(comparison: &mut Comparison, id: usize, old: &Shape, new: &Shape) {
    let order = |one: &Shape, other: &Shape| -> Vec<String> {
        let shared = one.required.iter().filter(|name| other.required.contains(name));
        shared.map(|name| (*name).to_owned()).collect()
    };
    let (before, after) = (order(old, new), order(new, old));
    if before != after {
        let place = comparison.place(id);
        let detail = format!("{} → {}", before.join(", "), after.join(", "));
        comparison.note(id, rule::ARGUMENT_ORDER_CHANGED, place, detail);
    }
}

fn described(shape: &Shape, is_required: bool) -> String {
    let presence = if is_required { "required" } else { "optional" };
    format!("{presence} {}", shape.describe())
}

fn members<'a>(comparison: &mut Comparison<'a>, id: usize, old: &Shape<'a>, new: &Shape<'a>) {
    let (place, direction) = (comparison.place(id), comparison.direction(id));
    let sides = (
        Side {
            document: comparison.old,
            shape: old,
        },
        Side {
            document: comparison.new,
            shape: new,
        },
    );
    let edge = |old: &Node<'a>, new: &Node<'a>, place, tag: Option<&str>| Edge {
        old: old.clone(),
        new: new.clone(),
        place,
        direction,
        is_optional: false,
        tag: tag.map(str::to_owned),
        parent: id,
    };
    match union::matched(sides.0, sides.1) {
        Matched::Tag { tag, old, new } => {
            for (value, before) in &old {
                let place = place.member(&tag, value);
                match new.get(value) {
                    Some(after) => comparison.enqueue(edge(before, after, place, Some(&tag))),
                    None => {
                        comparison.note_either(id, rule::UNION_MEMBER_REMOVED, direction, place, "the member is gone");
                    }
                }
            }
            for value in new.keys().filter(|value| !old.contains_key(*value)) {
                comparison.note_either(
                    id,
                    rule::UNION_MEMBER_ADDED,
                    direction,
                    place.member(&tag, value),
                    "a new member",
                );
            }
        }
        Matched::Differently { old, new } => {
            let name = |tag: String| if tag.is_empty() { "none".to_owned() } else { tag };
            comparison.note(
                id,
                rule::UNION_TAG_CHANGED,
                place,
                format!("{} → {}", name(old), name(new)),
            );
        }
        Matched::Shape => {
            let pairs = union::paired(sides.0, sides.1);
            for (before, after, kind) in &pairs.both {
                comparison.enqueue(edge(before, after, place.alternative(kind), None));
            }
            for name in pairs.removed {
                let place = place.alternative(&name);
                comparison.note_either(id, rule::UNION_MEMBER_REMOVED, direction, place, "the member is gone");
            }
            for name in pairs.added {
                let place = place.alternative(&name);
                comparison.note_either(id, rule::UNION_MEMBER_ADDED, direction, place, "a new member");
            }
        }
    }
}
