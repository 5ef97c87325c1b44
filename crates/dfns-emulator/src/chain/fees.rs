//! What transactions cost: the same for the same request at any time, and of the size that the network is known for.
//!
//! Invariant: all sums are of whole numbers, and one that is too large is refused.

use dfns_types::{
    Amount, BitcoinFee, BitcoinFeeEstimate, BitcoinFeeNetwork, Eip1559Fee, Eip1559FeeEstimate, Eip1559FeeNetwork,
    FeeEstimate, FeePriority, SolanaFee, SolanaFeeEstimate, SolanaFeeNetwork,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Asset, Chain, FieldProblem};
use crate::keys::Family;

const GIGA: u128 = 1_000_000_000;

/// How fast a transaction is to be confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Speed {
    Slow,
    #[default]
    Standard,
    Fast,
}

/// What an EVM transaction offers for gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gas {
    /// How much gas it may use.
    pub(crate) limit: u64,
    /// How much gas it does use.
    pub(crate) used: u64,
    /// At most this for one unit of gas, in wei.
    pub(crate) max_fee: u128,
    /// At most this of it for whoever makes the block.
    pub(crate) max_priority_fee: u128,
}

/// The fee of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fee {
    /// What the sender pays, in the smallest unit of the native asset.
    pub(crate) amount: Amount,
    /// On EVM networks, what the transaction offers for gas.
    pub(crate) gas: Option<Gas>,
}

impl Speed {
    /// The speed that a request asks for.
    ///
    /// # Errors
    /// [`FieldProblem`] for an unknown one.
    pub(crate) fn of_request(request: &Map<String, Value>) -> Result<Self, FieldProblem> {
        let Some(priority) = request.get("priority") else {
            return Ok(Self::default());
        };
        match priority.as_str().map(FeePriority::from) {
            Some(FeePriority::Slow) => Ok(Self::Slow),
            Some(FeePriority::Standard) => Ok(Self::Standard),
            Some(FeePriority::Fast) => Ok(Self::Fast),
            _ => Err(FieldProblem::new("priority", "expected Slow, Standard or Fast")),
        }
    }
}

impl Gas {
    /// What a network asks for gas at a speed.
    pub(crate) fn at(chain: Chain, speed: Speed, limit: u64) -> Self {
        let max_priority_fee = match speed {
            Speed::Slow => GIGA,
            Speed::Standard => GIGA * 3 / 2,
            Speed::Fast => GIGA * 2,
        };
        // Twice the base fee stays enough for six full blocks.
        Self {
            limit,
            used: limit,
            max_fee: 2 * base_fee(chain) + max_priority_fee,
            max_priority_fee,
        }
    }

    /// The same with what a request says itself of one of the fees, or of both; the other one is made to fit.
    fn offering(self, max_fee: Option<u128>, max_priority_fee: Option<u128>) -> Result<Self, FieldProblem> {
        let base = self.max_fee.saturating_sub(self.max_priority_fee);
        let (max_fee, max_priority_fee) = match (max_fee, max_priority_fee) {
            (None, None) => (self.max_fee, self.max_priority_fee),
            (Some(most), None) => (most, self.max_priority_fee.min(most)),
            (None, Some(priority)) => (base.saturating_add(priority), priority),
            (Some(most), Some(priority)) if priority > most => {
                return Err(FieldProblem::new("maxPriorityFeePerGas", "more than maxFeePerGas"));
            }
            (Some(most), Some(priority)) => (most, priority),
        };
        Ok(Self {
            max_fee,
            max_priority_fee,
            ..self
        })
    }

    /// What is paid for the gas that is used; `None` if it has more digits than any chain counts.
    pub(crate) fn cost(self, chain: Chain) -> Option<Amount> {
        let price = self.max_fee.min(base_fee(chain).checked_add(self.max_priority_fee)?);
        Some(Amount::from(price.checked_mul(u128::from(self.used))?))
    }

    /// What a replacement must offer: a tenth more, and no less than the network asks of fast transactions.
    pub(crate) fn raised(self, chain: Chain) -> Option<Self> {
        let fast = Self::at(chain, Speed::Fast, self.limit);
        let more = |fee: u128| fee.checked_add(fee.div_ceil(10));
        Some(Self {
            max_fee: more(self.max_fee)?.max(fast.max_fee),
            max_priority_fee: more(self.max_priority_fee)?.max(fast.max_priority_fee),
            ..self
        })
    }
}

/// The base fee of an EVM network, in wei for one unit of gas: 5 to 20 gwei, always the same on one network.
pub(crate) fn base_fee(chain: Chain) -> u128 {
    let sum: u128 = chain.id.bytes().map(u128::from).sum();
    (5 + sum % 16) * GIGA
}

/// The gas that a transfer of an asset uses.
fn transfer_gas(asset: &Asset) -> u64 {
    match asset.kind.as_str() {
        "Native" => 21_000,
        "Erc721" => 85_000,
        "Erc7984" => 300_000,
        _ => 65_000,
    }
}

/// The fee of a transfer, with what the request says itself of speed, gas or fee rate.
///
/// # Errors
/// [`FieldProblem`] that names a field that is no number, too small or too large.
pub(crate) fn transfer_fee(chain: Chain, asset: &Asset, request: &Map<String, Value>) -> Result<Fee, FieldProblem> {
    let speed = Speed::of_request(request)?;
    let too_large = || FieldProblem::new("amount", "the fee is too large");
    let number = |name: &str| -> Result<Option<u128>, FieldProblem> {
        let Some(value) = request.get(name) else {
            return Ok(None);
        };
        let digits = value.as_str().and_then(|text| text.parse().ok());
        digits
            .map(Some)
            .ok_or_else(|| FieldProblem::new(name, "expected decimal digits"))
    };
    match chain.family {
        Family::Evm => {
            let used = transfer_gas(asset);
            let mut gas = Gas::at(chain, speed, used);
            if let Some(limit) = number("gasLimit")? {
                gas.limit = u64::try_from(limit).map_err(|_| FieldProblem::new("gasLimit", "too large"))?;
                if gas.limit < used {
                    return Err(FieldProblem::new("gasLimit", format!("the transfer uses {used} gas")));
                }
            }
            if let Some(price) = number("gasPrice")? {
                (gas.max_fee, gas.max_priority_fee) = (price, price);
            }
            gas = gas.offering(number("maxFeePerGas")?, number("maxPriorityFeePerGas")?)?;
            Ok(Fee {
                amount: gas.cost(chain).ok_or_else(too_large)?,
                gas: Some(gas),
            })
        }
        Family::Bitcoin | Family::BitcoinCash => {
            /// The virtual size of a payment with one input and two outputs.
            const VIRTUAL_BYTES: u128 = 141;
            let rate = number("feeRate")?.unwrap_or_else(|| fee_rate(speed));
            let amount = rate.checked_mul(VIRTUAL_BYTES).ok_or_else(too_large)?;
            Ok(Fee {
                amount: amount.into(),
                gas: None,
            })
        }
        _ => Ok(Fee {
            amount: flat_fee(chain.family, asset, speed),
            gas: None,
        }),
    }
}

/// The fee of networks whose fee hangs on little else than the kind of the transaction.
fn flat_fee(family: Family, asset: &Asset, speed: Speed) -> Amount {
    let is_native = asset.is_native();
    let fee: u128 = match family {
        Family::Algorand => 1_000,
        Family::Aptos => 100_000,
        Family::Cardano => 170_000,
        Family::Concordium => 1_200,
        Family::Cosmos => 5_000,
        Family::Hedera if is_native => 100_000,
        Family::Hedera => 1_000_000,
        Family::Icp | Family::Kaspa => 10_000,
        Family::Iota | Family::Sui => 2_000_000,
        Family::Kadena => 10_000_000,
        Family::Near => 45_000_000_000_000_000_000,
        Family::Polymesh => 150_000,
        Family::Solana => {
            // 5000 for the signature, and the price (in millionths) of the 200000 units of one instruction.
            5_000 + u128::from(compute_unit_price(speed)) * 200_000 / 1_000_000
        }
        Family::Starknet => 1_000_000_000_000_000,
        Family::Stellar => 100,
        Family::Substrate => 160_000_000,
        Family::Tezos => 500,
        Family::Ton if is_native => 5_500_000,
        Family::Ton => 37_000_000,
        Family::Tron if is_native => 1_100_000,
        Family::Tron => 13_000_000,
        Family::Xrpl => 12,
        // Canton asks for nothing; the others are not flat, and `transfer_fee` answers for them.
        Family::Canton | Family::Bitcoin | Family::BitcoinCash | Family::Evm => 0,
    };
    Amount::from(fee)
}

/// Satoshi for one virtual byte.
const fn fee_rate(speed: Speed) -> u128 {
    match speed {
        Speed::Slow => 4,
        Speed::Standard => 8,
        Speed::Fast => 15,
    }
}

/// Millionths of a lamport for one compute unit.
const fn compute_unit_price(speed: Speed) -> u64 {
    match speed {
        Speed::Slow => 0,
        Speed::Standard => 10_000,
        Speed::Fast => 100_000,
    }
}

/// The estimate that the API answers for a network; `None` if it has none for it.
pub(crate) fn estimate(chain: Chain, block_number: i64) -> Option<FeeEstimate> {
    let evm = Eip1559FeeNetwork::from(chain.id);
    if Eip1559FeeNetwork::VALUES.contains(&evm) {
        let fee = |speed| {
            let gas = Gas::at(chain, speed, 0);
            Eip1559Fee::new(gas.max_priority_fee, gas.max_fee)
        };
        let (slow, standard, fast) = (fee(Speed::Slow), fee(Speed::Standard), fee(Speed::Fast));
        return Some(Eip1559FeeEstimate::new(evm, block_number, slow, standard, fast, base_fee(chain)).into());
    }
    let bitcoin = BitcoinFeeNetwork::from(chain.id);
    if BitcoinFeeNetwork::VALUES.contains(&bitcoin) {
        let fee = |speed, horizon| BitcoinFee::new(fee_rate(speed).to_string(), horizon);
        let (slow, standard, fast) = (fee(Speed::Slow, 6), fee(Speed::Standard, 3), fee(Speed::Fast, 1));
        return Some(BitcoinFeeEstimate::new(bitcoin, block_number, slow, standard, fast).into());
    }
    let solana = SolanaFeeNetwork::from(chain.id);
    if SolanaFeeNetwork::VALUES.contains(&solana) {
        let fee = |speed| SolanaFee::new(compute_unit_price(speed).to_string());
        let (slow, standard, fast) = (fee(Speed::Slow), fee(Speed::Standard), fee(Speed::Fast));
        return Some(SolanaFeeEstimate::new(solana, block_number, slow, standard, fast).into());
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Asset, FieldProblem, Gas, Speed, base_fee, estimate, transfer_fee};
    use crate::chain::chain;

    fn fee(network: &str, request: Value) -> Result<String, FieldProblem> {
        let Value::Object(request) = request else {
            panic!("no object")
        };
        transfer_fee(chain(network).unwrap(), &Asset::native(), &request).map(|fee| fee.amount.to_string())
    }

    #[test]
    fn a_faster_transfer_costs_more() {
        for network in ["Ethereum", "Bitcoin", "Solana"] {
            let at = |speed| {
                let Value::Object(request) = json!({ "priority": speed }) else {
                    panic!("no object")
                };
                transfer_fee(chain(network).unwrap(), &Asset::native(), &request)
                    .unwrap()
                    .amount
            };
            assert!(at("Slow") < at("Standard") && at("Standard") < at("Fast"), "{network}");
        }
    }

    #[test]
    fn every_network_asks_for_a_fee_except_the_one_without() {
        for network in dfns_types::Network::VALUES {
            let chain = chain(network.as_str()).unwrap();
            let fee = transfer_fee(chain, &Asset::native(), &Map::new()).unwrap();
            assert_eq!(
                fee.amount.is_zero(),
                network.as_str().starts_with("Canton"),
                "{network}"
            );
        }
    }

    #[test]
    fn a_fee_that_the_request_states_is_the_one_that_is_paid() {
        assert_eq!(fee("Bitcoin", json!({ "feeRate": "100" })).unwrap(), "14100");
        assert_eq!(
            fee("Ethereum", json!({ "gasPrice": "7" })).unwrap(),
            (7 * 21_000).to_string()
        );
        assert_eq!(
            fee("Ethereum", json!({ "gasLimit": "20999" })).unwrap_err().field,
            "gasLimit"
        );
        assert_eq!(
            fee("Ethereum", json!({ "maxFeePerGas": "1 gwei" })).unwrap_err().field,
            "maxFeePerGas"
        );
        assert_eq!(
            fee("Ethereum", json!({ "priority": "Warp" })).unwrap_err().field,
            "priority"
        );
        let more_for_the_maker = json!({ "maxFeePerGas": "5", "maxPriorityFeePerGas": "6" });
        assert_eq!(
            fee("Ethereum", more_for_the_maker).unwrap_err().field,
            "maxPriorityFeePerGas"
        );
    }

    #[test]
    fn a_raised_offer_is_a_tenth_more_and_at_least_fast() {
        let chain = chain("Ethereum").unwrap();
        let low = Gas {
            limit: 21_000,
            used: 21_000,
            max_fee: 10,
            max_priority_fee: 10,
        };
        assert_eq!(low.raised(chain).unwrap(), Gas::at(chain, Speed::Fast, 21_000));
        let high = Gas {
            limit: 21_000,
            used: 21_000,
            max_fee: 1_000 * base_fee(chain),
            max_priority_fee: 5_000_000_005,
        };
        let raised = high.raised(chain).unwrap();
        assert_eq!(
            (raised.max_fee, raised.max_priority_fee),
            (1_100 * base_fee(chain), 5_500_000_006)
        );
        assert_eq!(
            Gas {
                max_fee: u128::MAX,
                ..high
            }
            .raised(chain),
            None
        );
    }

    #[test]
    fn only_some_networks_have_an_estimate() {
        assert_eq!(
            estimate(chain("EthereumSepolia").unwrap(), 1).unwrap().kind(),
            "Eip1559"
        );
        assert_eq!(estimate(chain("Litecoin").unwrap(), 1).unwrap().kind(), "Bitcoin");
        assert_eq!(estimate(chain("Solana").unwrap(), 1).unwrap().kind(), "Solana");
        assert!(estimate(chain("Stellar").unwrap(), 1).is_none());
    }
}
