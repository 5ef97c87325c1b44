//! `docs/coverage.md`: every leaf of the published documentation, and what answers it here.
//!
//! Invariant: an operation stands in a leaf or among those beyond the documentation; a leaf has an operation or a topic;
//! and what a leaf points at is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::facts::Operation;
use super::stories::Stories;
use super::{Error, Facts};

/// Where the leaves stand.
pub(crate) const SOURCE: &str = "spec/documentation.tsv";
const COLUMNS: [&str; 5] = ["section", "title", "operations", "topic", "where"];
/// The section of operations that no leaf is about; its titles are domains.
const BEYOND: &str = "beyond";

/// How many stories of one operation are named.
const STORIES: usize = 3;

/// One page of the published documentation, or the operations of one domain that have none.
#[derive(Clone, Debug)]
struct Leaf {
    line: usize,
    section: String,
    title: String,
    operations: Vec<String>,
    topic: String,
    answered_by: Vec<Place>,
}

/// What answers a topic.
#[derive(Clone, Debug)]
enum Place {
    /// A component of the specification.
    Schema(String),
    /// A file of the repository, and a heading in it.
    File { path: String, heading: Option<String> },
    /// A test that proves it, by its name.
    Story(String),
}

/// All leaves, in the order of the documentation.
#[derive(Clone, Debug)]
pub(crate) struct Documentation(Vec<Leaf>);

impl Documentation {
    /// Reads the leaves in the repository `root`.
    ///
    /// # Errors
    /// [`Error`] if the table cannot be read, a row is malformed, or it points at a file or heading that is not there.
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let documentation = Self::parse(&super::read(root, SOURCE)?)?;
        for leaf in &documentation.0 {
            for place in &leaf.answered_by {
                if let Place::File { path, heading } = place {
                    exists(root, leaf, path, heading.as_deref())?;
                }
            }
        }
        Ok(documentation)
    }

    /// Parses the table without a look at what it points at.
    ///
    /// # Errors
    /// [`Error::Pass`] with the line of a malformed row.
    pub(crate) fn parse(table: &str) -> Result<Self, Error> {
        let mut lines = table.lines();
        if lines.next().map(|header| header.split('\t').collect::<Vec<_>>()) != Some(COLUMNS.to_vec()) {
            return Err(wrong(
                1,
                format!("the header must be the columns {}", COLUMNS.join(", ")),
            ));
        }
        let leaves = lines.enumerate().map(|(index, line)| leaf(index + 2, line));
        Ok(Self(leaves.collect::<Result<_, _>>()?))
    }

    /// The body of `docs/coverage.md`.
    ///
    /// # Errors
    /// [`Error::Pass`] if a row names an operation or component that is not there, or an operation stands in no row.
    pub(crate) fn document(&self, facts: &Facts, implemented: &[String], stories: &Stories) -> Result<String, Error> {
        self.sound(facts, stories)?;
        stories.sound(facts)?;
        let table = Table {
            operations: facts
                .operations
                .iter()
                .map(|operation| (operation.id.as_str(), operation))
                .collect(),
            implemented: implemented.iter().map(String::as_str).collect(),
            stories,
        };
        let (beyond, leaves): (Vec<&Leaf>, Vec<&Leaf>) = self.0.iter().partition(|leaf| leaf.section == BEYOND);
        let topics = leaves.iter().filter(|leaf| leaf.operations.is_empty()).count();
        let proved = facts
            .operations
            .iter()
            .filter(|operation| !stories.of(&operation.id).is_empty());
        let mut body = format!(
            "# What of the API is here\n\n{} leaves of the published documentation, {topics} of which are about no operation. {} \
             operations, of which the emulator answers {}, and stories prove {}. A story is a test in `tests/tests`, through the \
             real client and real HTTP; it says what it covers in its own documentation (`/// Covers: createWallet.`).\n",
            leaves.len(),
            facts.operations.len(),
            table.implemented.len(),
            proved.count(),
        );
        let mut section = "";
        for leaf in leaves {
            if leaf.section != section {
                section = &leaf.section;
                head(&mut body, section, "leaf");
            }
            table.row(&mut body, leaf);
        }
        head(&mut body, "Operations beyond the documentation", "domain");
        for leaf in beyond {
            for id in &leaf.operations {
                let row = Leaf {
                    operations: vec![id.clone()],
                    ..leaf.clone()
                };
                table.row(&mut body, &row);
            }
        }
        Ok(body)
    }

    /// Every name in the table is known, and every operation of the specification is in it.
    fn sound(&self, facts: &Facts, stories: &Stories) -> Result<(), Error> {
        let known: BTreeSet<&str> = facts.operations.iter().map(|operation| operation.id.as_str()).collect();
        let mut covered: BTreeSet<&str> = BTreeSet::new();
        for leaf in &self.0 {
            for id in &leaf.operations {
                if !known.contains(id.as_str()) {
                    return Err(wrong(leaf.line, format!("`{id}` is no operation of the specification")));
                }
                covered.insert(id);
            }
            for place in &leaf.answered_by {
                let problem = match place {
                    Place::Schema(name) if !facts.descriptions.contains_key(name) => {
                        format!("`{name}` is no component of the specification")
                    }
                    Place::Story(name) if !stories.has(name) => format!("`{name}` is no test in tests/tests"),
                    _ => continue,
                };
                return Err(wrong(leaf.line, problem));
            }
        }
        let missing: Vec<&&str> = known.difference(&covered).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            let problem = format!(
                "{SOURCE}: these operations stand in no leaf: {missing:?}; add them to one, or to the rows of the section `{BEYOND}`"
            );
            Err(Error::pass("documentation", problem))
        }
    }
}

/// What a row is made of beside the leaf.
struct Table<'a> {
    operations: BTreeMap<&'a str, &'a Operation>,
    implemented: BTreeSet<&'a str>,
    stories: &'a Stories,
}

// Writing to a `String` cannot fail.
impl Table<'_> {
    fn row(&self, body: &mut String, leaf: &Leaf) {
        let operations: Vec<&&Operation> = leaf
            .operations
            .iter()
            .filter_map(|id| self.operations.get(id.as_str()))
            .collect();
        let lines = |cell: &dyn Fn(&Operation) -> String| -> String {
            let lines: Vec<String> = operations.iter().map(|operation| cell(operation)).collect();
            if lines.iter().all(String::is_empty) {
                return String::new();
            }
            lines.join("<br>")
        };
        let mut about = lines(&|operation| format!("`{}`", operation.id));
        let (stories, places): (Vec<&Place>, Vec<&Place>) = leaf
            .answered_by
            .iter()
            .partition(|place| matches!(place, Place::Story(_)));
        let stories: Vec<String> = stories.into_iter().map(Place::link).collect();
        if !leaf.topic.is_empty() {
            let places: Vec<String> = places.into_iter().map(Place::link).collect();
            let separator = if about.is_empty() { "" } else { "<br>" };
            let _ = write!(about, "{separator}topic: {}: {}", leaf.topic, places.join(", "));
        }
        let mut proof = lines(&|operation| shown(&self.stories.of(&operation.id)));
        if !stories.is_empty() {
            let separator = if proof.is_empty() { "" } else { "<br>" };
            let _ = write!(proof, "{separator}{}", stories.join(", "));
        }
        let _ = writeln!(
            body,
            "| {} | {about} | {} | {} | {proof} |",
            leaf.title,
            lines(&call),
            lines(&|operation| if self.implemented.contains(operation.id.as_str()) {
                "yes"
            } else {
                "501"
            }
            .to_owned()),
        );
    }
}

/// The heading of a section, and that of its table.
fn head(body: &mut String, title: &str, first: &str) {
    // Writing to a `String` cannot fail.
    let _ = write!(
        body,
        "\n## {title}\n\n| {first} | operations | call | emulator | story |\n|---|---|---|---|---|\n"
    );
}

/// The first stories of an operation, and how many there are beside them.
fn shown(stories: &[String]) -> String {
    let listed = stories.iter().take(STORIES).cloned().collect::<Vec<_>>().join(", ");
    match stories.len().saturating_sub(STORIES) {
        0 => listed,
        rest => format!("{listed}, and {rest} more"),
    }
}

/// How the operation is called: `dfns.wallets().create(…)`.
fn call(operation: &Operation) -> String {
    let takes = operation.path.contains('{') || operation.body.is_some() || operation.multipart;
    let arguments = if takes { "…" } else { "" };
    format!("`dfns.{}().{}({arguments})`", operation.group, operation.call)
}

impl Place {
    fn parse(text: &str) -> Self {
        if let Some(name) = text.strip_prefix("schema ") {
            return Self::Schema(name.to_owned());
        }
        if let Some(name) = text.strip_prefix("story ") {
            return Self::Story(name.to_owned());
        }
        let (path, heading) = match text.split_once('#') {
            Some((path, heading)) => (path, Some(heading.to_owned())),
            None => (text, None),
        };
        Self::File {
            path: path.to_owned(),
            heading,
        }
    }

    /// In Markdown, from the folder `docs`.
    fn link(&self) -> String {
        match self {
            Self::Schema(name) => format!("schema `{name}`"),
            Self::Story(name) => format!("`{name}`"),
            Self::File { path, heading: None } => format!("[{path}](../{path})"),
            Self::File {
                path,
                heading: Some(heading),
            } => {
                let anchor = heading.to_lowercase().replace(' ', "-");
                format!("[{path}, “{heading}”](../{path}#{anchor})")
            }
        }
    }
}

fn leaf(line: usize, text: &str) -> Result<Leaf, Error> {
    let cells: Vec<&str> = text.split('\t').collect();
    let [section, title, operations, topic, places] = cells[..] else {
        return Err(wrong(
            line,
            format!("{} columns, expected {}", cells.len(), COLUMNS.len()),
        ));
    };
    let list = |cell: &str| -> Vec<String> {
        cell.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let leaf = Leaf {
        line,
        section: section.to_owned(),
        title: title.to_owned(),
        operations: list(operations),
        topic: topic.to_owned(),
        answered_by: list(places).iter().map(|place| Place::parse(place)).collect(),
    };
    if leaf.section.is_empty() || leaf.title.is_empty() {
        return Err(wrong(line, "a leaf has a section and a title".to_owned()));
    }
    if leaf.operations.is_empty() && leaf.topic.is_empty() {
        return Err(wrong(line, format!("`{title}` has neither an operation nor a topic")));
    }
    if leaf.topic.is_empty() != leaf.answered_by.is_empty() {
        return Err(wrong(
            line,
            format!("`{title}`: a topic says where it is answered, and only a topic does"),
        ));
    }
    Ok(leaf)
}

/// The file is there, with this heading.
fn exists(root: &Path, leaf: &Leaf, path: &str, heading: Option<&str>) -> Result<(), Error> {
    let Some(heading) = heading else {
        return if root.join(path).is_file() {
            Ok(())
        } else {
            Err(wrong(leaf.line, format!("{path} is no file of the repository")))
        };
    };
    let text = super::read(root, path)?;
    let is_there = text
        .lines()
        .any(|line| line.starts_with('#') && line.trim_start_matches('#').trim() == heading);
    if is_there {
        Ok(())
    } else {
        Err(wrong(leaf.line, format!("{path} has no heading “{heading}”")))
    }
}

fn wrong(line: usize, problem: String) -> Error {
    Error::pass("documentation", format!("{SOURCE}:{line}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "section\ttitle\toperations\ttopic\twhere\n";

    fn facts() -> Facts {
        Facts::read(&serde_json::json!({"paths": {"/a": {
            "get": {"operationId": "getA", "tags": ["a"], "x-call": "a.get"},
            "post": {"operationId": "postA", "tags": ["a"], "x-call": "a.post"},
        }}}))
    }

    fn page(rows: &str) -> Result<String, Error> {
        let documentation = Documentation::parse(&format!("{HEADER}{rows}"))?;
        documentation.document(&facts(), &["getA".to_owned()], &Stories::default())
    }

    #[track_caller]
    fn assert_refused(rows: &str, words: &[&str]) {
        let refusal = page(rows).expect_err("was not refused").to_string();
        for word in words {
            assert!(refusal.contains(word), "{word} is not in: {refusal}");
        }
    }

    #[test]
    fn a_leaf_shows_its_operations_with_their_calls() {
        let page = page("S\tOne\tgetA\t\t\nbeyond\ta\tpostA\t\t\n").expect("a page");
        assert!(page.contains("| One | `getA` | `dfns.a().get()` | yes |  |"), "{page}");
        assert!(page.contains("| a | `postA` | `dfns.a().post()` | 501 |  |"), "{page}");
    }

    #[test]
    fn an_operation_that_stands_nowhere_is_refused() {
        assert_refused("S\tOne\tgetA\t\t\n", &["postA", "beyond"]);
    }

    #[test]
    fn an_unknown_operation_is_refused_with_its_line() {
        assert_refused("S\tOne\tgetA, getB\t\t\n", &["documentation.tsv:2", "getB"]);
    }

    #[test]
    fn an_unknown_component_is_refused() {
        assert_refused(
            "S\tOne\tgetA, postA\tkinds\tschema Kind\n",
            &["documentation.tsv:2", "`Kind`"],
        );
    }

    #[test]
    fn a_topic_names_the_stories_that_prove_it_and_no_others() {
        let table = format!("{HEADER}S\tOne\tgetA, postA\tkinds\tstory stories::money::money_moves\n");
        let documentation = Documentation::parse(&table).expect("a table");
        let mut stories = Stories::default();
        let source = "#[test]\nfn money_moves() {}";
        stories.add("tests/tests/stories/money.rs", source).expect("stories");
        let page = documentation.document(&facts(), &[], &stories).expect("a page");
        assert!(
            page.contains("| 501<br>501 | `stories::money::money_moves` |"),
            "{page}"
        );
        assert_refused(
            "S\tOne\tgetA, postA\tkinds\tstory stories::money::money_stays\n",
            &["money_stays", "no test"],
        );
    }

    #[test]
    fn a_leaf_without_operation_and_topic_is_refused() {
        assert_refused("S\tOne\t\t\t\n", &["documentation.tsv:2", "neither"]);
    }

    #[test]
    fn a_topic_that_is_answered_nowhere_is_refused() {
        assert_refused("S\tOne\t\tkinds\t\n", &["documentation.tsv:2", "where"]);
    }
}
