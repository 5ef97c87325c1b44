//! JSON-RPC over HTTP: one question, one answer, one connection.
//!
//! It blocks, and belongs on a thread that may; the limit is by the clock of the world, because the node lives there.

use std::error::Error;
use std::io::ErrorKind;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{Node, NodeError};
use crate::outgoing;

/// The longest answer that is read: 16 MB.
const LONGEST: usize = 16 * 1000 * 1000;

/// Asks a node, and waits for its answer.
pub(super) fn ask(node: &Node, method: &'static str, params: &Value) -> Result<Value, NodeError> {
    let silent = |problem: &str| NodeError::Silent {
        node: node.describe(),
        problem: problem.to_owned(),
    };
    let Ok(runtime) = Handle::try_current() else {
        return Err(silent("the emulator is ending"));
    };
    runtime.block_on(async {
        let asked = tokio::time::timeout(node.limit, exchange(node, method, params));
        let too_late = |_elapsed| silent(&format!("nothing within {} ms", node.limit.as_millis()));
        asked.await.unwrap_or_else(|elapsed| Err(too_late(elapsed)))
    })
}

async fn exchange(node: &Node, method: &'static str, params: &Value) -> Result<Value, NodeError> {
    let unreachable = |problem: String| NodeError::Unreachable {
        node: node.describe(),
        problem,
    };
    let silent = |problem: String| NodeError::Silent {
        node: node.describe(),
        problem,
    };
    let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let request = Request::post(node.uri.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("dfns-emulator/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(question)))
        .map_err(|error| unreachable(error.to_string()))?;
    let settings = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .to_owned();
    let client = outgoing::client(&settings).map_err(|error| unreachable(error.to_string()))?;
    let answer = client.request(request).await.map_err(|error| {
        let problem = problem_of(&error);
        // Before there was a connection nothing was sent.
        if error.is_connect() {
            unreachable(problem)
        } else {
            silent(problem)
        }
    })?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST).collect().await;
    let body = body.map_err(|error| silent(error.to_string()))?.to_bytes();
    read(&body).map_err(|refused| match refused {
        NodeError::Unreadable { problem, .. } => NodeError::Unreadable {
            node: node.describe(),
            problem: if status.is_success() {
                problem
            } else {
                format!("HTTP {status}")
            },
        },
        refused => refused,
    })
}

/// What went wrong, without the address that the operating system does not know either.
fn problem_of(error: &hyper_util::client::legacy::Error) -> String {
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |&cause| cause.source());
    let kinds = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind));
    match kinds.last() {
        Some(ErrorKind::ConnectionRefused) => "connection refused".to_owned(),
        _ => outgoing::chain(error),
    }
}

fn read(body: &[u8]) -> Result<Value, NodeError> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        result: Option<Value>,
        error: Option<Problem>,
    }
    #[derive(Deserialize)]
    struct Problem {
        #[serde(default)]
        code: i64,
        #[serde(default)]
        message: String,
        data: Option<Value>,
    }
    let unreadable = |error: serde_json::Error| NodeError::Unreadable {
        node: String::new(),
        problem: error.to_string(),
    };
    let Answer { result, error } = serde_json::from_slice(body).map_err(unreadable)?;
    let Some(Problem { code, message, data }) = error else {
        return Ok(result.unwrap_or_default());
    };
    // Some put the bytes themselves there, others an object around them.
    let bytes = |data: &Value| data.as_str().filter(|text| text.starts_with("0x")).map(str::to_owned);
    let data = data.and_then(|data| bytes(&data).or_else(|| data.get("data").and_then(bytes)));
    Err(NodeError::Refused { code, message, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_result_or_a_refusal_with_what_the_contract_gave_back() {
        assert_eq!(read(br#"{"jsonrpc":"2.0","id":1,"result":"0x1"}"#), Ok(json!("0x1")));
        assert_eq!(read(br#"{"jsonrpc":"2.0","id":1,"result":null}"#), Ok(Value::Null));
        for data in [r#""0x08c379a0""#, r#"{"message":"no","data":"0x08c379a0"}"#] {
            let answer = format!(r#"{{"error":{{"code":3,"message":"execution reverted","data":{data}}}}}"#);
            let refused = NodeError::Refused {
                code: 3,
                message: "execution reverted".to_owned(),
                data: Some("0x08c379a0".to_owned()),
            };
            assert_eq!(read(answer.as_bytes()), Err(refused));
        }
    }

    #[test]
    fn what_is_no_json_rpc_is_unreadable() {
        for body in ["", "<html>", "[]", "7", r#"{"error":7}"#] {
            assert!(
                matches!(read(body.as_bytes()), Err(NodeError::Unreadable { .. })),
                "{body}"
            );
        }
    }
}
