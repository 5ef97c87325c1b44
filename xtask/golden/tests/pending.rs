//! Calls that policy can hold back, and what says how far it got.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/pending/types/mod.rs",
    "../generated/pending/api/mod.rs",
    "../generated/pending/dfns/mod.rs"
);

#[path = "../../../crates/dfns-types/src/progress.rs"]
mod progress;
pub use progress::{Progress, Tracked};

use serde::de::DeserializeOwned;

/// As in the crate `dfns`, without the errors.
#[derive(Debug)]
pub enum Outcome<T, P = T> {
    /// No policy holds it back.
    Done(T),
    /// It waits.
    PendingApproval(P),
}

impl Dfns {
    async fn finish_entity<T: Tracked + DeserializeOwned>(&self, call: Call<'_, Entity<T>>) -> Result<Outcome<T>> {
        let Entity(entity) = self.finish(call).await?;
        Ok(match entity.progress() {
            Progress::Held => Outcome::PendingApproval(entity),
            _ => Outcome::Done(entity),
        })
    }

    async fn finish_change<A: Answer, T: From<A>, P: Tracked + DeserializeOwned>(
        &self,
        call: Call<'_, Change<A, P>>,
    ) -> Result<Outcome<T, P>> {
        Ok(match self.finish(call).await? {
            Change::Made(made) => Outcome::Done(made.into()),
            Change::Held(held) => Outcome::PendingApproval(held),
        })
    }
}

/// As in the crate `dfns`, without pauses and limits.
pub type Wait<T> = CallFuture<T>;

mod wait {
    pub(crate) fn wait<T, F, C>(_: &'static str, mut look: F) -> crate::CallFuture<T>
    where
        T: crate::Tracked + Send + 'static,
        F: FnMut() -> C + Send + 'static,
        C: Future<Output = crate::Result<T>> + Send + 'static,
    {
        Box::pin(async move {
            loop {
                let state = look().await?;
                if state.progress().is_final() {
                    return Ok(state);
                }
            }
        })
    }
}

fn thing(status: &str, approval: &str) -> String {
    format!(r#"{{"id": "th-1", "status": "{status}"{approval}}}"#)
}

#[tokio::test]
async fn an_entity_that_awaits_an_approval_is_pending() {
    let held = thing("Pending", r#", "approvalId": "ap-1""#);
    let (dfns, _) = Dfns::answering(&[&held, &thing("Pending", ""), &thing("Underway", "")]);
    let Outcome::PendingApproval(thing) = dfns.things().create("a").await.unwrap() else {
        panic!("it is held back")
    };
    assert_eq!(thing.approval_id().map(ApprovalId::as_str), Some("ap-1"));
    for _ in 0..2 {
        let outcome = dfns.things().create("a").await.unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_entity_that_is_accepted_with_202_is_taken() {
    let (dfns, recorder) = Dfns::answering(&[]);
    recorder.answer(202, &thing("Pending", r#", "approvalId": "ap-1""#));
    let outcome = dfns.things().create("a").await.unwrap();
    assert!(matches!(outcome, Outcome::PendingApproval(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_change_is_made_or_waits() {
    let (dfns, recorder) = Dfns::answering(&[&thing("Made", "")]);
    recorder.answer(202, r#"{"kind": "Thing", "status": "Pending", "approvalId": "ap-2"}"#);
    recorder.answer(202, r#"{"kind": "Other"}"#);
    recorder.answer(202, r#"{"kind": "New", "approvalId": "ap-3"}"#);
    let id = ThingId::try_from("th-1").unwrap();
    let made = dfns.things().update(id.clone()).name("b").await.unwrap();
    assert!(matches!(made, Outcome::Done(_)), "{made:?}");
    for approval in [Some("ap-2"), None, None] {
        let Outcome::PendingApproval(change) = dfns.things().update(id.clone()).await.unwrap() else {
            panic!("it waits")
        };
        assert_eq!(change.approval_id().map(ApprovalId::as_str), approval);
    }
}

#[tokio::test]
async fn a_change_without_an_answer_is_made_or_waits() {
    let (dfns, recorder) = Dfns::answering(&[]);
    recorder.answer(204, "");
    recorder.answer(202, r#"{"kind": "Thing", "status": "Pending", "approvalId": "ap-2"}"#);
    let id = ThingId::try_from("th-1").unwrap();
    assert!(matches!(
        dfns.things().delete(id.clone()).await.unwrap(),
        Outcome::Done(())
    ));
    assert!(matches!(
        dfns.things().delete(id).await.unwrap(),
        Outcome::PendingApproval(Proposal::Thing(_))
    ));
}

#[test]
fn a_status_says_how_far_something_got() {
    let progress: Vec<Progress> = ThingStatus::VALUES.iter().map(ThingStatus::progress).collect();
    assert_eq!(
        progress,
        [Progress::Held, Progress::Underway, Progress::Done, Progress::Failed]
    );
    assert_eq!(ThingStatus::from("Melted").progress(), Progress::Underway);
}

#[test]
fn steps_say_how_far_the_newest_of_them_got() {
    let mut batch: Batch = serde_json::from_str(r#"{"name": "b"}"#).unwrap();
    assert_eq!((batch.progress(), batch.status()), (Progress::Done, ""));
    batch = serde_json::from_str(
        r#"{"name": "b", "actions": [
            {"status": "Broken", "dateCreated": "2026-11-22T14:56:56.000Z", "failureReason": "too thin"},
            {"status": "Pending", "dateCreated": "2026-11-22T14:56:55.000Z"}
        ]}"#,
    )
    .unwrap();
    assert_eq!((batch.progress(), batch.status()), (Progress::Failed, "Broken"));
    assert_eq!(batch.reason(), Some("too thin"));
}

#[tokio::test]
async fn a_read_of_what_takes_its_time_can_wait_for_its_end() {
    let (dfns, recorder) = Dfns::answering(&[&thing("Pending", ""), &thing("Underway", ""), &thing("Made", "")]);
    let made = dfns
        .things()
        .get(ThingId::try_from("th-1").unwrap())
        .wait()
        .await
        .unwrap();
    assert_eq!(made.status, ThingStatus::Made);
    assert_eq!(recorder.lines(), ["GET /things/th-1"; 3]);
}
