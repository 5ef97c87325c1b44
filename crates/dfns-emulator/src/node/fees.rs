//! What a node says of the price of gas.

use serde_json::{Value, json};

use super::NodeError;
use super::calls::{Asking, number};
use crate::chain::Speed;
use crate::server::Refusal;

/// How many blocks are looked at.
const BLOCKS: &str = "0x5";
/// Of what went to whoever made these blocks, how many of a hundred transactions paid less.
const PERCENTILES: [u64; 3] = [10, 50, 90];
/// What is offered where nobody has offered anything, in wei: 1 gwei.
const USUAL_PRIORITY: u128 = 1_000_000_000;

/// The price of gas, in wei for one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prices {
    /// What the next block asks for.
    pub(crate) base_fee: u128,
    /// What to offer beside it, slow, standard and fast.
    priority: [u128; 3],
    pub(crate) block_number: u64,
}

impl Prices {
    /// What to offer beside the base fee, and at most in all. Twice the base fee stays enough for six full blocks.
    pub(crate) fn offer(self, speed: Speed) -> (u128, u128) {
        let priority = self.priority[speed as usize];
        (priority, self.base_fee.saturating_mul(2).saturating_add(priority))
    }

    fn read(history: &Value) -> Option<Self> {
        let list = |name: &str| history.get(name)?.as_array();
        let (base_fees, oldest) = (list("baseFeePerGas")?, number(history.get("oldestBlock")?)?.to_u64()?);
        // The last one is that of the block to come.
        let base_fee = number(base_fees.last()?)?.to_u128()?;
        let rewards: Vec<Vec<u128>> = list("reward")
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter_map(|block| {
                block
                    .as_array()?
                    .iter()
                    .map(|reward| number(reward)?.to_u128())
                    .collect()
            })
            .collect();
        let at = |place: usize| {
            let mut paid: Vec<u128> = rewards.iter().filter_map(|block| block.get(place).copied()).collect();
            paid.retain(|reward| *reward > 0);
            paid.sort_unstable();
            paid.get(paid.len() / 2).copied()
        };
        let mut priority = [USUAL_PRIORITY; 3];
        for (place, price) in priority.iter_mut().enumerate() {
            *price = at(place).unwrap_or(USUAL_PRIORITY);
        }
        // Never less for more speed, whatever the blocks have paid.
        priority[1] = priority[1].max(priority[0]);
        priority[2] = priority[2].max(priority[1]);
        Some(Self {
            base_fee,
            priority,
            block_number: oldest.checked_add(base_fees.len().saturating_sub(2) as u64)?,
        })
    }
}

impl Asking<'_> {
    /// The price of gas.
    pub(crate) fn prices(self) -> Result<Result<Prices, NodeError>, Refusal> {
        let asked = self.read("eth_feeHistory", json!([BLOCKS, "latest", PERCENTILES]), Prices::read)?;
        // A chain from before the base fee has one price.
        let Err(NodeError::Refused { .. }) = asked else {
            return Ok(asked);
        };
        let price = self.read("eth_gasPrice", json!([]), |value| number(value)?.to_u128())?;
        let block = self.read("eth_blockNumber", json!([]), |value| number(value)?.to_u64())?;
        Ok(price.and_then(|price| {
            Ok(Prices {
                base_fee: 0,
                priority: [price; 3],
                block_number: block?,
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_fee_is_that_of_the_block_to_come_and_the_priority_what_others_paid() {
        let history = json!({
            "oldestBlock": "0xa", "baseFeePerGas": ["0x64", "0x65", "0x66"],
            "reward": [["0x1", "0x5", "0x9"], ["0x3", "0x2", "0x0"]],
        });
        let prices = Prices::read(&history).unwrap();
        assert_eq!((prices.base_fee, prices.block_number), (0x66, 0xb));
        assert_eq!(prices.offer(Speed::Slow), (3, 2 * 0x66 + 3));
        assert_eq!((prices.offer(Speed::Standard).0, prices.offer(Speed::Fast).0), (5, 9));
    }

    #[test]
    fn where_nobody_paid_anything_the_usual_is_offered() {
        let history = json!({ "oldestBlock": "0x0", "baseFeePerGas": ["0x1"], "reward": [] });
        let prices = Prices::read(&history).unwrap();
        assert_eq!(
            (prices.block_number, prices.offer(Speed::Fast)),
            (0, (USUAL_PRIORITY, USUAL_PRIORITY + 2))
        );
        assert_eq!(Prices::read(&json!({})), None);
    }
}
