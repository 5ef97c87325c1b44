//! The files of the specification's folder, read and parsed.
//!
//! Invariant: every YAML file in the folder is either read or reported; none is passed over in silence.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::yaml::{self, Data, Node};
use super::{Findings, Location, rule};

/// The file that components of more than one domain stand in.
pub(crate) const SHARED: &str = "shared";

/// One parsed file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: Arc<str>,
    pub(crate) root: Node,
}

/// All files of the specification.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) openapi: Source,
    pub(crate) paths: Vec<Source>,
    pub(crate) schemas: Vec<Source>,
}

/// Reads the folder `dir`.
pub(crate) fn read(dir: &Path) -> Result<Sources, Findings> {
    let mut reader = Reader {
        findings: Findings::default(),
    };
    let folder = dir
        .file_name()
        .map_or_else(|| "spec".to_owned(), |name| name.to_string_lossy().into_owned());
    let openapi = reader.source(&dir.join("openapi.yaml"), &format!("{folder}/openapi.yaml"));
    reader.strays(dir, &folder);
    let domains = openapi.as_ref().and_then(tag_names);
    let paths = reader.folder(&dir.join("paths"), &format!("{folder}/paths"), domains.as_ref());
    let domains_and_shared = domains.map(|mut names| {
        names.insert(SHARED.to_owned());
        names
    });
    let schemas = reader.folder(
        &dir.join("schemas"),
        &format!("{folder}/schemas"),
        domains_and_shared.as_ref(),
    );
    match openapi {
        Some(openapi) if reader.findings.is_empty() => Ok(Sources {
            openapi,
            paths,
            schemas,
        }),
        _ => Err(reader.findings),
    }
}

/// The names of the tags in `openapi.yaml`, if it has any.
fn tag_names(source: &Source) -> Option<BTreeSet<String>> {
    let tags = source.root.entries().iter().find(|entry| entry.key == "tags");
    let Some(Data::Sequence(tags)) = tags.map(|entry| &entry.value.data) else {
        return None;
    };
    let names = tags.iter().flat_map(Node::entries).filter(|entry| entry.key == "name");
    let texts = names.filter_map(|entry| match &entry.value.data {
        Data::Scalar { text, .. } => Some(text.clone()),
        _ => None,
    });
    Some(texts.collect())
}

struct Reader {
    findings: Findings,
}

impl Reader {
    /// Reports YAML files beside `openapi.yaml`, which nothing would read.
    fn strays(&mut self, dir: &Path, shown: &str) {
        // A folder that cannot be listed is reported with its files.
        for name in file_names(dir).unwrap_or_default() {
            let extension = Path::new(&name).extension().unwrap_or_default();
            if name != "openapi.yaml" && (extension == "yaml" || extension == "yml") {
                let message = "beside openapi.yaml nothing is read: move it to `paths/` or `schemas/`";
                self.whole_file(&format!("{shown}/{name}"), rule::FILE_UNKNOWN, message);
            }
        }
    }

    /// The files of one folder, by name. `domains` are the names they may have; unknown if `openapi.yaml` cannot be read.
    fn folder(&mut self, dir: &Path, shown: &str, domains: Option<&BTreeSet<String>>) -> Vec<Source> {
        let names = match file_names(dir) {
            Ok(names) => names,
            Err(error) => {
                self.whole_file(shown, rule::FILE_UNREADABLE, format!("cannot be listed: {error}"));
                return Vec::new();
            }
        };
        let mut sources = Vec::new();
        for name in names {
            let shown = format!("{shown}/{name}");
            let Some(domain) = name.strip_suffix(".yaml") else {
                self.whole_file(
                    &shown,
                    rule::FILE_UNKNOWN,
                    "only `<domain>.yaml` belongs here: rename or remove it",
                );
                continue;
            };
            if domains.is_some_and(|domains| !domains.contains(domain)) {
                let message = format!("`{domain}` is no tag of openapi.yaml: add the tag, or rename the file");
                self.whole_file(&shown, rule::FILE_UNKNOWN, message);
                continue;
            }
            sources.extend(self.source(&dir.join(&name), &shown));
        }
        sources
    }

    /// One file.
    fn source(&mut self, path: &Path, shown: &str) -> Option<Source> {
        let file: Arc<str> = Arc::from(shown);
        let bytes = match read_bounded(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.whole_file(shown, rule::FILE_UNREADABLE, format!("cannot be read: {error}"));
                return None;
            }
        };
        if bytes.len() as u64 > yaml::MAX_BYTES {
            let message = format!("larger than {} MB: split it", yaml::MAX_BYTES / (1024 * 1024));
            self.whole_file(shown, rule::YAML_SIZE, message);
            return None;
        }
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => {
                let location = end_of(&bytes[..error.valid_up_to()], file);
                self.findings
                    .report(Some(location), rule::FILE_ENCODING, "not UTF-8: save the file as UTF-8");
                return None;
            }
        };
        let root = yaml::parse(text, &file, &mut self.findings)?;
        if !matches!(root.data, Data::Mapping(_)) {
            let message = format!("the file holds {}: it must be a mapping", root.describe());
            self.findings.report(Some(root.location), rule::WRONG_SHAPE, message);
            return None;
        }
        Some(Source { file, root })
    }

    fn whole_file(&mut self, shown: &str, rule: &'static str, message: impl Into<String>) {
        self.findings
            .report(Some(Location::whole_file(&Arc::from(shown))), rule, message);
    }
}

/// The names in a folder, sorted; hidden ones, which editors leave behind, are none of the specification's.
fn file_names(dir: &Path) -> std::io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The bytes of a regular file, at most one more than is allowed.
fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    // Asked before opening: opening a pipe would wait for its other end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(yaml::MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The place behind `text`, which begins its file and is UTF-8.
fn end_of(text: &[u8], file: Arc<str>) -> Location {
    let text = String::from_utf8_lossy(text);
    let line = text.split('\n').count();
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Location {
        file,
        line: number(line),
        column: number(column),
    }
}
