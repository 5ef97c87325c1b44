//! A report as text for people, JSON for programs, Markdown for a changelog.
//!
//! Invariant: the same report gives the same bytes; nothing of the machine or the time goes in.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::place::clean;
use super::report::{Change, Report, Side};
use super::rule::Class;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Aligned lines, for a terminal.
    #[default]
    Text,
    /// One object, for programs; the fields are listed in `README.md`.
    Json,
    /// A section of a changelog.
    Markdown,
}

/// The groups, the worst first.
const GROUPS: [Class; 3] = [Class::Breaking, Class::Additive, Class::Neutral];
/// What is wider than this pushes the rest of its line to the right, not that of all lines.
const WIDEST: usize = 60;

impl Format {
    /// Writes a report; the text ends in a newline.
    #[must_use]
    pub fn write(self, report: &Report) -> String {
        match self {
            Self::Text => text(report),
            Self::Json => json(report),
            Self::Markdown => markdown(report),
        }
    }
}

/// `2 breaking, 1 additive, 0 neutral`.
fn counts(report: &Report) -> String {
    let mut counts: Vec<String> = GROUPS
        .iter()
        .map(|class| format!("{} {class}", report.of(*class).count()))
        .collect();
    let allowed = report.allowed().count();
    if allowed > 0 {
        counts.push(format!("{allowed} allowed"));
    }
    counts.join(", ")
}

fn text(report: &Report) -> String {
    if report.changes.is_empty() {
        return "no changes\n".to_owned();
    }
    let width = |of: fn(&Change) -> usize| {
        let all = report.changes.iter().map(of).filter(|width| *width <= WIDEST);
        all.max().unwrap_or(0)
    };
    let rule = width(|change| change.rule.name.len());
    let place = width(|change| change.place.chars().count());
    let mut text = String::new();
    let mut group = |title: &str, changes: Vec<&Change>| {
        if changes.is_empty() {
            return;
        }
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(text, "{title}: {}", changes.len());
        for change in changes {
            let (wire, rust, name) = (change.rule.wire, change.rule.rust, change.rule.name);
            let line = format!(
                "  wire {wire:<8}  rust {rust:<8}  {name:<rule$}  {:<place$}  {}{}",
                change.place,
                change.detail,
                elsewhere(change)
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    };
    for class in GROUPS {
        group(class.as_str(), report.of(class).collect());
    }
    group("allowed", report.allowed().collect());
    let _ = writeln!(text, "{}", counts(report));
    text
}

/// ` (in 3 places)`.
fn elsewhere(change: &Change) -> String {
    match change.places.len() {
        0 | 1 => String::new(),
        places => format!(" (in {places} places)"),
    }
}

fn json(report: &Report) -> String {
    let side = |side: &Side| json!({"file": side.file, "version": side.version, "operations": side.operations});
    let changes: Vec<Value> = report
        .changes
        .iter()
        .map(|change| {
            json!({
                "id": change.id(),
                "rule": change.rule.name,
                "class": change.rule.class().as_str(),
                "wire": change.rule.wire.as_str(),
                "rust": change.rule.rust.as_str(),
                "why": change.rule.why,
                "place": change.place,
                "detail": change.detail,
                "places": change.places,
                "operations": change.operations,
                "allowed": change.allowed,
            })
        })
        .collect();
    let document = json!({
        "format": 1,
        "old": side(&report.old),
        "new": side(&report.new),
        "counts": {
            "breaking": report.of(Class::Breaking).count(),
            "additive": report.of(Class::Additive).count(),
            "neutral": report.of(Class::Neutral).count(),
            "allowed": report.allowed().count(),
        },
        "changes": changes,
    });
    format!("{document:#}\n")
}

fn markdown(report: &Report) -> String {
    let version = |side: &Side| {
        let name = if side.version.is_empty() {
            &side.file
        } else {
            &side.version
        };
        code(&clean(name))
    };
    let mut text = format!(
        "## API changes from {} to {}\n\n{}.\n",
        version(&report.old),
        version(&report.new),
        counts(report)
    );
    for class in GROUPS {
        let title = match class {
            Class::Breaking => "Breaking",
            Class::Additive => "Additive",
            Class::Neutral => "Neutral",
        };
        // A changelog tells of a change, whether it was allowed or not.
        let changes: Vec<&Change> = report
            .changes
            .iter()
            .filter(|change| change.rule.class() == class)
            .collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n### {title}\n");
        for change in changes {
            let (wire, rust) = (change.rule.wire, change.rule.rust);
            let _ = writeln!(
                text,
                "- {}: {}{} ({}; wire {wire}, Rust {rust})",
                code(&change.place),
                escaped(&change.detail),
                elsewhere(change),
                code(change.rule.name),
            );
        }
    }
    text
}

fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut escaped, letter| {
            if "\\`*_[]<>|#".contains(letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
            escaped
        })
}
