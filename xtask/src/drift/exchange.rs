//! What goes to and fro in an operation: parameters, the body of the request, the answers.
//!
//! Invariant: bodies are compared by content type, answers by status; a status that only one side describes is told, not guessed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::{Comparison, Direction, Edge};
use super::document::{entries, items};
use super::flat::flatten;
use super::operations::Operation;
use super::place::{Place, clean};
use super::rule;
use super::schema::{Kind, Node, Shape};

/// The content type that needs no naming.
const JSON: &str = "application/json";
/// Headers that security and user actions tell of, or that HTTP itself has.
const HEADERS: [&str; 3] = ["authorization", "accept", "content-type"];

/// Compares what two operations send and answer.
pub(crate) fn compare<'a>(
    comparison: &mut Comparison<'a>,
    id: usize,
    label: &str,
    old: Operation<'a>,
    new: Operation<'a>,
) {
    parameters(comparison, id, label, old, new);
    bodies(comparison, id, label, old, new);
    answers(comparison, id, label, old, new);
}

/// Parameters by where they stand and their name; those of the path by their position.
fn parameters_of<'a>(operation: Operation<'a>) -> BTreeMap<(&'a str, String), &'a Value> {
    let text = |parameter: &'a Value, key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    let lists = [operation.item, operation.value].map(|holder| items(holder.get("parameters")));
    let mut parameters = BTreeMap::new();
    // Those of the operation come last, since they stand in for those of the path item.
    for parameter in lists.into_iter().flatten() {
        let parameter = operation.document.follow(parameter);
        let (name, place) = (text(parameter, "name"), text(parameter, "in"));
        let lower = name.to_ascii_lowercase();
        let is_told_elsewhere = lower.starts_with("x-dfns-") || HEADERS.contains(&lower.as_str());
        if place == "header" && is_told_elsewhere {
            continue;
        }
        let key = match place {
            "path" => operation.path.find(&format!("{{{name}}}")).map_or_else(
                || name.to_owned(),
                |at| format!("{:03}", operation.path[..at].matches('{').count()),
            ),
            "header" => lower,
            _ => name.to_owned(),
        };
        parameters.insert((place, key), parameter);
    }
    parameters
}

fn is_required(value: &Value) -> bool {
    value.get("required") == Some(&Value::Bool(true)) || value.get("in").is_some_and(|place| place == "path")
}

fn parameters<'a>(comparison: &mut Comparison<'a>, id: usize, label: &str, old: Operation<'a>, new: Operation<'a>) {
    let (before, after) = (parameters_of(old), parameters_of(new));
    let place = |parameter: &Value| {
        let text = |key| clean(parameter.get(key).and_then(Value::as_str).unwrap_or_default());
        Place::new(format!("{} {} {}", clean(label), text("in"), text("name")))
    };
    for (key, one) in &before {
        let Some(other) = after.get(key) else {
            comparison.note(id, rule::PARAMETER_REMOVED, place(one), "the parameter is gone");
            continue;
        };
        let name = |parameter: &'a Value| parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        if key.0 == "path" && name(one) != name(other) {
            let detail = format!("{} → {}", name(one), name(other));
            comparison.note(id, rule::PATH_PARAMETER_RENAMED, place(one), detail);
        }
        match (is_required(one), is_required(other)) {
            (true, false) => comparison.note(id, rule::PARAMETER_OPTIONAL, place(one), "required → optional"),
            (false, true) => comparison.note(id, rule::PARAMETER_REQUIRED, place(one), "optional → required"),
            _ => {}
        }
        let flag = |parameter: &Value| parameter.get("deprecated") == Some(&Value::Bool(true));
        match (flag(one), flag(other)) {
            (false, true) => comparison.note(id, rule::FIELD_DEPRECATED, place(one), "is deprecated"),
            (true, false) => comparison.note(
                id,
                rule::FIELD_DEPRECATION_LIFTED,
                place(one),
                "is no longer deprecated",
            ),
            _ => {}
        }
        let schemas = [schema_of(one), schema_of(other)];
        style(comparison, id, one, other, &schemas, &place(one));
        let [before, after] = schemas;
        comparison.enqueue(Edge {
            old: before,
            new: after,
            place: place(one),
            direction: Direction::Request,
            is_optional: !is_required(one) && !is_required(other),
            tag: None,
            parent: id,
        });
    }
    for (key, parameter) in &after {
        if !before.contains_key(key) {
            let (rule, detail) = if is_required(parameter) {
                (rule::PARAMETER_ADDED_REQUIRED, "a new parameter, required")
            } else {
                (rule::PARAMETER_ADDED, "a new parameter, optional")
            };
            comparison.note(id, rule, place(parameter), detail);
        }
    }
}

/// The schema of a parameter, of its content where it has some.
fn schema_of(parameter: &Value) -> Node<'_> {
    let in_content = || entries(parameter.get("content")).next()?.1.get("schema");
    parameter
        .get("schema")
        .or_else(in_content)
        .map(Node::of)
        .unwrap_or_default()
}

/// How lists and objects are written into a parameter; all else is written in one way only.
fn style<'a>(
    comparison: &mut Comparison<'a>,
    id: usize,
    old: &Value,
    new: &Value,
    schemas: &[Node<'a>; 2],
    place: &Place,
) {
    let kind = Shape::of(&flatten(comparison.old, &schemas[0])).kind;
    if !matches!(kind, Kind::List | Kind::Map | Kind::Object | Kind::FreeObject) {
        return;
    }
    let told = |parameter: &Value| {
        let by_default = match parameter.get("in").and_then(Value::as_str) {
            Some("query" | "cookie") => "form",
            _ => "simple",
        };
        let style = parameter.get("style").and_then(Value::as_str).unwrap_or(by_default);
        let explode = parameter
            .get("explode")
            .and_then(Value::as_bool)
            .unwrap_or(style == "form");
        format!("{style}{}", if explode { ", exploded" } else { "" })
    };
    let (old, new) = (told(old), told(new));
    if old != new {
        comparison.note(id, rule::PARAMETER_STYLE_CHANGED, place, format!("{old} → {new}"));
    }
}

/// The contents of a body or an answer by their type, without its parameters such as the character set.
fn content_of(holder: &Value) -> BTreeMap<String, &Value> {
    entries(holder.get("content"))
        .map(|(media, content)| {
            let media = media.split(';').next().unwrap_or(media).trim().to_ascii_lowercase();
            (media, content)
        })
        .collect()
}

fn at(base: &str, media: &str) -> Place {
    if media == JSON {
        Place::new(base)
    } else {
        Place::new(format!("{base} ({})", clean(media)))
    }
}

fn bodies<'a>(comparison: &mut Comparison<'a>, id: usize, label: &str, old: Operation<'a>, new: Operation<'a>) {
    let base = format!("{} request", clean(label));
    let place = Place::new(&base);
    let body = |operation: Operation<'a>| Some(operation.document.follow(operation.value.get("requestBody")?));
    let required = |body: &Value| body.get("required") == Some(&Value::Bool(true));
    match (body(old), body(new)) {
        (None, None) => {}
        (Some(_), None) => comparison.note(id, rule::REQUEST_BODY_REMOVED, place, "the body is gone"),
        (None, Some(body)) if required(body) => {
            comparison.note(id, rule::REQUEST_BODY_ADDED_REQUIRED, place, "a body, required");
        }
        (None, Some(_)) => comparison.note(id, rule::REQUEST_BODY_ADDED, place, "a body, optional"),
        (Some(one), Some(other)) => {
            match (required(one), required(other)) {
                (true, false) => comparison.note(id, rule::REQUEST_BODY_OPTIONAL, place, "required → optional"),
                (false, true) => comparison.note(id, rule::REQUEST_BODY_REQUIRED, place, "optional → required"),
                _ => {}
            }
            let rules = (rule::REQUEST_CONTENT_REMOVED, rule::REQUEST_CONTENT_ADDED);
            contents(comparison, id, &base, [one, other], Direction::Request, rules);
        }
    }
}

fn contents<'a>(
    comparison: &mut Comparison<'a>,
    id: usize,
    base: &str,
    [old, new]: [&'a Value; 2],
    direction: Direction,
    (removed, added): (rule::Rule, rule::Rule),
) {
    let (before, after) = (content_of(old), content_of(new));
    for (media, one) in &before {
        let Some(other) = after.get(media) else {
            comparison.note(id, removed, Place::new(base).word(media), "the content type is gone");
            continue;
        };
        let schema = |content: &'a Value| content.get("schema").map(Node::of).unwrap_or_default();
        comparison.enqueue(Edge {
            old: schema(one),
            new: schema(other),
            place: at(base, media),
            direction,
            is_optional: false,
            tag: None,
            parent: id,
        });
    }
    for media in after.keys().filter(|media| !before.contains_key(*media)) {
        comparison.note(id, added, Place::new(base).word(media), "a new content type");
    }
}

/// The answers by status in capitals.
fn answers_of(operation: Operation<'_>) -> BTreeMap<String, &Value> {
    entries(operation.value.get("responses"))
        .map(|(status, answer)| (status.to_ascii_uppercase(), operation.document.follow(answer)))
        .collect()
}

fn answers<'a>(comparison: &mut Comparison<'a>, id: usize, label: &str, old: Operation<'a>, new: Operation<'a>) {
    let (mut before, mut after) = (answers_of(old), answers_of(new));
    // Our form says 202 by `x-pending`, and describes it nowhere.
    let is_pending = |operation: Operation| operation.value.get("x-pending").is_some();
    if is_pending(old) || is_pending(new) {
        before.remove("202");
        after.remove("202");
    }
    let successes = |answers: &BTreeMap<String, &'a Value>| -> Vec<String> {
        answers
            .keys()
            .filter(|status| status.starts_with('2'))
            .cloned()
            .collect()
    };
    let (gone, came): (Vec<_>, Vec<_>) = (
        successes(&before)
            .into_iter()
            .filter(|status| !after.contains_key(status))
            .collect(),
        successes(&after)
            .into_iter()
            .filter(|status| !before.contains_key(status))
            .collect(),
    );
    let place = |status: &str| Place::new(format!("{} {}", clean(label), clean(status)));
    let mut pairs: Vec<(String, &Value, &Value)> = Vec::new();
    match (gone.as_slice(), came.as_slice()) {
        ([gone], [came]) => {
            comparison.note(
                id,
                rule::SUCCESS_STATUS_CHANGED,
                place(gone),
                format!("{gone} → {came}"),
            );
            pairs.push((gone.clone(), before[gone], after[came]));
        }
        (gone, came) => {
            for status in gone {
                comparison.note(id, rule::SUCCESS_STATUS_REMOVED, place(status), "is no longer answered");
            }
            for status in came {
                comparison.note(id, rule::SUCCESS_STATUS_ADDED, place(status), "may be answered");
            }
        }
    }
    // Answers of errors are compared where both sides describe the same status.
    for (status, one) in &before {
        if let Some(other) = after.get(status) {
            pairs.push((status.clone(), one, other));
        }
    }
    for (status, one, other) in pairs {
        let place = place(&status);
        match (content_of(one).is_empty(), content_of(other).is_empty()) {
            (true, true) => {}
            (true, false) => comparison.note(id, rule::RESPONSE_BODY_ADDED, place, "empty → with content"),
            (false, true) => comparison.note(id, rule::RESPONSE_BODY_REMOVED, place, "with content → empty"),
            (false, false) => {
                let rules = (rule::RESPONSE_CONTENT_REMOVED, rule::RESPONSE_CONTENT_ADDED);
                contents(
                    comparison,
                    id,
                    &place.to_string(),
                    [one, other],
                    Direction::Response,
                    rules,
                );
            }
        }
    }
}
