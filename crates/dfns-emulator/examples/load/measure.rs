//! What a run took: how long, how often, and how much memory.

use serde_json::{Value, json};

/// How often something took how long, to within three per cent, in a room that does not grow with the number of times.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
}

/// Each power of two has so many parts.
const PARTS: u32 = 32;

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; place(u64::MAX) + 1],
        }
    }
}

impl Histogram {
    /// Counts a time in microseconds.
    pub(crate) fn count(&mut self, micros: u64) {
        self.counts[place(micros)] += 1;
    }

    /// Counts what another one has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// How many times were counted.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time within which so many of a thousand stayed, in microseconds; nothing if there are none.
    fn within(&self, of_a_thousand: u64) -> Option<u64> {
        let wanted = self.total() * of_a_thousand / 1_000;
        let mut seen = 0;
        self.counts.iter().enumerate().find_map(|(place, count)| {
            seen += count;
            (*count > 0 && seen >= wanted).then(|| upper(place))
        })
    }

    /// The median, and what 99 of 100 and 999 of 1,000 stayed within.
    pub(crate) fn shown(&self) -> Value {
        json!({ "p50": self.within(500), "p99": self.within(990), "p999": self.within(999) })
    }
}

/// Times below 32 have a place each; above, a power of two has 32 of them.
fn place(micros: u64) -> usize {
    let power = micros.max(1).ilog2().saturating_sub(PARTS.ilog2());
    let part = (micros >> power) + u64::from(PARTS * power);
    usize::try_from(part).unwrap_or(usize::MAX)
}

/// The longest time that has this place.
fn upper(place: usize) -> u64 {
    let place = place as u64;
    let power = (place / u64::from(PARTS)).saturating_sub(1);
    let part = place - power * u64::from(PARTS);
    ((part + 1) << power) - 1
}

/// How much memory this process holds, in KiB, where the operating system says so.
pub(crate) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// How long this process has worked, in seconds of all its threads together, where the operating system says so.
pub(crate) fn worked() -> Option<f64> {
    /// Linux counts in hundredths of a second wherever it shows times to programs.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which stands in parentheses and may hold anything: the 12th and 13th field.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS)
}
