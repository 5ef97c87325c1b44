//! `cargo xtask <task>`: one match, one function a task.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool prints")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{codegen, golden, spec, tree};

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
    for (path, contents) in codegen::generate(root, &spec)?.into_iter().chain(golden::generate(root)?) {
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
