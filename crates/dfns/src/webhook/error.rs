//! Why a delivery is not accepted.

use crate::DecodeError;

/// Why a delivery is not accepted. It holds nothing of the body but the id and the kind of the event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no signature: the delivery does not come from the API.
    #[error("the header X-DFNS-WEBHOOK-SIGNATURE is missing")]
    MissingSignature,
    /// The secret to check with is empty, as of a setting that is missing: anybody could have signed with that.
    #[error("the secret of the webhook is empty, expected the one that its creation answered")]
    EmptySecret,
    /// The header is no signature.
    #[error("the header X-DFNS-WEBHOOK-SIGNATURE is no signature: {problem}")]
    MalformedSignature {
        /// What is wrong with it, and what was expected.
        problem: &'static str,
    },
    /// The signature is another one than body and secret make: the secret is that of another webhook, the body was changed
    /// on its way (or parsed and written again), or the delivery does not come from the API.
    #[error("the signature does not belong to this body and secret")]
    WrongSignature,
    /// The delivery is signed, but too old or from the future: it may have been recorded and sent again.
    #[error("sent {age} s ago by the clock of the receiver, accepted is less than 300 s in either direction")]
    OutsideWindow {
        /// How many seconds ago it was sent; negative if that is still to come.
        age: i64,
    },
    /// The delivery is signed, but is no event: it has no id, no kind, or no time.
    #[error("the body is no event")]
    NoEvent {
        /// What is wrong with it, and where.
        source: DecodeError,
    },
    /// The event is of a kind that this release knows, but its content cannot be read.
    #[error("event {id} ({kind}) cannot be read")]
    Decode {
        /// The id of the event.
        id: String,
        /// Its kind.
        kind: String,
        /// What is wrong with it, and where.
        source: DecodeError,
    },
}

impl Error {
    /// True if the delivery is not known to come from the API, or not just now.
    pub fn is_forgery(&self) -> bool {
        !matches!(self, Self::NoEvent { .. } | Self::Decode { .. })
    }

    /// What went wrong and why, in one line for a log.
    pub fn report(&self) -> String {
        match self {
            Self::NoEvent { source } | Self::Decode { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}
