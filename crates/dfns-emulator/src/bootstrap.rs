//! What the first start makes: an organisation, a service account that may do everything, and its first employee.
//!
//! Invariant: a database gets it once; every later start finds the same token, credential and key.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use dfns_types::Secret;
use http::HeaderMap;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};

use crate::auth::session;
use crate::context::{Context, Services};
use crate::credentials::PublicKey;
use crate::node::Inquiries;
use crate::server::{Call, Refusal};
use crate::store::{Credential, CredentialKind, Filing, PermissionRecord, Store, TokenKind, UserKind, UserRecord};

/// Where it stands in the database.
const NAME: &str = "bootstrap";
/// The permission that grants everything; the first employee and the service account hold it.
const FULL_ACCESS: &str = "ManagedFullAdminAccess";
/// The permission that every new end user holds.
pub(crate) const END_USER_ACCESS: &str = "ManagedDefaultEndUserAccess";
/// The longest life that the API gives a token: 730 days.
const TOKEN_LIFETIME: Duration = Duration::from_secs(730 * 24 * 60 * 60);

/// What the first start made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bootstrap {
    pub(crate) org_id: String,
    /// The token of the service account.
    pub(crate) auth_token: Secret,
    /// The id of the service account's credential.
    pub(crate) credential_id: String,
    /// The key of the service account, PKCS#8 in PEM; `None` if its public half was given.
    pub(crate) private_key: Option<Secret>,
    public_key: String,
    pub(crate) service_account_id: String,
    pub(crate) employee: Employee,
}

/// The first employee: may do everything, and signs with a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Employee {
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) credential_id: String,
    /// PKCS#8 in PEM.
    pub(crate) private_key: Secret,
}

/// Why the first things could not be made or found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootstrapError {
    #[error("the public key is refused: {0}")]
    PublicKey(#[from] crate::credentials::CredentialError),
    #[error("the data file holds a service account with another public key")]
    OtherPublicKey,
    #[error("{}", .0.message)]
    Refused(Refusal),
    #[error("the first things in the data file cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

impl From<Refusal> for BootstrapError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<crate::store::StoreError> for BootstrapError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Finds what the first start made, or makes it. With a public key of its owner the service account signs with that
/// key, and no private key is made for it.
pub(crate) fn bootstrap(store: Store<'_>, services: &Services) -> Result<Bootstrap, BootstrapError> {
    let public_key = services.config.public_key.as_deref();
    if let Some(stored) = store.meta(NAME)? {
        let found: Bootstrap = serde_json::from_slice(&stored)?;
        return match public_key {
            Some(key) if key != found.public_key => Err(BootstrapError::OtherPublicKey),
            _ => Ok(found),
        };
    }
    let call = Call::new("POST", "/", "", HeaderMap::new(), Bytes::new())?;
    // Nobody is asked anything before there is a first call.
    let inquiries = Inquiries::default();
    let context = Context::new(store, &call, services, &inquiries);
    let made = make(&context, public_key)?;
    store.set_meta(NAME, &serde_json::to_vec(&made)?)?;
    Ok(made)
}

/// What the first start made.
///
/// # Errors
/// 500 if there was none.
pub(crate) fn made(store: Store<'_>) -> Result<Bootstrap, Refusal> {
    let stored = store
        .meta(NAME)?
        .ok_or_else(|| Refusal::internal(&std::io::Error::other("no first start")))?;
    serde_json::from_slice(&stored).map_err(|error| Refusal::internal(&error))
}

/// Whether this PEM text holds a public key with which a service account can sign.
pub(crate) fn check_public_key(pem: &str) -> Result<(), BootstrapError> {
    PublicKey::from_pem(pem)?;
    Ok(())
}

fn make(context: &Context<'_>, public_key: Option<&str>) -> Result<Bootstrap, BootstrapError> {
    let org = context.new_id("or")?;
    let full_access = permission(context, &org, FULL_ACCESS, &["*".to_owned()])?;
    let for_end_users = &context.services.config.end_user_operations;
    permission(context, &org, END_USER_ACCESS, for_end_users)?;

    let employee = user(context, &org, "admin@example.com", false, &full_access)?;
    let employee_key = KeyFiles::new(context)?;
    let employee_credential = credential(context, &employee, None, "Default Credential", &employee_key.public_key)?;

    let service_account = user(context, &org, "Emulator service account", true, &full_access)?;
    let (token, record) = session::issue(
        context,
        (&service_account).into(),
        TokenKind::ServiceAccount,
        &service_account.username,
        TOKEN_LIFETIME,
    )?;
    let (public_key, private_key) = if let Some(given) = public_key {
        PublicKey::from_pem(given)?;
        (given.to_owned(), None)
    } else {
        let key = KeyFiles::new(context)?;
        (key.public_key, Some(key.private_key))
    };
    let credential_id = credential(
        context,
        &service_account,
        Some(&record.id),
        "Token Credential",
        &public_key,
    )?;
    Ok(Bootstrap {
        org_id: org,
        auth_token: token.into(),
        credential_id,
        private_key,
        public_key,
        service_account_id: service_account.id,
        employee: Employee {
            user_id: employee.id,
            username: employee.username,
            credential_id: employee_credential,
            private_key: employee_key.private_key,
        },
    })
}

fn permission(context: &Context<'_>, org: &str, name: &str, operations: &[String]) -> Result<String, Refusal> {
    let id = context.new_id("pm")?;
    let permission = PermissionRecord {
        id: id.clone(),
        org: org.to_owned(),
        name: name.to_owned(),
        operations: operations.to_vec(),
        is_immutable: name == FULL_ACCESS,
        is_archived: false,
        created_at: context.now.unix_millis(),
        updated_at: context.now.unix_millis(),
    };
    context.store.insert_permission(&permission)?;
    Ok(id)
}

fn user(
    context: &Context<'_>,
    org: &str,
    username: &str,
    is_service_account: bool,
    permission: &str,
) -> Result<UserRecord, Refusal> {
    let user = UserRecord {
        id: context.new_id("us")?,
        org: org.to_owned(),
        kind: UserKind::CustomerEmployee,
        username: username.to_owned(),
        external_id: None,
        is_service_account,
        is_sso_required: false,
        is_registered: true,
        is_active: true,
        is_archived: false,
        created_at: context.now.unix_millis(),
    };
    context.store.insert(
        &user,
        Filing {
            org,
            parent: "",
            owner: "",
        },
    )?;
    context.store.assign(
        &context.new_id("as")?,
        org,
        permission,
        &user.id,
        context.now.unix_millis(),
    )?;
    Ok(user)
}

/// Keeps a key credential and answers its id, which the server chooses as it does for tokens.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn credential(
    context: &Context<'_>,
    user: &UserRecord,
    token_id: Option<&str>,
    name: &str,
    public_key: &str,
) -> Result<String, Refusal> {
    let credential = Credential {
        uuid: context.new_id("cr")?,
        credential_id: URL_SAFE_NO_PAD.encode(context.new_id("ci")?),
        org: user.org.clone(),
        user_id: user.id.clone(),
        token_id: token_id.map(str::to_owned),
        kind: CredentialKind::Key,
        name: name.to_owned(),
        public_key: public_key.to_owned(),
        is_active: true,
        relying_party_id: String::new(),
        origin: String::new(),
        encrypted_private_key: None,
        sign_count: 0,
        created_at: context.now.unix_millis(),
    };
    context.store.insert_credential(&credential)?;
    Ok(credential.credential_id)
}

/// A new Ed25519 key pair in PEM.
pub(crate) struct KeyFiles {
    pub(crate) private_key: Secret,
    pub(crate) public_key: String,
}

impl KeyFiles {
    /// One that follows from the seed and the calls so far.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn new(context: &Context<'_>) -> Result<Self, Refusal> {
        /// What stands before the 32 bytes in PKCS#8 and in SubjectPublicKeyInfo.
        const PRIVATE: &[u8] = &[
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        const PUBLIC: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        let seed = context.random()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|rejected| Refusal::internal(&std::io::Error::other(rejected.to_string())))?;
        let private_key = pem("PRIVATE KEY", &[PRIVATE, &seed].concat()).into();
        Ok(Self {
            private_key,
            public_key: pem("PUBLIC KEY", &[PUBLIC, pair.public_key().as_ref()].concat()),
        })
    }
}

/// PEM of at most one line, which is all that an Ed25519 key needs.
fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    )
}
