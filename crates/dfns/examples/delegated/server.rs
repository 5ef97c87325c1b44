//! The server of a product whose users hold passkeys: it talks to the API, their browsers sign.
//!
//! A user registers by the service account's word, with a passkey and a first wallet. For each wallet after that the
//! server begins the call with the user's own token and hands the challenge to the page; when the page comes back with a
//! signature, it makes the same call again and completes it. Between the two it keeps nothing but a text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use dfns::types::{
    CredentialInfo, EndUserWallet, Fido2FirstFactorCredential, FirstFactorAssertion, FirstFactorCredential, Network,
    NewUserKind, Secret, Wallet,
};
use dfns::{Dfns, PreparedAction};
use serde::Deserialize;
use serde_json::{Value, json};

/// The network that wallets are made on.
const NETWORK: Network = Network::EthereumSepolia;

/// The product: a page, and what the page asks for. `dfns` is the client of a service account.
pub(crate) fn product(dfns: Dfns) -> Router {
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/register", post(register))
        .route("/register/complete", post(complete_registration))
        .route("/wallets", post(begin_wallet))
        .route("/wallets/complete", post(complete_wallet))
        .with_state(Product {
            dfns,
            sessions: Arc::default(),
        })
}

#[derive(Clone)]
struct Product {
    dfns: Dfns,
    /// By the cookie. A product with more than one machine keeps them where all can see them.
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

/// What is known of a visitor.
#[derive(Clone)]
struct Session {
    /// The token of the user: of the registration at first, then of the login.
    token: Secret,
    /// The action that waits for the user's signature, as JSON.
    prepared: Option<String>,
}

#[derive(Deserialize)]
struct Registration {
    email: String,
}

/// Begins the registration: only a service account may, the user has no token yet.
async fn register(State(product): State<Product>, Json(asked): Json<Registration>) -> Answer<Response> {
    let begun = product
        .dfns
        .registration()
        .delegated(asked.email, NewUserKind::EndUser)
        .send()
        .await?;
    let mut shown = serde_json::to_value(&begun)?;
    // The page needs the challenge; the token that completes the registration stays here.
    shown["temporaryAuthenticationToken"] = Value::Null;
    let cookie = product.open_session(begun.temporary_authentication_token)?;
    Ok(([(SET_COOKIE, cookie)], Json(shown)).into_response())
}

/// The passkey is made: registers the user with it, and with a first wallet.
async fn complete_registration(
    State(product): State<Product>,
    headers: HeaderMap,
    Json(passkey): Json<CredentialInfo>,
) -> Answer<Json<Value>> {
    let (id, session) = product.session(&headers)?;
    let registering = product.dfns.with_auth_token(session.token)?;
    let credential = FirstFactorCredential::Fido2(Fido2FirstFactorCredential::new(passkey));
    let wallet = EndUserWallet::new(NETWORK).with_name("first");
    let done = registering
        .registration()
        .complete_end_user(credential, vec![wallet])
        .send()
        .await?;
    let token = done.authentication.token;
    product.sessions().insert(id, Session { token, prepared: None });
    Ok(Json(json!({ "username": done.user.username, "wallets": done.wallets })))
}

#[derive(Deserialize)]
struct NewWallet {
    name: String,
}

/// First step: the challenge for the page.
async fn begin_wallet(
    State(product): State<Product>,
    headers: HeaderMap,
    Json(asked): Json<NewWallet>,
) -> Answer<Json<Value>> {
    let (id, session) = product.session(&headers)?;
    let theirs = product.dfns.with_auth_token(session.token.clone())?;
    let prepared = theirs.wallets().create(NETWORK).name(asked.name).init().await?;
    let challenge = serde_json::to_value(prepared.challenge())?;
    let prepared = Some(serde_json::to_string(&prepared)?);
    product.sessions().insert(id, Session { prepared, ..session });
    Ok(Json(challenge))
}

#[derive(Deserialize)]
struct ApprovedWallet {
    name: String,
    assertion: FirstFactorAssertion,
}

/// Second step: the same call, with the user's signature.
async fn complete_wallet(
    State(product): State<Product>,
    headers: HeaderMap,
    Json(approved): Json<ApprovedWallet>,
) -> Answer<Json<Wallet>> {
    let (id, session) = product.session(&headers)?;
    let prepared = session
        .prepared
        .ok_or(Failure::new(StatusCode::CONFLICT, "nothing waits for a signature"))?;
    let prepared: PreparedAction = serde_json::from_str(&prepared)?;
    let theirs = product.dfns.with_auth_token(session.token.clone())?;
    let call = theirs.wallets().create(NETWORK).name(approved.name);
    let wallet = call.complete(&prepared, approved.assertion).await?;
    product.sessions().insert(
        id,
        Session {
            prepared: None,
            token: session.token,
        },
    );
    Ok(Json(wallet))
}

impl Product {
    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session for a new visitor, and answers its cookie.
    fn open_session(&self, token: Secret) -> Answer<String> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let id = u128::from_be_bytes(random).to_string();
        let cookie = format!("session={id}; HttpOnly; SameSite=Strict; Path=/");
        self.sessions().insert(id, Session { token, prepared: None });
        Ok(cookie)
    }

    /// The session of a visitor, and its id.
    fn session(&self, headers: &HeaderMap) -> Answer<(String, Session)> {
        let cookies = headers
            .get(COOKIE)
            .and_then(|cookies| cookies.to_str().ok())
            .unwrap_or_default();
        let id = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="));
        let session = id.and_then(|id| Some((id.to_owned(), self.sessions().get(id)?.clone())));
        session.ok_or(Failure::new(StatusCode::UNAUTHORIZED, "register first"))
    }
}

type Answer<T> = Result<T, Failure>;

/// What the page is told when something went wrong.
struct Failure {
    status: StatusCode,
    problem: String,
}

impl Failure {
    fn new(status: StatusCode, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { status, problem }
    }
}

impl From<dfns::Error> for Failure {
    fn from(error: dfns::Error) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, error.report())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, self.problem).into_response()
    }
}
