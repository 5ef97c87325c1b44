//! How long the code generator takes for the whole API, and for four times as much: `cargo bench --package xtask --profile dev`.
//!
//! The time must grow with the specification, not with its square: four times the operations and schemas may take at most
//! [`LIMIT`] times as long. The figures are in `docs/codegen-time.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use xtask::{codegen, spec};

/// How many copies of everything stand beside the original.
const COPIES: [&str; 3] = ["Second", "Third", "Fourth"];
/// How much longer four times the specification may take.
const LIMIT: f64 = 4.5;
/// Each figure is the best of so many runs: the others were disturbed by something else.
const RUNS: u32 = 5;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let (reading, original) = best(|| spec::load(&folder));
    let original = match original {
        Ok(original) => original,
        Err(findings) => {
            println!("{findings}");
            return ExitCode::FAILURE;
        }
    };
    let fourfold = spec::Spec {
        document: fourfold(&original.document),
        ..original.clone()
    };
    println!("read and bundled: {} ms", reading.as_millis());
    compare("linted", &original, &fourfold, |spec| {
        // The copies break conventions. To tell of it takes time that no good specification costs, so that this ratio is
        // shown and not held against the limit.
        spec::lint(spec).len()
    });
    let mut failure = None;
    let codegen = compare("generated", &original, &fourfold, |spec| {
        let files = codegen::generate_from(spec, &[]);
        files.map_or_else(
            |error| {
                failure = Some(error.to_string());
                0
            },
            |files| files.values().map(String::len).sum(),
        )
    });
    if let Some(failure) = failure {
        println!("{failure}");
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::from(codegen > LIMIT))
}

/// Prints how long both take, and returns how many times longer the second does.
fn compare(
    what: &str,
    original: &spec::Spec,
    fourfold: &spec::Spec,
    mut work: impl FnMut(&spec::Spec) -> usize,
) -> f64 {
    let (once, _) = best(|| work(original));
    let (four_times, size) = best(|| work(fourfold));
    let ratio = four_times.as_secs_f64() / once.as_secs_f64();
    println!(
        "{what}: {} operations {} ms, {} operations {} ms (result {size}), {ratio:.2} times as long",
        codegen::Facts::read(&original.document).operations.len(),
        once.as_millis(),
        codegen::Facts::read(&fourfold.document).operations.len(),
        four_times.as_millis(),
    );
    ratio
}

/// The shortest of some runs, and the last result.
fn best<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let (start, busy) = (Instant::now(), busy());
        let result = work();
        let time = busy.and_then(|before| self::busy()?.checked_sub(before));
        (time.unwrap_or_else(|| start.elapsed()), result)
    };
    let (mut shortest, mut result) = timed();
    for _ in 1..RUNS {
        let (time, latest) = timed();
        shortest = shortest.min(time);
        result = latest;
    }
    (shortest, result)
}

/// How long this thread has been running, where the system tells: what else the machine does is then no part of the figures.
fn busy() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The document with renamed copies of every operation and of every schema that is not written by hand.
fn fourfold(document: &Value) -> Value {
    let mut grown = document.clone();
    let empty = Map::new();
    let schemas = document["components"]["schemas"].as_object().unwrap_or(&empty);
    let paths = document["paths"].as_object().unwrap_or(&empty);
    for copy in COPIES {
        for (name, schema) in schemas.iter().filter(|(_, schema)| is_copied(schema)) {
            grown["components"]["schemas"][format!("{name}{copy}")] = renamed(schema, schemas, copy);
        }
        for (path, item) in paths {
            let mut item = renamed(item, schemas, copy);
            for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
                append(operation, "operationId", copy);
                if let Some((group, method)) = operation["x-call"].as_str().and_then(|call| call.split_once('.')) {
                    operation["x-call"] = format!("{group}_{}.{method}", copy.to_lowercase()).into();
                }
            }
            grown["paths"][format!("/{}{path}", copy.to_lowercase())] = item;
        }
    }
    grown
}

/// A type that is written by hand exists once.
fn is_copied(schema: &Value) -> bool {
    schema.get("x-rust-type").is_none()
}

fn append(value: &mut Value, key: &str, copy: &str) {
    if let Some(text) = value.get(key).and_then(Value::as_str) {
        value[key] = format!("{text}{copy}").into();
    }
}

/// A value whose references lead to the copies.
fn renamed(value: &Value, schemas: &Map<String, Value>, copy: &str) -> Value {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix("#/components/schemas/");
            if name.and_then(|name| schemas.get(name)).is_some_and(is_copied) {
                format!("{text}{copy}").into()
            } else {
                value.clone()
            }
        }
        Value::Array(items) => items.iter().map(|item| renamed(item, schemas, copy)).collect(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, field)| (key.clone(), renamed(field, schemas, copy)));
            Value::Object(fields.collect())
        }
        _ => value.clone(),
    }
}
