//! Operations: which there are, and what each says of itself. Bodies and answers are put into the queue.
//!
//! Invariant: an operation is known by its method and its path without the names of parameters, else by its id; never by its place
//! in the file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::Comparison;
use super::document::{Document, entries, items, operations};
use super::exchange;
use super::rule::{self, Rule};
use super::sound::normal_path;

/// An operation with what it is made of.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) document: &'a Document,
    pub(crate) path: &'a str,
    pub(crate) item: &'a Value,
    pub(crate) method: &'static str,
    pub(crate) value: &'a Value,
}

impl<'a> Operation<'a> {
    pub(crate) fn id(&self) -> Option<&'a str> {
        self.value.get("operationId")?.as_str()
    }

    fn address(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    fn is_deprecated(&self) -> bool {
        self.value.get("deprecated") == Some(&Value::Bool(true))
    }

    /// The names of the schemes, one text an alternative; empty if the operation is open to everybody.
    fn security(&self) -> Vec<String> {
        let root = self.document.value().get("security");
        let alternatives = items(self.value.get("security").or(root));
        let mut names: Vec<String> = alternatives
            .iter()
            .map(|alternative| {
                let names: Vec<&str> = entries(Some(alternative)).map(|(name, _)| name).collect();
                names.join(" + ")
            })
            .collect();
        names.sort_unstable();
        // An empty alternative: a token may be left out.
        if names.iter().any(String::is_empty) {
            names.clear();
        }
        names
    }
}

/// What a document says at all; where it is silent, nothing is compared.
struct Voice {
    security: bool,
    user_action: bool,
}

impl Voice {
    fn of(document: &Document) -> Self {
        let says = |key: &str| operations(document.value()).any(|(_, _, _, operation)| operation.get(key).is_some());
        Self {
            security: document.value().get("security").is_some() || says("security"),
            user_action: says("x-user-action"),
        }
    }
}

/// Compares all operations of two documents.
pub(crate) fn compare(comparison: &mut Comparison) {
    let (old_document, new_document) = (comparison.old, comparison.new);
    let voices = [Voice::of(old_document), Voice::of(new_document)];
    let mut old = by_address(old_document);
    let mut new = by_address(new_document);
    let mut pairs = Vec::new();
    old.retain(|address, operation| match new.remove(address) {
        Some(other) => {
            pairs.push((*operation, other, false));
            false
        }
        None => true,
    });
    // What is left may have moved and kept its id.
    old.retain(|_, operation| {
        let moved = new
            .iter()
            .find(|(_, other)| operation.id().is_some() && other.id() == operation.id())
            .map(|(address, _)| address.clone());
        match moved.and_then(|address| new.remove(&address)) {
            Some(other) => {
                pairs.push((*operation, other, true));
                false
            }
            None => true,
        }
    });
    pairs.sort_by_key(|(operation, _, _)| (operation.path, operation.method));
    for (one, other, has_moved) in pairs {
        operation(comparison, one, other, has_moved, &voices);
    }
    for (operations, rule, detail) in [
        (old, rule::OPERATION_REMOVED, "the operation is gone"),
        (new, rule::OPERATION_ADDED, "a new operation"),
    ] {
        for operation in operations.into_values() {
            let label = operation.id().map_or_else(|| operation.address(), str::to_owned);
            let id = comparison.operation(&label);
            let place = comparison.place(id);
            comparison.note(id, rule, place, format!("{detail}: {}", operation.address()));
        }
    }
}

fn by_address(document: &Document) -> BTreeMap<(String, &'static str), Operation<'_>> {
    operations(document.value())
        .filter(|(path, ..)| !path.starts_with("x-"))
        .map(|(path, item, method, value)| {
            let operation = Operation {
                document,
                path,
                item,
                method,
                value,
            };
            ((normal_path(path), method), operation)
        })
        .collect()
}

fn operation<'a>(
    comparison: &mut Comparison<'a>,
    old: Operation<'a>,
    new: Operation<'a>,
    has_moved: bool,
    [old_voice, new_voice]: &[Voice; 2],
) {
    let label = old.id().or(new.id()).map_or_else(|| old.address(), str::to_owned);
    let id = comparison.operation(&label);
    let place = comparison.place(id);
    let mut note = |rule: Rule, detail: String| comparison.note(id, rule, &place, detail);
    if has_moved {
        note(rule::OPERATION_MOVED, format!("{} → {}", old.address(), new.address()));
    }
    if let (Some(old), Some(new)) = (old.id(), new.id())
        && old != new
    {
        note(rule::OPERATION_ID_CHANGED, format!("{old} → {new}"));
    }
    match (old.is_deprecated(), new.is_deprecated()) {
        (false, true) => note(rule::OPERATION_DEPRECATED, "is deprecated".to_owned()),
        (true, false) => note(rule::OPERATION_DEPRECATION_LIFTED, "is no longer deprecated".to_owned()),
        _ => {}
    }
    if old_voice.security && new_voice.security {
        security(&mut note, old, new);
    }
    if old_voice.user_action && new_voice.user_action {
        let needs = |operation: Operation| {
            operation
                .value
                .get("x-user-action")
                .is_some_and(|told| *told != Value::Bool(false))
        };
        match (needs(old), needs(new)) {
            (false, true) => note(rule::USER_ACTION_ADDED, "needs a user action signature".to_owned()),
            (true, false) => note(rule::USER_ACTION_REMOVED, "needs no user action signature".to_owned()),
            _ => {}
        }
    }
    extensions(&mut note, old, new);
    if comparison.is_ours() {
        let mut note = |rule: Rule, detail: String| comparison.note(id, rule, &place, detail);
        our_facts(&mut note, old, new);
    }
    exchange::compare(comparison, id, &label, old, new);
}

fn security(note: &mut impl FnMut(Rule, String), old: Operation, new: Operation) {
    let (before, after) = (old.security(), new.security());
    let known = |operation: Operation, names: &[String]| {
        let schemes = operation.document.value().pointer("/components/securitySchemes");
        names
            .iter()
            .flat_map(|name| name.split(" + "))
            .all(|name| schemes.is_some_and(|schemes| schemes.get(name).is_some()))
    };
    match (before.is_empty(), after.is_empty()) {
        (true, false) => note(
            rule::SECURITY_ADDED,
            format!("open to everybody → {}", after.join(" or ")),
        ),
        (false, true) => note(
            rule::SECURITY_REMOVED,
            format!("{} → open to everybody", before.join(" or ")),
        ),
        // The same thing may have another name in another document.
        _ if before != after && known(old, &after) && known(new, &before) => {
            note(
                rule::SECURITY_CHANGED,
                format!("{} → {}", before.join(" or "), after.join(" or ")),
            );
        }
        _ => {}
    }
}

/// Facts that both sides must state.
fn extensions(note: &mut impl FnMut(Rule, String), old: Operation, new: Operation) {
    for key in [
        "x-permission",
        "x-principals",
        "x-idempotent",
        "x-lifecycle",
        "x-pending",
    ] {
        if let (Some(old), Some(new)) = (old.value.get(key), new.value.get(key))
            && old != new
        {
            note(rule::OPERATION_FACT_CHANGED, format!("{key}: {old} → {new}"));
        }
    }
}

/// What our form says by stating it or by leaving it out.
fn our_facts(note: &mut impl FnMut(Rule, String), old: Operation, new: Operation) {
    for (rule, pointer) in [
        (rule::OPERATION_CALL_CHANGED, "/x-call"),
        (rule::OPERATION_DOMAIN_CHANGED, "/tags/0"),
        (rule::OPERATION_PAGING_CHANGED, "/x-paging"),
    ] {
        let told = |operation: Operation| {
            let value = operation.value.pointer(pointer).and_then(Value::as_str);
            value.unwrap_or("none").to_owned()
        };
        let (old, new) = (told(old), told(new));
        if old != new {
            note(rule, format!("{old} → {new}"));
        }
    }
}
