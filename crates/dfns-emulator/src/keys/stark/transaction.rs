//! Transactions of Starknet field by field, in JSON: what an account calls, and its own deployment.
//!
//! Invariant: only version 3 is signed, the one whose fee is paid in STRK; every other one is refused by its version.

use serde::Deserialize;
use serde_json::Value;
use starknet_types_core::felt::Felt;

use super::account::bound;
use super::{constant, felt, pedersen, poseidon};
use crate::keys::error::KeyError;
use crate::keys::uint::Uint256;

/// Text in hexadecimal or decimal digits, or a small number.
type Number = Value;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum Transaction {
    /// The account makes calls.
    Invoke(Invoke),
    /// The account is made.
    DeployAccount(DeployAccount),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invoke {
    #[serde(flatten)]
    common: Common,
    sender_address: Number,
    calldata: Vec<Number>,
    #[serde(default)]
    account_deployment_data: Vec<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeployAccount {
    #[serde(flatten)]
    common: Common,
    class_hash: Number,
    contract_address_salt: Number,
    constructor_calldata: Vec<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    version: Number,
    chain_id: Number,
    nonce: Number,
    #[serde(default)]
    tip: Option<Number>,
    resource_bounds: ResourceBounds,
    #[serde(default)]
    paymaster_data: Vec<Number>,
    nonce_data_availability_mode: Layer,
    fee_data_availability_mode: Layer,
}

#[derive(Debug, Deserialize)]
struct ResourceBounds {
    #[serde(rename = "l1Gas")]
    below: Bound,
    #[serde(rename = "l2Gas")]
    here: Bound,
    /// Transactions of before there was such gas do not name it, and it is not in their hash.
    #[serde(rename = "l1DataGas")]
    data: Option<Bound>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bound {
    max_amount: Number,
    max_price_per_unit: Number,
}

/// Where data is kept.
#[derive(Debug, Clone, Copy, Deserialize)]
enum Layer {
    L1,
    L2,
}

/// The hash of a transaction that its account signs. `network` is its API id, if it is known.
///
/// # Errors
/// [`KeyError::InvalidInput`] that names what is missing, malformed, or meant for another network.
pub(crate) fn hash(network: Option<&str>, transaction: &Value) -> Result<[u8; 32], KeyError> {
    let read = Transaction::deserialize(transaction).map_err(|error| problem(&error.to_string()))?;
    let hash = match read {
        Transaction::Invoke(call) => call.common.hash(
            network,
            constant("invoke"),
            element("senderAddress", &call.sender_address)?,
            &[
                poseidon(&elements("accountDeploymentData", &call.account_deployment_data)?),
                poseidon(&elements("calldata", &call.calldata)?),
            ],
        ),
        Transaction::DeployAccount(made) => {
            let class = element("classHash", &made.class_hash)?;
            let salt = element("contractAddressSalt", &made.contract_address_salt)?;
            let arguments = elements("constructorCalldata", &made.constructor_calldata)?;
            let address = super::account::contract_address(salt, class, pedersen(&arguments));
            made.common.hash(
                network,
                constant("deploy_account"),
                address,
                &[poseidon(&arguments), class, salt],
            )
        }
    };
    Ok(hash?.to_bytes_be())
}

impl Common {
    fn hash(&self, network: Option<&str>, kind: Felt, account: Felt, rest: &[Felt]) -> Result<Felt, KeyError> {
        let version = element("version", &self.version)?;
        if version != Felt::THREE {
            return Err(problem("version: expected 0x3"));
        }
        let chain = element("chainId", &self.chain_id)?;
        if network.is_some_and(|network| chain != super::account::chain_id(network)) {
            return Err(problem("chainId: the key signs for another network"));
        }
        let modes = (self.nonce_data_availability_mode as u64) << 32 | self.fee_data_availability_mode as u64;
        let mut fields = vec![
            kind,
            version,
            account,
            self.fee()?,
            poseidon(&elements("paymasterData", &self.paymaster_data)?),
            chain,
            element("nonce", &self.nonce)?,
            Felt::from(modes),
        ];
        fields.extend(rest);
        Ok(poseidon(&fields))
    }

    fn fee(&self) -> Result<Felt, KeyError> {
        let bounds = &self.resource_bounds;
        let tip = self.tip.as_ref().map_or(Ok(Felt::ZERO), |tip| element("tip", tip))?;
        let mut fields = vec![tip, bounds.below.named("L1_GAS")?, bounds.here.named("L2_GAS")?];
        if let Some(data) = &bounds.data {
            fields.push(data.named("L1_DATA")?);
        }
        Ok(poseidon(&fields))
    }
}

impl Bound {
    fn named(&self, name: &'static str) -> Result<Felt, KeyError> {
        let amount = Uint256::from_json(&self.max_amount).and_then(Uint256::to_u64);
        let price = Uint256::from_json(&self.max_price_per_unit).and_then(Uint256::to_u128);
        match (amount, price) {
            (Some(amount), Some(price)) => Ok(bound(name, amount, price)),
            _ => Err(problem("resourceBounds: expected amounts of 64 bits and prices of 128")),
        }
    }
}

fn element(field: &str, number: &Number) -> Result<Felt, KeyError> {
    let element = Uint256::from_json(number).and_then(|number| felt(&number.0));
    element.ok_or_else(|| problem(&format!("{field}: expected an element of the field")))
}

fn elements(field: &str, numbers: &[Number]) -> Result<Vec<Felt>, KeyError> {
    numbers.iter().map(|number| element(field, number)).collect()
}

fn problem(text: &str) -> KeyError {
    KeyError::input("transaction", text)
}
