//! The body of a signature request.

use serde::Deserialize;
use serde_json::Value;

use crate::keys::error::KeyError;
use crate::keys::network::Family;
use crate::keys::transaction::MessageFormat;

/// What is to be signed, by kind; fields that are the same for all kinds are left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub(crate) enum SignatureRequest {
    /// 32 bytes that the caller hashed. The root is required with Schnorr keys; empty text is the default tweak.
    Hash {
        hash: String,
        taproot_merkle_root: Option<String>,
    },
    /// Bytes, marked as the chain marks messages.
    Message { message: String },
    /// Bytes, marked as EIP-191 says.
    Eip191 { message: String },
    /// Typed data.
    Eip712 {
        types: Value,
        domain: Value,
        message: Value,
    },
    /// Leave for an account to run the code of a contract.
    Eip7702 { address: String, chain_id: u64, nonce: u64 },
    /// An unsigned transaction in the format of the chain.
    Transaction { transaction: Value },
    /// A partially signed transaction of Bitcoin.
    Psbt { psbt: String },
    /// A message of Bitcoin.
    Bip322 {
        message: String,
        #[serde(default)]
        format: MessageFormat,
    },
    /// A transaction of Cosmos.
    SignDocDirect { sign_doc: String },
    /// An extrinsic of Substrate.
    SignerPayload { payload: Value },
    /// A message of Cardano.
    Cip8 {
        payload: Option<String>,
        external_aad: Option<String>,
    },
    /// A command of Kadena.
    PactCommand { command: String },
    /// Typed data of Starknet.
    Snip12 {
        types: Value,
        domain: Value,
        primary_type: String,
        message: Value,
    },
    /// Operations of a smart account of the API.
    DfnsSmartAccountTransaction {},
    /// A transaction of Stellar whose fee another account pays.
    StellarFeeBumpTransaction { inner_transaction: String },
}

impl SignatureRequest {
    /// Reads the body of a request; fields it does not know are left alone.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] if the kind is unknown or a field is missing or of the wrong type.
    pub(crate) fn from_json(body: &Value) -> Result<Self, KeyError> {
        Self::deserialize(body).map_err(|error| KeyError::input("body", error.to_string()))
    }

    /// The name of the kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "Hash",
            Self::Message { .. } => "Message",
            Self::Eip191 { .. } => "Eip191",
            Self::Eip712 { .. } => "Eip712",
            Self::Eip7702 { .. } => "Eip7702",
            Self::Transaction { .. } => "Transaction",
            Self::Psbt { .. } => "Psbt",
            Self::Bip322 { .. } => "Bip322",
            Self::SignDocDirect { .. } => "SignDocDirect",
            Self::SignerPayload { .. } => "SignerPayload",
            Self::Cip8 { .. } => "Cip8",
            Self::PactCommand { .. } => "PactCommand",
            Self::Snip12 { .. } => "Snip12",
            Self::DfnsSmartAccountTransaction {} => "DfnsSmartAccountTransaction",
            Self::StellarFeeBumpTransaction { .. } => "StellarFeeBumpTransaction",
        }
    }

    /// The only family that has this kind, for which no network needs to be named.
    pub(crate) fn only_family(&self) -> Option<Family> {
        match self {
            Self::Eip191 { .. } | Self::Eip712 { .. } | Self::Eip7702 { .. } => Some(Family::Evm),
            Self::SignDocDirect { .. } => Some(Family::Cosmos),
            Self::PactCommand { .. } => Some(Family::Kadena),
            Self::Snip12 { .. } => Some(Family::Starknet),
            _ => None,
        }
    }
}
