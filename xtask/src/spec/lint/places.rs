//! In which file a component stands.
//!
//! Invariant: the file of a domain holds what that domain alone uses; what several use stands in `shared.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::context::{Context, texts};
use crate::spec::bundle::listed;
use crate::spec::load::SHARED;
use crate::spec::location::escape;
use crate::spec::rule;

pub(super) fn check(context: &mut Context<'_>) {
    let users = users(context);
    for kind in ["parameters", "schemas"] {
        for (name, _) in context.components(kind) {
            let pointer = format!("/components/{kind}/{}", escape(name));
            let Some(domains) = users.get(format!("#{pointer}").as_str()) else {
                continue;
            };
            let Some(location) = context.locations.of(&pointer) else {
                continue;
            };
            let file = location
                .file
                .rsplit('/')
                .next()
                .and_then(|name| name.strip_suffix(".yaml"))
                .unwrap_or_default();
            if file != SHARED && !domains.iter().all(|domain| *domain == file) {
                let domains: Vec<&str> = domains.iter().copied().collect();
                let message = format!("`{name}` is used by {}: move it to `{SHARED}.yaml`", listed(&domains));
                context.report(&pointer, rule::COMPONENT_FILE, message);
            }
        }
    }
}

/// The domains whose operations lead to each component, by its reference.
fn users<'a>(context: &Context<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut roots: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for operation in context.operations.iter() {
        let domain = roots
            .entry(texts(operation.value, "tags").next().unwrap_or_default())
            .or_default();
        domain.push(operation.value);
        domain.extend(operation.item.get("parameters"));
    }
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (domain, mut open) in roots {
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    open.extend(object.values());
                    if let Some(reference) = object.get("$ref").and_then(Value::as_str)
                        && users.entry(reference).or_default().insert(domain)
                    {
                        open.extend(
                            reference
                                .strip_prefix('#')
                                .and_then(|inner| context.document.pointer(inner)),
                        );
                    }
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }
    users
}
