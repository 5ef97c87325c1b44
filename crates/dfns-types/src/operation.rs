//! The table of operations: what the client, the emulator and the command line know of each call.

pub use crate::generated::operations::OPERATIONS;
use crate::limits::Shape;

/// The operation whose function in `dfns-api` has this name; `None` if there is none.
pub fn by_function(function: &str) -> Option<&'static Operation> {
    OPERATIONS
        .binary_search_by(|operation| operation.function.cmp(function))
        .ok()
        .map(|index| &OPERATIONS[index])
}

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or starts a process.
    Post,
    /// Updates in part, or changes a state.
    Put,
    /// Deletes, archives or detaches; may carry a body.
    Delete,
}

impl Method {
    /// The method as it stands in a request line: `GET`, `POST`, `PUT`, `DELETE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How an operation authenticates its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// Nobody: the operation is open.
    None,
    /// The bearer token of a user, a service account or a personal access token.
    Token,
    /// The temporary token of a registration or recovery in progress.
    TemporaryToken,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A user of the organisation, logged in.
    Employee,
    /// An end user, logged in.
    EndUser,
    /// A service account.
    ServiceAccount,
    /// A personal access token of one of the users above.
    PersonalAccessToken,
}

/// Where in its life an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// Current.
    Current,
    /// Still answered, superseded by another operation.
    Deprecated,
    /// Documented once; no current description of the API has it.
    Legacy,
}

/// One operation of the API.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The operation id, as in the OpenAPI document: `createWallet`.
    pub id: &'static str,
    /// The same id in snake case, the name of the function in `dfns-api`: `create_wallet`.
    pub function: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, with parameters in braces: `/wallets/{walletId}`.
    pub path: &'static str,
    /// The domain, which is the tag of the OpenAPI document: `wallets`.
    pub domain: &'static str,
    /// The call of the `dfns` crate: `wallets.create`.
    pub call: &'static str,
    /// How the caller is authenticated.
    pub authentication: Authentication,
    /// True if the request needs a user action signature.
    pub user_action: bool,
    /// True if the body can carry an `externalId` by which the API tells a repeated request from a new one.
    pub idempotent: bool,
    /// True if the answer is one page of a list.
    pub paged: bool,
    /// What the API takes in the fields of the body; `None` if nothing is limited, or there is no body.
    pub body_limits: Option<&'static Shape>,
    /// What the API takes in the parameters of the query; `None` if nothing is limited, or there is no query.
    pub query_limits: Option<&'static Shape>,
    /// Permissions that the caller needs. One that ends in `?` is needed for some requests only.
    pub permissions: &'static [&'static str],
    /// Who may call. Empty if no source says.
    pub principals: &'static [Principal],
    /// Where in its life the operation stands.
    pub lifecycle: Lifecycle,
}
