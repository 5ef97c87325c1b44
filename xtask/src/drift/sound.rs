//! Whether a document is OpenAPI that can be followed.
//!
//! Invariant: what passes here never makes the comparison go in a circle without passing a field, a list or a map.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::document::{METHODS, follow, target};

/// What is wrong with a document.
#[derive(Debug)]
pub(crate) struct Flaw {
    /// Where, as a JSON pointer; empty for the document itself.
    pub(crate) pointer: String,
    /// What is wrong, and what was expected.
    pub(crate) message: String,
    /// Text of the file by which its line can be found.
    pub(crate) needle: Option<String>,
}

type Checked = Result<(), Flaw>;

fn flaw(pointer: &str, message: impl Into<String>) -> Flaw {
    Flaw {
        pointer: pointer.to_owned(),
        message: message.into(),
        needle: None,
    }
}

/// Checks a whole document.
pub(crate) fn check(root: &Value) -> Checked {
    let document = root.as_object().ok_or_else(|| {
        flaw(
            "",
            "not an OpenAPI document: an object with `openapi` and `paths` is expected",
        )
    })?;
    match document.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => {}
        Some(version) => {
            let mut found = flaw("/openapi", format!("version {version:?}: 3.0 and 3.1 are read"));
            found.needle = Some("openapi".to_owned());
            return Err(found);
        }
        None => {
            return Err(flaw(
                "",
                "not an OpenAPI document: it has no text `openapi`, such as `3.0.3`",
            ));
        }
    }
    let paths = object(document.get("paths").unwrap_or(&Value::Null), "/paths")?;
    let mut checker = Checker {
        root,
        next: HashMap::new(),
        referred: Vec::new(),
    };
    let mut addresses = BTreeMap::new();
    for (path, item) in paths {
        let pointer = join("/paths", path);
        if path.starts_with("x-") {
            continue;
        }
        let item = checker.followed(item, &pointer)?;
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            if let Some(other) = addresses.insert((normal_path(path), method), path) {
                return Err(flaw(
                    &pointer,
                    format!("`{method}` stands already at {other:?}, whose path is the same"),
                ));
            }
            checker.operation(operation, &join(&pointer, method))?;
        }
        checker.parameters(item.get("parameters"), &pointer)?;
    }
    for (name, schema) in optional_object(root.pointer("/components/schemas"), "/components/schemas")? {
        checker.schema(schema, &join("/components/schemas", name))?;
    }
    while let Some((target, reference)) = checker.referred.pop() {
        checker.schema(target, reference.trim_start_matches('#'))?;
    }
    checker.circles()
}

/// A path without the names of its parameters.
pub(crate) fn normal_path(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        normal.push_str(before);
        normal.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    normal.push_str(rest);
    normal
}

struct Checker<'a> {
    root: &'a Value,
    /// The schemas that a schema is, or is one of: references, `allOf`, unions. By address, since schemas may be nameless.
    next: HashMap<usize, (String, Vec<&'a Value>)>,
    /// What schemas refer to, which may stand anywhere. A queue, so that long chains cost no stack.
    referred: Vec<(&'a Value, &'a str)>,
}

impl<'a> Checker<'a> {
    fn operation(&mut self, operation: &'a Value, pointer: &str) -> Checked {
        let operation = object(operation, pointer)?;
        self.parameters(operation.get("parameters"), pointer)?;
        if let Some(body) = operation.get("requestBody") {
            let pointer = join(pointer, "requestBody");
            let body = self.followed(body, &pointer)?;
            self.content(body, &pointer)?;
        }
        let pointer = join(pointer, "responses");
        for (status, response) in optional_object(operation.get("responses"), &pointer)? {
            let pointer = join(&pointer, status);
            let response = self.followed(response, &pointer)?;
            self.content(response, &pointer)?;
        }
        Ok(())
    }

    fn parameters(&mut self, parameters: Option<&'a Value>, pointer: &str) -> Checked {
        let pointer = join(pointer, "parameters");
        for (index, parameter) in list(parameters, &pointer)?.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let parameter = self.followed(parameter, &pointer)?;
            for key in ["name", "in"] {
                if !parameter.get(key).is_some_and(Value::is_string) {
                    return Err(flaw(&pointer, format!("a parameter without a text `{key}`")));
                }
            }
            if let Some(schema) = parameter.get("schema") {
                self.schema(schema, &join(&pointer, "schema"))?;
            }
            self.content(parameter, &pointer)?;
        }
        Ok(())
    }

    fn content(&mut self, holder: &'a Map<String, Value>, pointer: &str) -> Checked {
        let pointer = join(pointer, "content");
        for (media, content) in optional_object(holder.get("content"), &pointer)? {
            let pointer = join(&pointer, media);
            if let Some(schema) = object(content, &pointer)?.get("schema") {
                self.schema(schema, &join(&pointer, "schema"))?;
            }
        }
        Ok(())
    }

    /// Checks a schema and all that stands in it; what it refers to is noted for later.
    fn schema(&mut self, schema: &'a Value, pointer: &str) -> Checked {
        let address = std::ptr::from_ref(schema).addr();
        if schema.is_boolean() || self.next.contains_key(&address) {
            return Ok(());
        }
        let map = object(schema, pointer)?;
        let mut next = Vec::new();
        self.next.insert(address, (pointer.to_owned(), Vec::new()));
        if let Some(reference) = map.get("$ref") {
            next.push(self.reference(reference, pointer)?);
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            let pointer = join(pointer, key);
            for (index, member) in list(map.get(key), &pointer)?.iter().enumerate() {
                self.schema(member, &format!("{pointer}/{index}"))?;
                next.push(member);
            }
        }
        for (name, field) in optional_object(map.get("properties"), &join(pointer, "properties"))? {
            self.schema(field, &join(&join(pointer, "properties"), name))?;
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = map.get(key) {
                self.schema(inner, &join(pointer, key))?;
            }
        }
        for key in ["required", "enum"] {
            list(map.get(key), &join(pointer, key))?;
        }
        if list(map.get("required"), pointer)?.iter().any(|name| !name.is_string()) {
            return Err(flaw(
                &join(pointer, "required"),
                "the names of fields are expected, as text",
            ));
        }
        match map.get("type") {
            None | Some(Value::String(_)) => {}
            Some(Value::Array(types)) if !types.is_empty() && types.iter().all(Value::is_string) => {}
            Some(_) => {
                return Err(flaw(
                    &join(pointer, "type"),
                    "a type, or a list of types, is expected as text",
                ));
            }
        }
        self.next.insert(address, (pointer.to_owned(), next));
        Ok(())
    }

    fn reference(&mut self, reference: &'a Value, pointer: &str) -> Result<&'a Value, Flaw> {
        let Some(reference) = reference.as_str() else {
            return Err(flaw(&join(pointer, "$ref"), "a reference is text"));
        };
        let mut found = flaw(
            pointer,
            format!("the reference {reference:?} leads nowhere in this document"),
        );
        found.needle = Some(reference.to_owned());
        let target = target(self.root, reference).ok_or(found)?;
        self.referred.push((target, reference));
        Ok(target)
    }

    /// What stands in a place that takes a reference or the thing itself.
    fn followed(&self, value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>, Flaw> {
        let map = object(value, pointer)?;
        let Some(reference) = map.get("$ref").and_then(Value::as_str) else {
            return Ok(map);
        };
        let end = follow(self.root, value);
        if let Some(left) = end.get("$ref") {
            let message = format!("the reference {reference:?} ends at {left}, which leads nowhere or in a circle");
            let mut found = flaw(pointer, message);
            found.needle = Some(reference.to_owned());
            return Err(found);
        }
        object(end, pointer)
    }

    /// No schema is, by references alone, itself.
    fn circles(&self) -> Checked {
        let mut state: HashMap<usize, bool> = HashMap::new();
        let mut starts: Vec<(&String, usize)> = self.next.iter().map(|(address, (at, _))| (at, *address)).collect();
        starts.sort_unstable();
        for (_, start) in starts {
            if state.contains_key(&start) {
                continue;
            }
            // Depth first without recursion: an address with its next neighbour; `true` is on the way, `false` is done.
            let mut way = vec![(start, 0)];
            state.insert(start, true);
            while let Some((address, index)) = way.last_mut() {
                let neighbours = self.next.get(address).map_or(&[][..], |(_, next)| next.as_slice());
                let Some(neighbour) = neighbours.get(*index) else {
                    state.insert(*address, false);
                    way.pop();
                    continue;
                };
                *index += 1;
                let neighbour = std::ptr::from_ref(*neighbour).addr();
                match state.get(&neighbour) {
                    Some(true) => {
                        let at = self.next.get(&neighbour).map_or("", |(at, _)| at.as_str());
                        let mut found = flaw(at, "is nothing but references in a circle");
                        found.needle = at.rsplit('/').next().map(str::to_owned);
                        return Err(found);
                    }
                    Some(false) => {}
                    None => {
                        state.insert(neighbour, true);
                        way.push((neighbour, 0));
                    }
                }
            }
        }
        Ok(())
    }
}

fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn object<'a>(value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>, Flaw> {
    value
        .as_object()
        .ok_or_else(|| flaw(pointer, "an object is expected here"))
}

fn optional_object<'a>(
    value: Option<&'a Value>,
    pointer: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)> + use<'a>, Flaw> {
    let object = value.map(|value| object(value, pointer)).transpose()?;
    Ok(object.into_iter().flatten())
}

fn list<'a>(value: Option<&'a Value>, pointer: &str) -> Result<&'a [Value], Flaw> {
    match value {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(flaw(pointer, "a list is expected here")),
    }
}
