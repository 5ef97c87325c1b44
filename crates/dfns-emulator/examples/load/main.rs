//! Loads a server with signed transfers: three requests and one signature each, over connections that are kept.
//!
//! ```sh
//! cargo run --release -p dfns-emulator --example load -- --clients 64 --seconds 10
//! ```
//!
//! Without `--url` it starts an emulator in its own process, so that client and server share the machine. With `--url` it
//! loads another server that answers the same three requests, such as a mock of the specification, which checks nothing.
//! It ends by printing one line of JSON; its times are microseconds.

mod caller;
mod measure;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use dfns_emulator::Emulator;
use serde_json::{Value, json};
use tokio::task::LocalSet;

use caller::{Caller, Connection, Failure};
use measure::{Histogram, resident, worked};

/// Half of the memory of a call is freed on another thread than it was taken on, which the allocator of glibc is slow at.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What to do.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// How many callers send at once, each over a connection of its own.
    #[arg(long, default_value_t = 64)]
    clients: u32,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// End after this many transfers instead.
    #[arg(long)]
    transfers: Option<u64>,
    /// Send this many a second, all callers together, instead of as many as are answered. What is late counts as long as it
    /// is late.
    #[arg(long)]
    rate: Option<u32>,
    /// Read the wallet instead of sending transfers: one request an operation.
    #[arg(long)]
    read: bool,
    /// Print a line each time that this many more are done.
    #[arg(long)]
    every: Option<u64>,
    /// Look afterwards whether each transfer that was acknowledged is there, once, and no other.
    #[arg(long)]
    check: bool,
    /// Fail if the process, with the emulator in it, holds more memory than this many MiB at the end.
    #[arg(long)]
    most_memory: Option<u64>,
    /// Start this many emulators, one after the other, and send nothing.
    #[arg(long)]
    starts: Option<u32>,
    /// Let the emulator keep its state in this file.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A server that runs already, in place of an emulator of our own.
    #[arg(long)]
    url: Option<String>,
}

/// One run, as its callers share it.
struct Run {
    arguments: Arguments,
    caller: Caller,
    started: Instant,
    worked: Option<f64>,
    /// How many were begun.
    begun: Cell<u64>,
    /// How many were done.
    done: Cell<u64>,
    errors: Cell<u64>,
    /// How long each operation took, and each request.
    operations: RefCell<Histogram>,
    requests: RefCell<Histogram>,
    /// What was acknowledged, if it is looked for afterwards.
    ids: RefCell<HashSet<String>>,
}

impl Run {
    fn new(arguments: Arguments, caller: Caller) -> Self {
        Self {
            arguments,
            caller,
            started: Instant::now(),
            worked: worked(),
            begun: Cell::new(0),
            done: Cell::new(0),
            errors: Cell::new(0),
            operations: RefCell::default(),
            requests: RefCell::default(),
            ids: RefCell::default(),
        }
    }

    /// The number of the next operation; nothing once time or transfers are used up.
    fn next(&self) -> Option<u64> {
        let number = self.begun.get();
        let is_over = match self.arguments.transfers {
            Some(most) => number >= most,
            None => self.started.elapsed() >= Duration::from_secs(self.arguments.seconds),
        };
        self.begun.set(number + 1);
        (!is_over).then_some(number)
    }

    /// Waits until an operation is to begin; answers when that was.
    async fn begin(&self, number: u64) -> Instant {
        let Some(rate) = self.arguments.rate else {
            return Instant::now();
        };
        #[expect(clippy::cast_precision_loss, reason = "no run has that many operations")]
        let due = self.started + Duration::from_secs_f64(number as f64 / f64::from(rate));
        tokio::time::sleep_until(due.into()).await;
        due
    }

    /// One caller, from beginning to end.
    async fn call(&self) -> Result<(), Failure> {
        let mut connection = Connection::open(&self.caller).await?;
        while let Some(number) = self.next() {
            let begun = self.begin(number).await;
            let done = if self.arguments.read {
                connection.read().await
            } else {
                connection.transfer().await
            };
            match done {
                Ok(id) => self.count(begun, id)?,
                Err(error) => {
                    self.errors.set(self.errors.get() + 1);
                    if self.errors.get() == 1 {
                        tell(&format!("first error: {error}"));
                    }
                    connection.reopen().await?;
                }
            }
        }
        self.requests.borrow_mut().add(&connection.requests);
        Ok(())
    }

    fn count(&self, begun: Instant, id: String) -> Result<(), Failure> {
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.operations.borrow_mut().count(micros);
        if self.arguments.check {
            self.ids.borrow_mut().insert(id);
        }
        let done = self.done.get() + 1;
        self.done.set(done);
        if self.arguments.every.is_some_and(|every| done.is_multiple_of(every)) {
            say(&json!({
                "operations": done, "seconds": self.started.elapsed().as_secs_f64(), "residentKib": resident(),
            }))?;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn report(&self, resident_before: Option<u64>) -> Value {
        let (seconds, done) = (self.started.elapsed().as_secs_f64(), self.done.get());
        let worked = worked().zip(self.worked).map(|(now, before)| now - before);
        json!({
            "operations": done, "errors": self.errors.get(), "seconds": seconds,
            "operationsPerSecond": (done as f64 / seconds).round(),
            "operation": self.operations.borrow().shown(), "request": self.requests.borrow().shown(),
            "processorMicrosecondsAnOperation": worked.map(|worked| (worked * 1e6 / done as f64).round()),
            "residentKibBefore": resident_before, "residentKibAfter": resident(),
        })
    }

    /// Whether what was acknowledged is what is there.
    async fn check(&self) -> Result<(), Failure> {
        let there = Connection::open(&self.caller).await?.transfers().await?;
        let distinct: HashSet<String> = there.iter().cloned().collect();
        let ids = self.ids.borrow();
        if there.len() != distinct.len() || distinct != *ids {
            let (there, ids) = (there.len(), ids.len());
            return Err(format!("{ids} transfers were acknowledged, {there} are there").into());
        }
        Ok(())
    }
}

/// Sends with all callers. They share one thread, beside those of the emulator.
async fn load(arguments: Arguments, caller: Caller, resident_before: Option<u64>) -> Result<(Value, bool), Failure> {
    let run = std::rc::Rc::new(Run::new(arguments.clone(), caller));
    let callers: Vec<_> = (0..arguments.clients)
        .map(|_| {
            let run = std::rc::Rc::clone(&run);
            tokio::task::spawn_local(async move { run.call().await })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    let report = run.report(resident_before);
    if arguments.check {
        run.check().await?;
    }
    if let (Some(most), Some(held)) = (arguments.most_memory, resident())
        && held > most * 1024
    {
        return Err(format!("{held} KiB of memory are held, more than {most} MiB").into());
    }
    Ok((report, run.errors.get() == 0))
}

/// How long an emulator takes until it answers.
async fn start(count: u32) -> Result<Value, Failure> {
    let mut times = Histogram::default();
    for _ in 0..count {
        let begun = Instant::now();
        let emulator = Emulator::start().await?;
        times.count(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        emulator.stop().await?;
    }
    Ok(json!({ "starts": count, "start": times.shown() }))
}

fn tell(line: &str) {
    // Where standard error is closed there is nobody to tell.
    let _nobody_reads = writeln!(std::io::stderr(), "{line}");
}

fn say(line: &Value) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    if let Some(count) = arguments.starts {
        say(&start(count).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (emulator, caller) = if let Some(url) = &arguments.url {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        (None, Caller::unknown(address)?)
    } else {
        let builder = Emulator::builder();
        let builder = match &arguments.data {
            Some(path) => builder.data_file(path),
            None => builder,
        };
        let emulator = builder.start().await?;
        let caller = Caller::furnished(&emulator).await?;
        (Some(emulator), caller)
    };
    let resident_before = resident();
    let sent = std::thread::spawn(move || -> Result<(Value, bool), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, load(arguments, caller, resident_before))
    });
    let sent = tokio::task::spawn_blocking(move || sent.join()).await?;
    let (report, is_good) = sent.map_err(|_| "the callers failed")??;
    say(&report)?;
    if let Some(emulator) = emulator {
        emulator.stop().await?;
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
