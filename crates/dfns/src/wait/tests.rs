//! With a clock that stands still until somebody waits for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dfns_types::{ApprovalId, Progress, Tracked};
use tokio::time::Instant;

use super::{Wait, wait};
use crate::error::{Error, Result, Sent, Step};

#[derive(Clone, Debug, PartialEq)]
struct Thing(&'static str);

impl Tracked for Thing {
    fn progress(&self) -> Progress {
        match self.0 {
            "Pending" => Progress::Held,
            "Confirmed" => Progress::Done,
            "Failed" => Progress::Failed,
            _ => Progress::Underway,
        }
    }

    fn status(&self) -> &str {
        self.0
    }

    fn reason(&self) -> Option<&str> {
        (self.0 == "Failed").then_some("out of gas")
    }

    fn approval_id(&self) -> Option<&ApprovalId> {
        None
    }
}

fn now() -> Instant {
    tokio::time::sleep(Duration::ZERO).deadline()
}

type Looks = Arc<Mutex<Vec<Instant>>>;

/// A thing that is seen in these states in turn, the last one for ever, and when it was looked at.
fn thing(states: Vec<Result<&'static str>>) -> (Wait<Thing>, Looks) {
    let looks = Looks::default();
    let log = Arc::clone(&looks);
    let mut position = 0;
    let wait = wait("getThing", move || {
        log.lock().expect("the log").push(now());
        let state = states[position.min(states.len() - 1)].clone();
        position += 1;
        async move { state.map(Thing) }
    });
    (wait, looks)
}

fn lost() -> Error {
    Error::Transport {
        operation: "getThing",
        step: Step::Call,
        sent: Sent::Maybe,
        external_id: None,
        source: Arc::new(std::io::Error::other("reset")),
    }
}

fn count(looks: &Looks) -> usize {
    looks.lock().expect("the log").len()
}

#[tokio::test(start_paused = true)]
async fn wait_ends_when_the_thing_is_done() {
    let (wait, looks) = thing(vec![Ok("Pending"), Ok("Executing"), Ok("Broadcasted"), Ok("Confirmed")]);
    assert_eq!(wait.await.expect("its end"), Thing("Confirmed"));
    assert_eq!(count(&looks), 4);
}

#[tokio::test(start_paused = true)]
async fn wait_does_not_pause_before_the_first_look_nor_after_the_end() {
    let begun = now();
    let (wait, _) = thing(vec![Ok("Confirmed")]);
    wait.await.expect("its end");
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn wait_for_what_comes_to_nothing_is_an_error_with_the_state_and_its_reason() {
    let (wait, _) = thing(vec![Ok("Executing"), Ok("Failed")]);
    let error = wait.await.expect_err("it failed");
    assert_eq!(error.to_string(), "getThing: came to nothing: Failed (out of gas)");
    let Error::Failed { operation, last } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (operation, last.status(), last.reason()),
        ("getThing", "Failed", Some("out of gas"))
    );
    assert_eq!(last.get::<Thing>(), Some(&Thing("Failed")));
    assert_eq!(last.progress(), Progress::Failed);
}

#[tokio::test(start_paused = true)]
async fn wait_is_over_at_its_limit_with_the_last_state_seen() {
    let begun = now();
    let (wait, looks) = thing(vec![Ok("Executing"), Ok("Broadcasted")]);
    let error = wait
        .limit(Duration::from_secs(60))
        .await
        .expect_err("it takes too long");
    assert_eq!(begun.elapsed(), Duration::from_secs(60));
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "getThing (waiting for the end): not done within 60s; last seen Broadcasted"
    );
    assert_eq!(
        error.last_state().and_then(|last| last.get()),
        Some(&Thing("Broadcasted"))
    );
    let looks = looks.lock().expect("the log").clone();
    assert_eq!(looks.last().map(|look| *look - begun), Some(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn wait_is_over_at_its_limit_also_if_every_look_takes_long() {
    let begun = now();
    let wait = wait("getThing", || async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        Ok(Thing("Executing"))
    });
    let error = wait
        .limit(Duration::from_secs(60))
        .await
        .expect_err("it takes too long");
    assert!(error.is_timeout());
    assert!(begun.elapsed() <= Duration::from_secs(80), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn wait_looks_less_and_less_often() {
    let (wait, looks) = thing(vec![Ok("Executing")]);
    wait.limit(Duration::from_secs(600))
        .await
        .expect_err("it takes too long");
    let looks = looks.lock().expect("the log").clone();
    let pauses: Vec<Duration> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses[0] <= Duration::from_secs(2), "{pauses:?}");
    assert!(
        pauses.iter().all(|pause| *pause <= Duration::from_secs(30)),
        "{pauses:?}"
    );
    assert!(pauses[pauses.len() - 2] >= Duration::from_secs(15), "{pauses:?}");
    assert!((20..=60).contains(&pauses.len()), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn wait_looks_again_after_a_failure_of_the_network() {
    let (wait, looks) = thing(vec![Ok("Executing"), Err(lost()), Err(lost()), Ok("Confirmed")]);
    assert_eq!(wait.await.expect("its end"), Thing("Confirmed"));
    assert_eq!(count(&looks), 4);
}

#[tokio::test(start_paused = true)]
async fn wait_that_saw_nothing_ends_in_the_failure_and_not_in_a_timeout() {
    let (wait, _) = thing(vec![Err(lost())]);
    let error = wait.await.expect_err("it never saw it");
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn wait_ends_at_once_in_an_error_that_will_not_pass() {
    let wrong = Error::Argument {
        operation: "getThing",
        argument: "id".to_owned(),
        problem: "no id".to_owned(),
    };
    let (wait, looks) = thing(vec![Err(wrong)]);
    let error = wait.await.expect_err("it is wrong");
    assert!(matches!(error, Error::Argument { .. }), "{error:?}");
    assert_eq!(count(&looks), 1);
}

#[tokio::test(start_paused = true)]
async fn wait_ends_earlier_if_that_is_enough() {
    let (wait, looks) = thing(vec![Ok("Executing"), Ok("Broadcasted"), Ok("Confirmed")]);
    let seen = wait.until(|thing| thing.0 == "Broadcasted").await.expect("enough");
    assert_eq!(seen, Thing("Broadcasted"));
    assert_eq!(count(&looks), 2);
}

#[tokio::test(start_paused = true)]
async fn pauses_are_passed_as_the_caller_says() {
    let begun = now();
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&pauses);
    let (wait, _) = thing(vec![Ok("Executing")]);
    let error = wait
        .limit(Duration::from_secs(10))
        .pause_with(move |pause| {
            log.lock().expect("the log").push(pause);
            async {}
        })
        .await
        .expect_err("it takes too long");
    assert!(error.is_timeout());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(
        pauses.lock().expect("the log").iter().sum::<Duration>(),
        Duration::from_secs(10)
    );
}
