//! Calls with a file: they are signed, tried again, overheard and blocked on like all others.
//!
//! The emulator has no key stores of this kind, and says so (501) to whoever is through.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dfns::calls::SubmitOnchainSignOutputCall;
use dfns::types::{KeyStoreId, KeyStoreOutput, KeyStoreOutputStatus, KeyStoreOutputType};
use dfns::{Dfns, Error, Middleware, MiddlewareFuture, Next, OutgoingRequest, RetryPolicy, Sent, Signer as _, Step};
use dfns_emulator::{Fault, When};
use dfns_tests::{Exchange, Recorder, World};

const OPERATION: &str = "submitOnchainSignOutput";
/// SHA-256 of `abc`, the vector of FIPS 180.
const CHECKSUM: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn call(dfns: &Dfns, file: &'static str) -> SubmitOnchainSignOutputCall {
    let store: KeyStoreId = "ks-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().unwrap();
    let (kind, status) = (KeyStoreOutputType::KeystoreOutput, KeyStoreOutputStatus::Success);
    let output = KeyStoreOutput::new(kind, 1, "or-1", "fleet-1", "ks-1", "group-1", status, BTreeMap::new());
    dfns.key_stores().onchain_sign_output(store, output, file.as_bytes())
}

fn assert_arrived(error: &Error) {
    let Error::Refused { step, refusal, .. } = error else {
        panic!("{}", error.report())
    };
    assert_eq!((*step, refusal.status()), (Step::Call, 501));
    assert!(refusal.message().contains(OPERATION), "{}", refusal.message());
}

async fn overheard() -> (World, Recorder, Dfns) {
    let world = World::new().await;
    let recorder = Recorder::start(&world.emulator.url()).await;
    let policy = RetryPolicy::new().first_delay(Duration::ZERO);
    let dfns = world.client_through(&recorder.url()).with_retry(policy);
    (world, recorder, dfns)
}

fn header<'a>(exchange: &'a Exchange, wanted: &str) -> &'a str {
    let found = exchange.headers.iter().find(|(name, _)| name == wanted);
    found.map_or("", |(_, value)| value.as_str())
}

/// The forms that went out, without what signed them.
fn forms(recorder: &Recorder) -> Vec<Exchange> {
    let is_form = |exchange: &Exchange| exchange.request.starts_with("POST /key-stores/");
    recorder.take().into_iter().filter(is_form).collect()
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn what_is_signed_is_the_json_of_a_form_with_the_checksum_of_its_file() {
    let (_world, recorder, dfns) = overheard().await;
    assert_arrived(&call(&dfns, "abc").send().await.unwrap_err());
    let [init, _, sent] = &recorder.take()[..] else {
        panic!("a signed call is three exchanges")
    };
    let boundary = multer::parse_boundary(header(sent, "content-type")).unwrap();
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(sent.body.clone())]);
    let mut form = multer::Multipart::new(chunks, boundary);
    let data = form.next_field().await.unwrap().unwrap();
    assert_eq!(data.name(), Some("data"));
    let data = data.text().await.unwrap();
    let declared: serde_json::Value = serde_json::from_str(&init.body).unwrap();
    assert_eq!(declared["userActionPayload"], data.as_str());
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data["fileChecksum"], CHECKSUM);
    let file = form.next_field().await.unwrap().unwrap();
    assert_eq!((file.name(), file.file_name()), (Some("file"), Some("upload.bin")));
    assert_eq!(file.text().await.unwrap(), "abc");
    assert!(form.next_field().await.unwrap().is_none());
}

#[tokio::test]
async fn a_form_that_was_not_taken_is_signed_afresh_and_sent_again_as_it_was() {
    let (world, recorder, dfns) = overheard().await;
    let fault = Fault::status(429).on(OPERATION).times(1);
    world.emulator.admin().faults().arm(fault).await.unwrap();
    assert_arrived(&call(&dfns, "abc").send().await.unwrap_err());
    let [first, second] = &forms(&recorder)[..] else {
        panic!("two attempts")
    };
    assert_eq!(first.body, second.body);
    let token = |exchange| header(exchange, "x-dfns-useraction").to_owned();
    assert_ne!(token(first), token(second), "a token is for one attempt");
}

#[tokio::test]
async fn a_form_whose_answer_is_lost_is_not_sent_again() {
    let (world, recorder, dfns) = overheard().await;
    let fault = Fault::drop(When::After).on(OPERATION);
    let fault = world.emulator.admin().faults().arm(fault).await.unwrap();
    let error = call(&dfns, "abc").send().await.unwrap_err();
    assert_eq!(error.sent(), Sent::Maybe, "{}", error.report());
    world.emulator.admin().faults().struck(&fault, 1).await.unwrap();
    assert!(forms(&recorder).len() < 2);
}

#[tokio::test]
async fn a_form_in_two_steps_holds_the_file_that_its_user_has_signed_for() {
    let (world, recorder, dfns) = overheard().await;
    let prepared = call(&dfns, "abc").init().await.unwrap();
    let assertion = world.signer().sign(prepared.challenge()).await.unwrap();
    recorder.take();
    let changed = call(&dfns, "abd").complete(&prepared, assertion.clone()).await;
    assert!(
        matches!(changed, Err(Error::ActionChanged { part: "body", .. })),
        "{changed:?}"
    );
    assert!(recorder.take().is_empty(), "nothing is sent");
    assert_arrived(&call(&dfns, "abc").complete(&prepared, assertion).await.unwrap_err());
}

#[tokio::test]
async fn an_empty_file_is_refused_before_anything_is_sent() {
    let (_world, recorder, dfns) = overheard().await;
    match call(&dfns, "").send().await {
        Err(Error::Argument { argument, .. }) => assert_eq!(argument, "file"),
        other => panic!("{other:?}"),
    }
    assert!(recorder.take().is_empty());
}

/// Keeps the media types and the lengths of what passes.
#[derive(Clone, Default)]
struct Passing(Arc<Mutex<Vec<(String, usize)>>>);

impl Middleware for Passing {
    fn handle<'a>(&'a self, request: OutgoingRequest, next: Next<'a>) -> MiddlewareFuture<'a> {
        let media_type = request.headers()["content-type"].to_str().unwrap().to_owned();
        self.0.lock().unwrap().push((media_type, request.body().len()));
        Box::pin(next.run(request))
    }
}

#[tokio::test]
async fn middleware_sees_the_whole_form_also_of_a_call_that_blocks() {
    use dfns::blocking::Wait as _;
    let world = World::new().await;
    let passing = Passing::default();
    let dfns = Dfns::builder()
        .base_url(world.emulator.url())
        .auth_token(world.emulator.auth_token())
        .signer(world.signer())
        .middleware(passing.clone())
        .build()
        .unwrap();
    let answered = std::thread::spawn(move || call(&dfns, "abc").send_blocking());
    let answered = tokio::task::spawn_blocking(|| answered.join()).await.unwrap().unwrap();
    assert_arrived(&answered.unwrap_err());
    let seen = passing.0.lock().unwrap().clone();
    let [_, _, (media_type, length)] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert!(media_type.starts_with("multipart/form-data; boundary="), "{media_type}");
    assert!(*length > CHECKSUM.len());
}
