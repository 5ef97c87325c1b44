//! The whole state: made anew, kept under a name, handed out, put back.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Lone;
use crate::bootstrap::Bootstrap;
use crate::server::{Call, Emulation, Refusal, Reply};

pub(super) const ROUTES: &[(&str, &str, Lone)] = &[
    ("DELETE", "/snapshots/{name}", remove),
    ("GET", "/snapshots", list),
    ("GET", "/snapshots/{name}", download),
    ("POST", "/reset", reset),
    ("POST", "/snapshots", take),
    ("POST", "/snapshots/{name}/restore", restore),
    ("PUT", "/snapshots/{name}", upload),
];

/// `POST /__admin/reset {"seed"?}`: everything as at the first start, clock and faults included; snapshots stay. Answers who
/// may call now.
fn reset(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Reset {
        seed: Option<u64>,
    }
    let Reset { seed } = call.body()?;
    Reply::json(&who(&emulation.reset(seed)?))
}

/// `GET /__admin/snapshots`: the states that are kept.
fn list(emulation: &Emulation, _: &Call) -> Result<Reply, Refusal> {
    Reply::json(&json!({ "items": emulation.snapshots.list() }))
}

/// `POST /__admin/snapshots {"name"}`: keeps the state as it is under a name, in place of one that may be there.
fn take(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Take {
        name: String,
    }
    let Take { name } = call.body()?;
    if name.is_empty() {
        return Err(Refusal::invalid("name: must not be empty").with("field", "name"));
    }
    Reply::json(&emulation.snapshots.keep(&name, emulation.copy()?))
}

/// `GET /__admin/snapshots/{name}`: the state as a file, with which an emulator can be started (`--data`).
fn download(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    let name = call.parameter("name")?;
    let snapshot = emulation.snapshots.get(name).ok_or_else(|| unknown(name))?;
    Ok(Reply {
        status: StatusCode::OK,
        content_type: "application/vnd.sqlite3",
        body: snapshot.content.clone(),
        errand: None,
        location: None,
        sealing: None,
    })
}

/// `PUT /__admin/snapshots/{name}`: keeps a file that was handed out, by this emulator or another one.
fn upload(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    let name = call.parameter("name")?;
    Reply::json(&emulation.snapshots.keep(name, call.body.to_vec()))
}

/// `POST /__admin/snapshots/{name}/restore`: puts a state back, clock included; faults are cleared. Answers who may call
/// now.
fn restore(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    let name = call.parameter("name")?;
    let snapshot = emulation.snapshots.get(name).ok_or_else(|| unknown(name))?;
    Reply::json(&who(&emulation.restore(&snapshot.content)?))
}

/// `DELETE /__admin/snapshots/{name}`: forgets a state.
fn remove(emulation: &Emulation, call: &Call) -> Result<Reply, Refusal> {
    let name = call.parameter("name")?;
    if emulation.snapshots.remove(name) {
        Reply::json(&json!({}))
    } else {
        Err(unknown(name))
    }
}

/// What a client needs, as in the line that the binary prints.
fn who(made: &Bootstrap) -> Value {
    let mut who = json!({
        "orgId": made.org_id,
        "authToken": made.auth_token.expose_secret(),
        "credentialId": made.credential_id,
    });
    if let Some(key) = &made.private_key {
        who["privateKey"] = key.expose_secret().into();
    }
    who
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "snapshot not found").with("name", name)
}
