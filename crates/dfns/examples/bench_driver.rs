//! Puts this client under a load, and says what it cost: the driver that `docs/performance.md` tells how to run.
//!
//! ```text
//! bench_driver --scenario get-wallet|list-wallets|signed-transfer --n N --base-url URL
//!              [--concurrency C] [--warmup W] [--page-size L] [--alg ed25519|p256] [--rt current|multi]
//! ```
//!
//! It does `W` operations that do not count and `N` that do, `C` at a time, and prints one line of JSON. The first
//! operation that fails ends it.

#![expect(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use dfns::types::{Transfer, WalletId};
use dfns::{Dfns, KeySigner};
use p256::pkcs8::EncodePrivateKey;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const WALLET: &str = "wa-1f04s-lqc9q-0000000000000001";
const DESTINATION: &str = "0x00e3495cf6af59008f22ffaf32d4c92ac33dac47";
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.bench.bench";
/// The private key of the public test credentials, of either kind.
const KEY: [u8; 32] = [0x42; 32];
/// What stands before the 32 bytes of an Ed25519 key in PKCS#8.
const ED25519_PKCS8: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

#[derive(Clone, Copy)]
enum Scenario {
    GetWallet,
    ListWallets,
    SignedTransfer,
}

struct Settings {
    scenario: Scenario,
    operations: usize,
    warmup: usize,
    concurrency: usize,
    page_size: i32,
    p256: bool,
    multi_thread: bool,
    base_url: String,
}

impl Settings {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut settings = Self {
            scenario: Scenario::GetWallet,
            operations: 1,
            warmup: 0,
            concurrency: 1,
            page_size: 100,
            p256: false,
            multi_thread: true,
            base_url: String::new(),
        };
        for pair in arguments.chunks(2) {
            let [flag, value] = pair else {
                return Err(format!("{} needs a value", pair.concat()).into());
            };
            match (flag.as_str(), value.as_str()) {
                ("--scenario", "get-wallet") => settings.scenario = Scenario::GetWallet,
                ("--scenario", "list-wallets") => settings.scenario = Scenario::ListWallets,
                ("--scenario", "signed-transfer") => settings.scenario = Scenario::SignedTransfer,
                ("--n", number) => settings.operations = number.parse()?,
                ("--warmup", number) => settings.warmup = number.parse()?,
                ("--concurrency", number) => settings.concurrency = number.parse()?,
                ("--page-size", number) => settings.page_size = number.parse()?,
                ("--alg", name) => settings.p256 = name == "p256",
                ("--rt", name) => settings.multi_thread = name != "current",
                ("--base-url", url) => url.clone_into(&mut settings.base_url),
                (flag, value) => return Err(format!("{flag} {value} is unknown").into()),
            }
        }
        Ok(settings)
    }

    fn client(&self) -> Outcome<Dfns> {
        let signer = if self.p256 {
            let key = p256::SecretKey::from_slice(&KEY)?.to_pkcs8_der()?;
            KeySigner::from_pkcs8_der("cr-bench-p256000-0000000000000000", key.as_bytes())?
        } else {
            KeySigner::from_pkcs8_der("cr-bench-ed25519-0000000000000000", [&ED25519_PKCS8[..], &KEY].concat())?
        };
        let builder = Dfns::builder().base_url(&self.base_url).auth_token(TOKEN);
        Ok(builder.signer(signer).build()?)
    }
}

/// One operation: how many items came back and were the right ones, and the token of the next page.
async fn operate(
    dfns: &Dfns,
    scenario: Scenario,
    page_size: i32,
    page: Option<String>,
) -> Outcome<(usize, Option<String>)> {
    let id: WalletId = WALLET.parse()?;
    Ok(match scenario {
        Scenario::GetWallet => (usize::from(dfns.wallets().get(&id).send().await?.id == id), None),
        Scenario::ListWallets => {
            let mut call = dfns.wallets().list().page_size(page_size);
            if let Some(token) = page {
                call = call.page_token(token);
            }
            let page = call.send().await?;
            (page.items.len(), page.next)
        }
        Scenario::SignedTransfer => {
            let transfer = Transfer::native(DESTINATION, 1_u64);
            let transfer = dfns.transfers().create(&id, transfer).send().await?.done()?;
            (usize::from(transfer.wallet_id == id), None)
        }
    })
}

/// What a phase found out.
#[derive(Default)]
struct Findings {
    nanoseconds: Vec<u64>,
    items: usize,
}

async fn phase(dfns: &Dfns, settings: &Settings, operations: usize, first: &Arc<AtomicU64>) -> Outcome<Findings> {
    let begun = Arc::new(AtomicUsize::new(0));
    let found = Arc::new(Mutex::new(Findings::default()));
    let (scenario, page_size) = (settings.scenario, settings.page_size);
    let mut workers = Vec::new();
    for _ in 0..settings.concurrency {
        let (dfns, begun, found, first) = (dfns.clone(), begun.clone(), found.clone(), first.clone());
        workers.push(tokio::spawn(async move {
            let (mut mine, mut page) = (Findings::default(), None);
            while begun.fetch_add(1, Ordering::Relaxed) < operations {
                let start = Instant::now();
                let (items, next) = operate(&dfns, scenario, page_size, page).await?;
                mine.nanoseconds.push(u64::try_from(start.elapsed().as_nanos())?);
                mine.items += items;
                page = next;
                if first.load(Ordering::Relaxed) == 0 {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
                    first.store(u64::try_from(now.as_nanos())?, Ordering::Relaxed);
                }
            }
            let mut found = found.lock().map_err(|_| "another worker failed")?;
            found.nanoseconds.append(&mut mine.nanoseconds);
            found.items += mine.items;
            Outcome::Ok(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    let mut found = found.lock().map_err(|_| "a worker failed")?;
    Ok(std::mem::take(&mut *found))
}

/// CPU time of all threads so far, in nanoseconds; 0 where there is no `/proc`.
fn cpu() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// The largest resident set so far, in KiB; 0 where there is no `/proc`.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "a report needs no more than 50 bits")]
async fn run(settings: Settings) -> Outcome<()> {
    let building = Instant::now();
    let dfns = settings.client()?;
    let built = building.elapsed();
    let first = Arc::new(AtomicU64::new(0));
    phase(&dfns, &settings, settings.warmup, &first).await?;
    let (before, start) = (cpu(), Instant::now());
    let mut found = phase(&dfns, &settings, settings.operations, &first).await?;
    let (wall, after) = (start.elapsed().as_secs_f64(), cpu());
    found.nanoseconds.sort_unstable();
    let slowest = found.nanoseconds.len().saturating_sub(1);
    let percentile = |percent: usize| found.nanoseconds.get(slowest * percent / 100).copied().unwrap_or(0) as f64 / 1e3;
    let used = (after - before) as f64;
    let report = serde_json::json!({
        "client": "dfns", "version": env!("CARGO_PKG_VERSION"),
        "n": settings.operations, "concurrency": settings.concurrency,
        "ops_per_s": settings.operations as f64 / wall, "wall_s": wall,
        "p50_us": percentile(50), "p99_us": percentile(99),
        "cpu_s": used / 1e9, "cpu_total_s": after as f64 / 1e9, "cpu_us_per_op": used / 1e3 / settings.operations as f64,
        "peak_rss_kib": peak(), "items": found.items, "errors": 0,
        "first_ok_unix_ns": first.load(Ordering::Relaxed),
        "build_us": built.as_secs_f64() * 1e6,
    });
    println!("{report}");
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = Settings::read(&arguments)?;
    let mut builder = if settings.multi_thread {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    builder.enable_all().build()?.block_on(run(settings))
}
