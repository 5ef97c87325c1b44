//! What a request says itself of gas, where the rest is up to a node.

use dfns_types::{Amount, Eip1559Fee, Eip1559FeeEstimate, Eip1559FeeNetwork, FeeEstimate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fees::{Fee, Gas, Speed};
use super::{Chain, FieldProblem};
use crate::keys::Uint256;
use crate::node::Prices;

/// What a request says itself of gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wishes {
    speed: Speed,
    /// How much gas may be used; if it does not say, the node is asked.
    pub(crate) limit: Option<u64>,
    max_fee: Option<u128>,
    max_priority_fee: Option<u128>,
}

impl Wishes {
    /// The wishes of a request.
    ///
    /// # Errors
    /// [`FieldProblem`] that names a field that is no number, or too large.
    pub(crate) fn of_request(request: &Map<String, Value>) -> Result<Self, FieldProblem> {
        let number = |name: &str| match request.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let number = Uint256::from_json(value).and_then(Uint256::to_u128);
                number
                    .map(Some)
                    .ok_or_else(|| FieldProblem::new(name, "expected a number in decimal or hexadecimal digits"))
            }
        };
        let limit = number("gasLimit")?.map(u64::try_from).transpose();
        let price = number("gasPrice")?;
        Ok(Self {
            speed: Speed::of_request(request)?,
            limit: limit.map_err(|_| FieldProblem::new("gasLimit", "too large"))?,
            max_fee: number("maxFeePerGas")?.or(price),
            max_priority_fee: number("maxPriorityFeePerGas")?.or(price),
        })
    }

    /// What is offered for gas at these prices; what the request says itself comes first.
    pub(crate) fn gas(self, prices: Prices, limit: u64) -> Gas {
        let (priority, most) = prices.offer(self.speed);
        let max_fee = self.max_fee.unwrap_or(most);
        Gas {
            limit,
            used: limit,
            max_fee,
            max_priority_fee: self.max_priority_fee.unwrap_or_else(|| priority.min(max_fee)),
        }
    }
}

impl Fee {
    /// The most that can become of an offer.
    pub(crate) fn at_most(gas: Gas) -> Self {
        Self {
            amount: Amount::from(gas.max_fee.saturating_mul(u128::from(gas.limit))),
            gas: Some(gas),
        }
    }
}

/// The estimate that the API answers for a network whose node has these prices; nothing if it has none for it.
pub(crate) fn estimate_by(chain: Chain, prices: Prices) -> Option<FeeEstimate> {
    let network = Eip1559FeeNetwork::from(chain.id);
    if !Eip1559FeeNetwork::VALUES.contains(&network) {
        return None;
    }
    let fee = |speed| {
        let (priority, most) = prices.offer(speed);
        Eip1559Fee::new(priority, most)
    };
    let (slow, standard, fast) = (fee(Speed::Slow), fee(Speed::Standard), fee(Speed::Fast));
    let block_number = i64::try_from(prices.block_number).unwrap_or(i64::MAX);
    Some(Eip1559FeeEstimate::new(network, block_number, slow, standard, fast, prices.base_fee).into())
}
