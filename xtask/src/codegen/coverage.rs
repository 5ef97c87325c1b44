//! Which operations the emulator answers, read from its table of handlers.

use std::fmt::Write as _;
use std::path::Path;

use syn::visit::{self, Visit};

use super::{Error, Facts};

/// Where the emulator says which operation has a handler.
const TABLE: &str = "crates/dfns-emulator/src/rooms/mod.rs";

/// The operation ids for which `fn handler` of the emulator has an arm.
///
/// # Errors
/// [`Error`] if the table cannot be read, or has no such function.
pub(crate) fn implemented(root: &Path) -> Result<Vec<String>, Error> {
    let path = root.join(TABLE);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Source {
        path: TABLE.to_owned(),
        source,
    })?;
    let file = syn::parse_file(&text)?;
    let mut arms = Arms::default();
    for item in &file.items {
        if let syn::Item::Fn(function) = item
            && function.sig.ident == "handler"
        {
            arms.visit_item_fn(function);
        }
    }
    if arms.0.is_empty() {
        return Err(Error::pass(
            "coverage",
            format!("{TABLE} has no `fn handler` with arms that are operation ids"),
        ));
    }
    arms.0.sort();
    Ok(arms.0)
}

/// The string patterns of all match arms.
#[derive(Default)]
struct Arms(Vec<String>);

impl<'ast> Visit<'ast> for Arms {
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        if let syn::Pat::Lit(literal) = pattern
            && let syn::Lit::Str(text) = &literal.lit
        {
            self.0.push(text.value());
        }
        visit::visit_pat(self, pattern);
    }
}

/// The body of `COVERAGE.md`.
///
/// # Errors
/// [`Error::Pass`] if the emulator handles an operation that the specification does not have.
pub(crate) fn document(facts: &Facts, implemented: &[String]) -> Result<String, Error> {
    let unknown: Vec<&String> = implemented
        .iter()
        .filter(|id| !facts.operations.iter().any(|operation| operation.id == **id))
        .collect();
    if !unknown.is_empty() {
        return Err(Error::pass(
            "coverage",
            format!("{TABLE} handles what the specification does not have: {unknown:?}"),
        ));
    }
    let mut body = format!(
        "# What the emulator answers\n\n{} of the {} operations that the specification describes. Every other one is answered with \
         HTTP 501 and its operation id.\n",
        implemented.len(),
        facts.operations.len()
    );
    // Writing to a `String` cannot fail.
    for tag in &facts.tags {
        let operations: Vec<_> = facts
            .operations
            .iter()
            .filter(|operation| operation.tag == *tag)
            .collect();
        let answered = operations
            .iter()
            .filter(|operation| implemented.contains(&operation.id))
            .count();
        let _ = write!(
            body,
            "\n## {tag}: {answered} of {}\n\n| operation | request | emulator |\n|---|---|---|\n",
            operations.len()
        );
        for operation in operations {
            let status = if implemented.contains(&operation.id) {
                "yes"
            } else {
                "501"
            };
            let _ = writeln!(
                body,
                "| `{}` | `{} {}` | {status} |",
                operation.id, operation.method, operation.path
            );
        }
    }
    Ok(body)
}
