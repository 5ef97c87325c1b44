//! `cargo xtask <task>`: one match, one function a task.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool prints")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{codegen, drift, golden, spec, tree};

/// Tasks of the workspace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Rewrites every generated file from `spec/`; `--check` writes nothing and fails on any difference.
    Codegen {
        /// Write nothing: list every stale, missing and stray file, and exit with 1 if there is one.
        #[arg(long)]
        check: bool,
    },
    /// Compares two OpenAPI documents: what changed on the wire, and for a caller in Rust.
    ///
    /// Exits with 0 if nothing breaks, with 1 if something does, with 2 if an input cannot be used.
    Drift {
        /// What was: a file in JSON or YAML, or a folder in the form of `spec/`.
        old: PathBuf,
        /// What is, likewise.
        new: PathBuf,
        /// How the changes are written.
        #[arg(long, value_enum, default_value_t)]
        format: drift::Format,
        /// A file with the ids (`rule place`) of changes that may break, one a line; `#` begins a comment.
        #[arg(long, value_name = "FILE")]
        allow: Option<PathBuf>,
    },
    /// Tasks on the specification alone.
    Spec {
        #[command(subcommand)]
        task: SpecTask,
    },
}

#[derive(Subcommand)]
enum SpecTask {
    /// Holds the specification against every convention of `spec/README.md`.
    Lint {
        /// The folder of the specification.
        #[arg(default_value = "spec")]
        folder: PathBuf,
    },
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Codegen { check } => codegen(&repository(), check),
        Task::Drift {
            old,
            new,
            format,
            allow,
        } => Ok(compare(&old, &new, format, allow.as_deref())),
        Task::Spec {
            task: SpecTask::Lint { folder },
        } => lint(&folder),
    };
    outcome.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        ExitCode::FAILURE
    })
}

/// The root of the repository, wherever the command was started.
fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn codegen(root: &Path, check: bool) -> Result<ExitCode, Failure> {
    let spec = load(&root.join("spec"))?;
    let mut artifacts = tree::Artifacts::new();
    for (path, contents) in codegen::generate(root, &spec)?
        .into_iter()
        .chain(golden::generate(root)?)
    {
        artifacts.add(path, contents)?;
    }
    for folder in codegen::OWNED.iter().chain(&[golden::GENERATED]) {
        artifacts.own(folder)?;
    }
    let report = if check {
        tree::check(root, &artifacts)?
    } else {
        tree::write(root, &artifacts)?
    };
    println!("{report}");
    Ok(if check && !report.is_clean() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn compare(old: &Path, new: &Path, format: drift::Format, allow: Option<&Path>) -> ExitCode {
    match drift::run(old, new, format, allow) {
        Ok((report, text)) => {
            print!("{text}");
            ExitCode::from(u8::from(report.is_breaking()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn lint(folder: &Path) -> Result<ExitCode, Failure> {
    let spec = load(folder)?;
    println!(
        "{}: {} operations, no finding",
        folder.display(),
        codegen::Facts::read(&spec.document).operations.len()
    );
    Ok(ExitCode::SUCCESS)
}

/// The specification, if it is sound and keeps to its conventions.
fn load(folder: &Path) -> Result<spec::Spec, spec::Findings> {
    let spec = spec::load(folder)?;
    spec::lint(&spec).into_result(spec)
}
