//! What is asked of a node, in the words of the emulator.
//!
//! Every method has two kinds of failure: the outer one ends the request or begins it anew, the inner one is the node's.

use std::sync::Arc;

use dfns_types::Amount;
use serde_json::{Value, json};

use super::abi::{decode_text, revert_reason};
use super::{Inquiries, Node, NodeError};
use crate::keys::Uint256;
use crate::server::Refusal;
use crate::store::AssetRecord;

/// What a node says, or why it says nothing.
type Answer<T> = Result<Result<T, NodeError>, Refusal>;

/// The first four bytes of calls, which name the function.
const BALANCE_OF: &str = "70a08231";
const DECIMALS: &str = "313ce567";
const OWNER_OF: &str = "6352211e";
const SYMBOL: &str = "95d89b41";
/// The hash of `Transfer(address,address,uint256)`, by which tokens log what moves.
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/// A node, in the middle of a transaction that asks it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    inquiries: &'a Inquiries,
    node: &'a Arc<Node>,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) is_success: bool,
    pub(crate) block_number: u64,
    /// What was paid for the gas, in wei.
    pub(crate) fee: Amount,
}

/// A call that changes nothing, or that is only tried.
#[derive(Clone, Debug)]
pub(crate) struct Trial<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: Option<String>,
    pub(crate) value: Uint256,
    pub(crate) data: &'a [u8],
}

impl Trial<'_> {
    fn params(&self) -> Value {
        let mut params = json!({
            "from": self.from, "value": quantity(self.value), "data": dfns_types::Hex::from_bytes(self.data),
        });
        if let Some(to) = &self.to {
            params["to"] = json!(to);
        }
        params
    }
}

impl<'a> Asking<'a> {
    pub(crate) fn new(inquiries: &'a Inquiries, node: &'a Arc<Node>) -> Self {
        Self { inquiries, node }
    }

    pub(super) fn ask(self, method: &'static str, params: Value) -> Answer<Value> {
        self.inquiries.ask(self.node, method, params)
    }

    /// Asks, and reads the answer.
    pub(super) fn read<T>(
        self,
        method: &'static str,
        params: Value,
        reading: impl FnOnce(&Value) -> Option<T>,
    ) -> Answer<T> {
        let answer = self.ask(method, params)?;
        Ok(answer.and_then(|value| reading(&value).ok_or_else(|| self.unreadable(method))))
    }

    fn unreadable(self, method: &str) -> NodeError {
        NodeError::Unreadable {
            node: self.node.describe(),
            problem: format!("it is not what {method} answers"),
        }
    }

    /// The number that goes into transactions so that they are good for this chain and no other.
    pub(crate) fn chain_id(self) -> Answer<u64> {
        self.read("eth_chainId", json!([]), |value| number(value)?.to_u64())
    }

    /// The number of the next transaction of an address.
    pub(crate) fn next_nonce(self, address: &str) -> Answer<u64> {
        let params = json!([address, "pending"]);
        self.read("eth_getTransactionCount", params, |value| number(value)?.to_u64())
    }

    /// How much of the native asset an address holds.
    pub(crate) fn balance(self, address: &str) -> Answer<Amount> {
        self.read("eth_getBalance", json!([address, "latest"]), amount)
    }

    /// Adds to what an address holds of the native asset, on a node that was made for tests, and answers the new balance.
    pub(crate) fn give(self, address: &str, more: &Amount) -> Answer<Amount> {
        let held = match self.balance(address)? {
            Ok(held) => held,
            Err(error) => return Ok(Err(error)),
        };
        let Some(balance) = held.checked_add(more) else {
            let message = "the sum is too large".to_owned();
            return Ok(Err(NodeError::Refused {
                code: 0,
                message,
                data: None,
            }));
        };
        // The one name that Hardhat and Anvil have in common.
        let new = Uint256::parse(balance.as_str()).unwrap_or_default();
        let set = self.ask("hardhat_setBalance", json!([address, quantity(new)]))?;
        Ok(set.map(|_| balance))
    }

    /// How much gas a transaction would use.
    pub(crate) fn gas(self, trial: &Trial<'_>) -> Answer<u64> {
        self.read("eth_estimateGas", json!([trial.params()]), |value| {
            number(value)?.to_u64()
        })
    }

    /// What a contract gives back when it is called, at the newest block or at the one with this number.
    pub(crate) fn call(self, trial: &Trial<'_>, block: Option<u64>) -> Answer<Vec<u8>> {
        let block = block.map_or_else(|| json!("latest"), |number| json!(quantity(number.into())));
        self.read("eth_call", json!([trial.params(), block]), |value| {
            Some(value.as_str()?.parse::<dfns_types::Hex>().ok()?.to_bytes())
        })
    }

    /// What a contract gives back to this input.
    pub(crate) fn view(self, contract: &str, input: &str) -> Answer<Vec<u8>> {
        let params = json!([{ "to": contract, "data": format!("0x{input}") }, "latest"]);
        self.read("eth_call", params, |value| {
            Some(value.as_str()?.parse::<dfns_types::Hex>().ok()?.to_bytes())
        })
    }

    /// Sends a signed transaction.
    pub(crate) fn send(self, signed: &str) -> Answer<Value> {
        self.ask("eth_sendRawTransaction", json!([signed]))
    }

    /// True if the node has heard of a transaction.
    pub(crate) fn knows(self, hash: &str) -> Answer<bool> {
        self.read("eth_getTransactionByHash", json!([hash]), |value| {
            Some(!value.is_null())
        })
    }

    /// What became of a transaction; nothing as long as it is in no block.
    pub(crate) fn receipt(self, hash: &str) -> Answer<Option<Receipt>> {
        self.read("eth_getTransactionReceipt", json!([hash]), |value| {
            if value.is_null() {
                return Some(None);
            }
            let field = |name: &str| number(value.get(name)?);
            let price = field("effectiveGasPrice").unwrap_or_default().to_u128()?;
            let fee = price.checked_mul(field("gasUsed")?.to_u128()?)?;
            Some(Some(Receipt {
                is_success: field("status")? == Uint256::from(1),
                block_number: field("blockNumber")?.to_u64()?,
                fee: fee.into(),
            }))
        })
    }

    /// How much of a token an address holds; nothing if the contract does not say.
    pub(crate) fn token_balance(self, contract: &str, address: &str) -> Answer<Option<Amount>> {
        let word = self.view(contract, &format!("{BALANCE_OF}{}", word_of(address)))?;
        let held = |bytes: Vec<u8>| Uint256(bytes.get(..32)?.try_into().ok()?).to_decimal().parse().ok();
        Ok(unless_refused(word).map(|word| word.and_then(held)))
    }

    /// Symbol and decimals of a token, as far as the contract says.
    pub(crate) fn token(self, contract: &str) -> Answer<AssetRecord> {
        let symbol = unless_refused(self.view(contract, SYMBOL)?);
        let decimals = unless_refused(self.view(contract, DECIMALS)?);
        Ok(symbol.and_then(|symbol| {
            Ok(AssetRecord {
                symbol: symbol.and_then(|bytes| decode_text(&bytes)),
                decimals: decimals?.and_then(|bytes| {
                    let word = Uint256(bytes.get(..32)?.try_into().ok()?);
                    u8::try_from(word.to_u64()?).ok()
                }),
            })
        }))
    }

    /// Who owns a token that exists once; nobody if the contract does not say.
    pub(crate) fn owner(self, contract: &str, token: Uint256) -> Answer<Option<String>> {
        let input = format!("{OWNER_OF}{}", dfns_types::Hex::from_bytes_bare(token.0));
        let word = unless_refused(self.view(contract, &input)?);
        Ok(word.map(|bytes| address_of_word(bytes.as_deref().unwrap_or_default())))
    }

    /// The contracts whose tokens an address ever received, with the number of the token where each exists once.
    pub(crate) fn received_tokens(self, address: &str) -> Answer<Vec<(String, Option<Uint256>)>> {
        let filter = json!([{
            "fromBlock": "0x0", "toBlock": "latest", "topics": [TRANSFER, null, format!("0x{}", word_of(address))],
        }]);
        self.read("eth_getLogs", filter, |value| {
            let mut found = Vec::new();
            for log in value.as_array()? {
                let contract = log.get("address")?.as_str()?.to_ascii_lowercase();
                let token = match log.get("topics")?.as_array()?.get(3) {
                    Some(topic) => Some(number(topic)?),
                    None => None,
                };
                if !found.contains(&(contract.clone(), token)) {
                    found.push((contract, token));
                }
            }
            Some(found)
        })
    }
}

/// What a contract gave back; nothing if it, or the node, refuses: a contract need not have every function.
fn unless_refused(answer: Result<Vec<u8>, NodeError>) -> Result<Option<Vec<u8>>, NodeError> {
    match answer {
        Ok(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
        Err(NodeError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl NodeError {
    /// Why a call came to nothing, for people: what the contract said, or else the node.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Refused {
                data: Some(data),
                message,
                ..
            } => match revert_reason(data) {
                Some(reason) => format!("execution reverted: {reason}"),
                None => message.clone(),
            },
            other => other.to_string(),
        }
    }
}

/// A number as nodes write it.
fn quantity(number: Uint256) -> String {
    let digits = dfns_types::Hex::from_bytes_bare(number.0).to_string();
    let digits = digits.trim_start_matches('0');
    format!("0x{}", if digits.is_empty() { "0" } else { digits })
}

pub(super) fn number(value: &Value) -> Option<Uint256> {
    Uint256::parse(value.as_str().filter(|text| text.starts_with("0x"))?)
}

fn amount(value: &Value) -> Option<Amount> {
    number(value)?.to_decimal().parse().ok()
}

/// The 32 bytes that stand for an address, in hexadecimal without a prefix.
pub(super) fn word_of(address: &str) -> String {
    format!("{:0>64}", address.trim_start_matches("0x").to_ascii_lowercase())
}

/// The address that 32 bytes stand for.
fn address_of_word(word: &[u8]) -> Option<String> {
    let address: &[u8; 20] = word.get(12..32)?.try_into().ok()?;
    Some(dfns_types::Hex::from_bytes(address).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_no_leading_zeros() {
        for (value, written) in [(0, "0x0"), (1, "0x1"), (256, "0x100"), (0xabc, "0xabc")] {
            assert_eq!(quantity(Uint256::from(value)), written);
            assert_eq!(number(&json!(written)), Some(Uint256::from(value)));
        }
        assert_eq!(number(&json!("10")), None);
    }

    #[test]
    fn an_address_is_the_end_of_its_word() {
        let address = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
        let word = crate::keys::Uint256::parse(&format!("0x{}", word_of(address))).unwrap();
        assert_eq!(address_of_word(&word.0).as_deref(), Some(address));
        assert_eq!(address_of_word(&word.0[1..]), None);
    }
}
