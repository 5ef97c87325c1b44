//! From the specification to every generated file: a chain of pure functions, one file a stage.
//!
//! `prepare → generate (progenitor) → passes over the syntax tree → split by domain → render`. Beside it run the
//! generators of our own: the table of operations, ids, fluent requests, coverage, the tables that prove openness. Nothing in here touches a file;
//! [`generate`] returns the files and [`tree`](crate::tree) writes or checks them.

mod calls;
mod clashes;
mod client;
mod contract;
mod coverage;
mod docs;
mod documentation;
mod enums;
mod examples;
mod facts;
mod free_form;
mod generator;
mod ids;
mod layout;
mod limits;
mod names;
mod networks;
mod openness;
mod operations;
mod prepare;
mod progress;
mod regex;
mod render;
mod requests;
mod samples;
mod split;
mod stories;
mod structs;
mod unions;

use std::collections::BTreeMap;
use std::path::Path;

use crate::spec::Spec;

pub use facts::Facts;

/// Contents of every generated file, by its path in the repository.
pub type Files = BTreeMap<String, String>;

/// Folders in which every file is generated.
pub const OWNED: &[&str] = &[
    "crates/dfns-types/src/generated",
    "crates/dfns-types/tests/generated",
    "crates/dfns-api/src/generated",
    "crates/dfns/src/generated",
    "crates/dfns-emulator/src/generated",
];

/// Why code could not be generated from a specification that passed the lint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The prepared document is no OpenAPI document that `openapiv3` can read.
    #[error("the prepared document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// Progenitor refused the document.
    #[error("progenitor: {0}")]
    Progenitor(#[from] progenitor_impl::Error),
    /// What progenitor wrote, or what we made of it, is no Rust.
    #[error("generated code does not parse: {0}")]
    Syntax(#[from] syn::Error),
    /// A pass did not find what the specification says must be there.
    #[error("pass `{pass}`: {problem}")]
    Pass {
        /// The pass.
        pass: &'static str,
        /// What it missed.
        problem: String,
    },
    /// A source file that codegen reads could not be read.
    #[error("{path}: {source}")]
    Source {
        /// The file.
        path: String,
        /// The reason.
        source: std::io::Error,
    },
}

impl Error {
    fn pass(pass: &'static str, problem: impl Into<String>) -> Self {
        Self::Pass {
            pass,
            problem: problem.into(),
        }
    }
}

/// What is read beside the specification.
struct Beside {
    networks: String,
    documentation: documentation::Documentation,
    stories: stories::Stories,
    examples: examples::Examples,
}

/// Generates every file that comes from `spec`. `root` is the repository, of which the emulator's table of handlers, the
/// tables of networks and of the documentation, the examples and the stories are read.
///
/// # Errors
/// [`Error`] if a stage fails; nothing has been written then.
pub fn generate(root: &Path, spec: &Spec) -> Result<Files, Error> {
    let implemented = coverage::implemented(root)?;
    let beside = Beside {
        networks: read(root, networks::SOURCE)?,
        documentation: documentation::Documentation::read(root)?,
        stories: stories::Stories::read(root)?,
        examples: examples::read(root)?,
    };
    generate_with(spec, &implemented, Some(&beside))
}

/// As [`generate`], with the operation ids that the emulator answers given, and without what is read beside the specification.
///
/// # Errors
/// As [`generate`].
pub fn generate_from(spec: &Spec, implemented: &[String]) -> Result<Files, Error> {
    generate_with(spec, implemented, None)
}

fn read(root: &Path, path: &str) -> Result<String, Error> {
    std::fs::read_to_string(root.join(path)).map_err(|source| Error::Source {
        path: path.to_owned(),
        source,
    })
}

fn generate_with(spec: &Spec, implemented: &[String], beside: Option<&Beside>) -> Result<Files, Error> {
    let prepared = prepare::prepare(&spec.document);
    let facts = Facts::read(&spec.document);
    let mut file = generator::generate(&prepared, &facts)?;

    let mut types = generator::take_types(&mut file, &facts)?;
    enums::open(&mut types, &facts)?;
    let structs = structs::finish(&mut types, &facts)?;
    unions::open(&mut types, &facts, &structs)?;
    let tracked = progress::track(&mut types, &facts, &structs)?;
    let domains = split::by_domain(types, &facts);
    let client = client::finish(file, &facts)?;

    let render = render::Renderer::new(spec);
    let mut files = Files::new();
    let networks = beside.map(|beside| beside.networks.as_str());
    layout::types(&mut files, &render, &domains, &facts, networks)?;
    layout::operations(&mut files, &render, &facts, &limits::generate(&spec.document, &facts)?)?;
    layout::openness(&mut files, &render, &openness::generate(&spec.document, &facts)?)?;
    layout::api(&mut files, &render, &client)?;
    let examples = beside.map(|beside| &beside.examples);
    if let Some(examples) = examples {
        examples::check(examples, &facts)?;
    }
    let known = requests::Known {
        facts: &facts,
        structs: &structs,
        client: &client,
        tracked: &tracked,
        examples,
    };
    layout::requests(&mut files, &render, &requests::generate(known)?)?;
    layout::contract(&mut files, &render, contract::generate(&spec.document, &facts)?)?;
    layout::documents(&mut files, &render, spec, &facts, implemented)?;
    if let Some(Beside {
        documentation, stories, ..
    }) = beside
    {
        let coverage = documentation.document(&facts, implemented, stories)?;
        files.insert("docs/coverage.md".to_owned(), render.markdown(&coverage));
    }
    Ok(files)
}
