//! The proof of the code generator: small specifications, one feature each, and the code that they become.
//!
//! A change of the generator shows here first, in files that a reader can take in. The package `dfns-golden` compiles
//! them and puts each to use.
//!
//! Invariant: a fixture goes through the same stages as the real specification, the lint included.

use std::path::{Path, PathBuf};

use crate::codegen::{self, Files};
use crate::spec::{self, Findings};

/// The folder with one specification a case, within the repository.
pub const FIXTURES: &str = "xtask/golden/fixtures";

/// The folder in which every file is generated from [`FIXTURES`], with the slash that [`codegen::OWNED`] has.
pub const GENERATED: &str = "xtask/golden/generated/";

/// Where a generated folder of the workspace lies within the folder of a case.
const FOLDERS: [(&str, &str); 3] = [
    ("crates/dfns-types/src/generated/", "types/"),
    ("crates/dfns-api/src/generated/", "api/"),
    ("crates/dfns/src/generated/", "dfns/"),
];

/// Why the generated code of a fixture could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of fixtures could not be listed.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The specification of a fixture is not sound, or breaks a convention.
    #[error("fixture `{case}`:\n{findings}")]
    Spec {
        /// The fixture.
        case: String,
        /// Everything that is wrong with it.
        findings: Findings,
    },
    /// The generator refused a fixture.
    #[error("fixture `{case}`: {source}")]
    Codegen {
        /// The fixture.
        case: String,
        /// What the generator says.
        source: codegen::Error,
    },
}

/// Generates the code of every fixture, by path in the repository `root`.
///
/// # Errors
/// [`Error`] for the first fixture that cannot be read, breaks a convention, or is refused by the generator.
pub fn generate(root: &Path) -> Result<Files, Error> {
    let mut files = Files::new();
    for case in cases(root)? {
        files.extend(generate_case(root, &case)?);
    }
    Ok(files)
}

/// The names of all fixtures, in alphabetical order.
///
/// # Errors
/// [`Error::Unreadable`] if the folder of fixtures cannot be listed.
pub fn cases(root: &Path) -> Result<Vec<String>, Error> {
    let path = root.join(FIXTURES);
    let list = || -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    };
    list().map_err(|source| Error::Unreadable {
        path: path.clone(),
        source,
    })
}

/// Generates the code of one fixture.
///
/// # Errors
/// As [`generate`].
pub fn generate_case(root: &Path, case: &str) -> Result<Files, Error> {
    let spec = spec::load(&root.join(FIXTURES).join(case))
        .and_then(|spec| {
            let findings = spec::lint(&spec);
            findings.into_result(spec)
        })
        .map_err(|findings| Error::Spec {
            case: case.to_owned(),
            findings,
        })?;
    let files = codegen::generate_from(&spec, &[]).map_err(|source| Error::Codegen {
        case: case.to_owned(),
        source,
    })?;
    Ok(files
        .into_iter()
        .filter_map(|(path, text)| Some((moved(case, &path)?, text)))
        .collect())
}

/// Where a file lies for a case; `None` for the bundle and the documents, which say nothing about the code.
fn moved(case: &str, path: &str) -> Option<String> {
    FOLDERS
        .iter()
        .find_map(|(from, to)| Some(format!("{GENERATED}{case}/{to}{}", path.strip_prefix(from)?)))
}
