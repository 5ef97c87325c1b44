//! The one funnel through which generated files are written.
//!
//! Invariant: it knows every file that should exist, so that whatever else lies where only generated files belong is a stray; and in
//! check mode it writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use similar::TextDiff;

/// How many lines of a difference a report shows for one file.
const SHOWN_LINES: usize = 20;
/// How long one file is compared; a difference found until then is right, but may be longer than need be.
const COMPARED_FOR: Duration = Duration::from_millis(500);
/// What rewrites every generated file.
const COMMAND: &str = "cargo xtask codegen";

/// Every generated file, and the places where nothing else may lie.
#[derive(Debug, Clone, Default)]
pub struct Artifacts {
    files: BTreeMap<PathBuf, String>,
    folders: BTreeSet<PathBuf>,
}

impl Artifacts {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, by its path from the root of the repository.
    ///
    /// # Errors
    /// [`Error::Path`] if the path is absolute or leaves the repository, [`Error::Twice`] if the file was added before.
    pub fn add(&mut self, path: impl Into<PathBuf>, contents: impl Into<String>) -> Result<(), Error> {
        let path = checked(path.into())?;
        if self.files.contains_key(&path) {
            return Err(Error::Twice { path });
        }
        self.files.insert(path, contents.into());
        Ok(())
    }

    /// Claims a folder: every file in it that was not added is a stray.
    ///
    /// # Errors
    /// [`Error::Path`] if the path is absolute or leaves the repository.
    pub fn own(&mut self, folder: impl Into<PathBuf>) -> Result<(), Error> {
        self.folders.insert(checked(folder.into())?);
        Ok(())
    }

    /// The files and their contents, by path.
    pub fn files(&self) -> &BTreeMap<PathBuf, String> {
        &self.files
    }
}

/// A path of plain names.
fn checked(path: PathBuf) -> Result<PathBuf, Error> {
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && path.components().next().is_some() {
        Ok(path)
    } else {
        Err(Error::Path { path })
    }
}

/// Why the files could not be compared or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path that is not one of plain names from the root of the repository.
    #[error("{}: a generated file is named by a path inside the repository", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// Two artifacts for one path.
    #[error("{}: two generators write this file", path.display())]
    Twice {
        /// The path.
        path: PathBuf,
    },
    /// Something that is no file or folder of its own lies where a generated one belongs.
    #[error("{}: {found} in place of {expected}; remove it", path.display())]
    InTheWay {
        /// The path.
        path: PathBuf,
        /// What lies there.
        found: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// The file system refused.
    #[error("{}: cannot {doing}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with one file, or was until it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file has other contents than it should have.
    Stale {
        /// The difference, shortened.
        diff: String,
    },
    /// The file should exist.
    Missing,
    /// The file should not exist.
    Stray,
}

/// Every file that differs from what it should be, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The files that differ.
    pub changes: BTreeMap<PathBuf, Change>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// Whether the differences were removed, or only looked for.
    pub written: bool,
}

impl Report {
    /// Every file is as it should be.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, change) in &self.changes {
            let path = path.display();
            match (change, self.written) {
                (Change::Stale { .. }, true) => writeln!(formatter, "changed {path}")?,
                (Change::Missing, true) => writeln!(formatter, "added   {path}")?,
                (Change::Stray, true) => writeln!(formatter, "removed {path}")?,
                (Change::Stale { diff }, false) => write!(formatter, "stale   {path}\n{diff}")?,
                (Change::Missing, false) => writeln!(formatter, "missing {path}")?,
                (Change::Stray, false) => writeln!(formatter, "stray   {path}")?,
            }
        }
        let count = self.changes.len();
        match (count, self.written) {
            (0, _) => write!(formatter, "all {} generated files are up to date", self.unchanged),
            (_, true) => write!(
                formatter,
                "{count} of {} generated files written or removed",
                count + self.unchanged
            ),
            (1, false) => write!(formatter, "1 generated file is not up to date; run `{COMMAND}`"),
            (_, false) => write!(formatter, "{count} generated files are not up to date; run `{COMMAND}`"),
        }
    }
}

/// Finds every generated file below `root` that is stale, missing or stray. Writes nothing.
///
/// # Errors
/// [`Error::InTheWay`] for a link, or a folder in place of a file; [`Error::Io`] if a file or folder cannot be read.
pub fn check(root: &Path, artifacts: &Artifacts) -> Result<Report, Error> {
    survey(root, artifacts, difference)
}

/// Makes every generated file below `root` what it should be: writes what differs, removes the strays, touches nothing else.
///
/// # Errors
/// As [`check`], and [`Error::Io`] if a file cannot be written or removed.
pub fn write(root: &Path, artifacts: &Artifacts) -> Result<Report, Error> {
    let mut report = survey(root, artifacts, |_, _| String::new())?;
    for (path, change) in &report.changes {
        match (change, artifacts.files.get(path)) {
            (Change::Stray, _) => remove(root, path)?,
            (_, Some(contents)) => replace(root, path, contents)?,
            (_, None) => {}
        }
    }
    report.written = true;
    Ok(report)
}

/// Compares everything before anything is written; `difference` describes a stale file.
fn survey(root: &Path, artifacts: &Artifacts, difference: fn(&str, &str) -> String) -> Result<Report, Error> {
    let mut report = Report::default();
    for (path, wanted) in &artifacts.files {
        match read(root, path)? {
            None => {
                report.changes.insert(path.clone(), Change::Missing);
            }
            Some(found) if found == wanted.as_bytes() => report.unchanged += 1,
            Some(found) => {
                let diff = difference(&String::from_utf8_lossy(&found), wanted);
                report.changes.insert(path.clone(), Change::Stale { diff });
            }
        }
    }
    for folder in &artifacts.folders {
        for path in files_below(root, folder)? {
            if !artifacts.files.contains_key(&path) {
                report.changes.insert(path, Change::Stray);
            }
        }
    }
    Ok(report)
}

/// The bytes of a file; none if it does not exist.
fn read(root: &Path, path: &Path) -> Result<Option<Vec<u8>>, Error> {
    refuse_links(root, path)?;
    let full = root.join(path);
    match full.symlink_metadata() {
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(io_error(path, "look at it", source)),
        Ok(metadata) if metadata.is_dir() => Err(in_the_way(path, "a folder", "a file")),
        Ok(metadata) if !metadata.is_file() => Err(in_the_way(path, "something that is no regular file", "a file")),
        Ok(_) => std::fs::read(&full)
            .map(Some)
            .map_err(|source| io_error(path, "read it", source)),
    }
}

/// Refuses a path that leads through a link, or through a file in place of a folder: writing would go astray.
fn refuse_links(root: &Path, path: &Path) -> Result<(), Error> {
    let mut step = PathBuf::new();
    for part in path.components() {
        step.push(part);
        let Ok(metadata) = root.join(&step).symlink_metadata() else {
            return Ok(());
        };
        if metadata.is_symlink() {
            return Err(in_the_way(
                &step,
                "a link",
                if step == path { "a file" } else { "a folder" },
            ));
        }
        if step != path && !metadata.is_dir() {
            return Err(in_the_way(&step, "a file", "a folder"));
        }
    }
    Ok(())
}

/// All files below a folder, by their path from `root`; none if the folder does not exist. Links are files here, never followed.
fn files_below(root: &Path, folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    refuse_links(root, folder)?;
    let mut files = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match std::fs::read_dir(root.join(&folder)) {
            Err(error) if is_absent(&error) => continue,
            entries => entries.map_err(|source| io_error(&folder, "list it", source))?,
        };
        for entry in entries {
            let entry = entry.map_err(|source| io_error(&folder, "list it", source))?;
            let path = folder.join(entry.file_name());
            let kind = entry
                .file_type()
                .map_err(|source| io_error(&path, "look at it", source))?;
            if kind.is_dir() {
                open.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    Ok(files)
}

/// Writes a file beside its place, then moves it there: nobody ever sees half of it.
fn replace(root: &Path, path: &Path, contents: &str) -> Result<(), Error> {
    let full = root.join(path);
    let folder = full.parent().unwrap_or(root);
    std::fs::create_dir_all(folder).map_err(|source| io_error(path, "make its folder", source))?;
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.draft", std::process::id()));
    let moved = std::fs::write(&draft, contents).and_then(|()| std::fs::rename(&draft, &full));
    moved.map_err(|source| {
        // The draft is of no use to anybody; that it cannot be removed says no more than the error at hand.
        let _ = std::fs::remove_file(&draft);
        io_error(path, "write it", source)
    })
}

/// Removes a stray, and the folders that it leaves empty.
fn remove(root: &Path, path: &Path) -> Result<(), Error> {
    std::fs::remove_file(root.join(path)).map_err(|source| io_error(path, "remove it", source))?;
    for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        // Refused as long as something is in it, which is where to stop.
        if std::fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
    }
    Ok(())
}

/// The first lines of the difference between two texts, and how many more there are.
fn difference(found: &str, wanted: &str) -> String {
    let diff = TextDiff::configure().timeout(COMPARED_FOR).diff_lines(found, wanted);
    let unified = diff.unified_diff().context_radius(1).to_string();
    let lines: Vec<&str> = unified.lines().collect();
    let mut shown: String = lines
        .iter()
        .take(SHOWN_LINES)
        .flat_map(|line| ["    ", line, "\n"])
        .collect();
    let rest = lines.get(SHOWN_LINES..).unwrap_or_default();
    if !rest.is_empty() {
        let count = |sign: char| rest.iter().filter(|line| line.starts_with(sign)).count();
        let (removed, added) = (count('-'), count('+'));
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            shown,
            "    … and {} more lines: {removed} removed, {added} added",
            rest.len()
        );
    }
    shown
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn in_the_way(path: &Path, found: &'static str, expected: &'static str) -> Error {
    Error::InTheWay {
        path: path.to_owned(),
        found,
        expected,
    }
}

fn io_error(path: &Path, doing: &'static str, source: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        doing,
        source,
    }
}
