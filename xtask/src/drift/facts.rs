//! What holds of a place and not of its values: `null`, limits, defaults, deprecation.
//!
//! Invariant: a fact of a component that both sides name alike is compared once, at the component; every other fact where it stands.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::{Both, Comparison, Direction, Edge};
use super::document::entries;
use super::flat::Flat;
use super::place::Place;
use super::rule;
use super::schema::Kind;

/// Keywords of JSON Schema that limit values; also the keys of `x-limits`.
const LIMITS: [&str; 13] = [
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "maxProperties",
    "minProperties",
];

/// Compares what holds of the place of two schemas.
pub(crate) fn compare_place(comparison: &mut Comparison, edge: &Edge, both: &Both) {
    let whole = !both.is_same_component();
    let (old, new) = (both.old.is_nullable(whole), both.new.is_nullable(whole));
    let is_collection = |kind| matches!(kind, Kind::List | Kind::Map);
    let is_option = edge.is_optional && !is_collection(both.old_shape.kind) && !is_collection(both.new_shape.kind);
    let is_any = both.old_shape.kind == Kind::Any || both.new_shape.kind == Kind::Any;
    if old != new && !is_any {
        let pair = match (new, is_option) {
            (true, true) => rule::OPTIONAL_NULLABLE,
            (true, false) => rule::NULLABLE,
            (false, true) => rule::OPTIONAL_NOT_NULLABLE,
            (false, false) => rule::NOT_NULLABLE,
        };
        comparison.note_either(edge.parent, pair, edge.direction, &edge.place, null_detail(new));
    }
    limits(
        comparison,
        edge.parent,
        edge.direction,
        &edge.place,
        [&both.old, &both.new],
        |flat| limits_of(flat, whole),
    );
    let told = |flat: &Flat, key: &str| flat.facts(whole).find_map(|object| object.get(key).cloned());
    let (old, new) = (told(&both.old, "default"), told(&both.new, "default"));
    if let (Some(old), Some(new), Direction::Request) = (old, new, edge.direction)
        && old != new
    {
        let detail = format!("{old} → {new}");
        comparison.note(edge.parent, rule::REQUEST_DEFAULT_CHANGED, &edge.place, detail);
    }
    let is_deprecated = |flat: &Flat| {
        flat.facts(whole)
            .any(|object| object.get("deprecated") == Some(&Value::Bool(true)))
    };
    match (is_deprecated(&both.old), is_deprecated(&both.new)) {
        (false, true) => comparison.note(edge.parent, rule::FIELD_DEPRECATED, &edge.place, "is deprecated"),
        (true, false) => {
            comparison.note(
                edge.parent,
                rule::FIELD_DEPRECATION_LIFTED,
                &edge.place,
                "is no longer deprecated",
            );
        }
        _ => {}
    }
}

/// Compares what a component of the same name says of itself.
pub(crate) fn compare_component(comparison: &mut Comparison, id: usize, both: &Both) {
    if !both.is_same_component() {
        return;
    }
    let (place, direction) = (comparison.place(id), comparison.direction(id));
    let (old, new) = (both.old.is_nullable_inside(), both.new.is_nullable_inside());
    if old != new {
        let pair = if new { rule::NULLABLE } else { rule::NOT_NULLABLE };
        comparison.note_either(id, pair, direction, &place, null_detail(new));
    }
    limits(comparison, id, direction, &place, [&both.old, &both.new], limits_inside);
}

fn null_detail(is_nullable: bool) -> &'static str {
    if is_nullable {
        "may be null"
    } else {
        "may no longer be null"
    }
}

type Limits<'a> = BTreeMap<&'a str, &'a Value>;

fn limits_of<'a>(flat: &Flat<'a>, whole: bool) -> Limits<'a> {
    collect(flat.facts(whole))
}

fn limits_inside<'a>(flat: &Flat<'a>) -> Limits<'a> {
    collect(flat.inner.iter().copied())
}

fn collect<'a>(objects: impl Iterator<Item = &'a serde_json::Map<String, Value>>) -> Limits<'a> {
    let mut limits = BTreeMap::new();
    for object in objects {
        let own = entries(object.get("x-limits"));
        let standard = LIMITS.iter().filter_map(|key| Some((*key, object.get(*key)?)));
        for (key, value) in own.chain(standard) {
            // What JSON Schema takes for granted is no limit.
            if !matches!(
                (key, value.as_f64(), value.as_bool()),
                ("minLength" | "minItems", Some(0.0), _) | (_, _, Some(false))
            ) {
                limits.entry(key).or_insert(value);
            }
        }
    }
    limits
}

fn limits<'a>(
    comparison: &mut Comparison,
    id: usize,
    direction: Direction,
    place: &Place,
    sides: [&Flat<'a>; 2],
    of: impl Fn(&Flat<'a>) -> Limits<'a>,
) {
    let (old, new) = (of(sides[0]), of(sides[1]));
    let mut keys: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (old, new) = (old.get(key).copied(), new.get(key).copied());
        if old == new || matches!((old, new), (Some(old), Some(new)) if old.is_number() && old.as_f64() == new.as_f64())
        {
            continue;
        }
        let pair = rule::LIMIT_RELAXED;
        let told = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), ToString::to_string);
        let detail = format!("{} → {}", told(old), told(new));
        if is_relaxed(key, old, new) {
            comparison.note_either(id, pair, direction, place.word(key), detail);
        } else {
            comparison.note(id, rule::LIMIT_CHANGED, place.word(key), detail);
        }
    }
}

/// Whether more values fit than before.
fn is_relaxed(key: &str, old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(old), Some(new)) = (old, new) else {
        return new.is_none();
    };
    match (old.as_f64(), new.as_f64()) {
        (Some(old), Some(new)) if key.to_ascii_lowercase().contains("max") => new > old,
        (Some(old), Some(new)) if key.to_ascii_lowercase().contains("min") => new < old,
        _ => false,
    }
}
