//! Reading contracts of EVM networks.
//!
//! On a network with a node, the node is asked. The others run no code. What a contract answers is what `POST /__admin/contracts` said it does; for one
//! that nothing was said of, a read is refused like a call that reverts.

use dfns_types::{CallFunctionRequest, ContractData, ContractKind, Hex, ReadContractRequest};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusals::invalid_field;
use crate::chain::{Chain, chain};
use crate::context::Context;
use crate::keys::{Family, validate_address};
use crate::node::{Asking, Function, NodeError};
use crate::server::{Refusal, Reply};

/// How many digits of hexadecimal text name a function: the first four bytes of its hash.
const SELECTOR: usize = 8;

/// `POST /networks/read-contract`.
pub(super) fn read(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ReadContractRequest = context.call.body()?;
    if request.kind != ContractKind::Evm {
        return Err(invalid_field("kind", "expected Evm"));
    }
    let contract = Contract::new("network", request.network.as_str(), &request.contract)?;
    let data = digits(&request.data);
    if let Some(node) = context.node(contract.chain.id) {
        let bytes = contract.view(node, &data)?;
        return Reply::json(&ContractData::new(ContractKind::Evm, Hex::from_bytes(bytes)));
    }
    let exact = contract.answer(context, &data)?;
    let answer = match exact {
        None if data.len() > SELECTOR => contract.answer(context, &data[..SELECTOR])?,
        found => found,
    };
    let text = answer
        .as_ref()
        .and_then(Value::as_str)
        .ok_or_else(|| contract.reverted())?;
    let data: Hex = text.parse().map_err(|_| contract.reverted())?;
    Reply::json(&ContractData::new(ContractKind::Evm, data))
}

/// `POST /networks/{network}/call-function`.
pub(super) fn call_function(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CallFunctionRequest = context.call.body()?;
    let contract = Contract::new("network", context.call.parameter("network")?, &request.contract)?;
    if request.abi.type_ != "function" {
        return Err(invalid_field("abi.type", "expected function"));
    }
    if !matches!(request.abi.state_mutability.as_str(), "view" | "pure") {
        return Err(invalid_field(
            "abi.stateMutability",
            "expected view or pure: a read changes nothing",
        ));
    }
    let given = request.calldata.as_deref();
    let missing = request
        .abi
        .inputs
        .iter()
        .find(|input| !given.is_some_and(|given| given.contains_key(&input.name)));
    if let Some(input) = missing {
        return Err(invalid_field(&format!("calldata.{}", input.name), "missing"));
    }
    if let Some(node) = context.node(contract.chain.id) {
        let wrong = |(place, problem): (String, String)| invalid_field(&place, &problem);
        let function = Function::new(&request.abi).map_err(wrong)?;
        let arguments: Map<String, Value> = given
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let input = function
            .input(&arguments)
            .map_err(|(path, problem)| wrong((format!("calldata.{path}"), problem)))?;
        let bytes = contract.view(node, &input)?;
        let answer = function.output(&bytes);
        return Reply::json(
            &answer.ok_or_else(|| invalid_field("abi.outputs", "the contract gave back something else"))?,
        );
    }
    let answer = contract.answer(context, &request.abi.name)?;
    Reply::json(&answer.ok_or_else(|| contract.reverted())?)
}

/// `POST /__admin/contracts {"network", "contract", "data" | "function", "result"}`: what a contract answers from now on:
/// hexadecimal text to call data (or to its first four bytes, whatever follows), any JSON to a function by name.
pub(crate) fn configure(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Answer {
        network: String,
        contract: String,
        data: Option<Hex>,
        function: Option<String>,
        result: Value,
    }
    let Answer {
        network,
        contract,
        data,
        function,
        result,
    } = context.call.body()?;
    let contract = Contract::new("network", &network, &contract)?;
    let question = match (data, function) {
        (Some(data), None) => {
            if result.as_str().is_none_or(|text| text.parse::<Hex>().is_err()) {
                return Err(invalid_field(
                    "result",
                    "expected hexadecimal text, which is what call data gives",
                ));
            }
            digits(&data)
        }
        (None, Some(function)) => function,
        _ => return Err(invalid_field("data", "expected either data or function")),
    };
    let written = serde_json::to_vec(&result).map_err(|error| Refusal::internal(&error))?;
    context.store.set_meta(&contract.key(&question), &written)?;
    Reply::json(&json!({}))
}

/// The text of bytes in lower case, without a prefix.
fn digits(data: &Hex) -> String {
    Hex::from_bytes_bare(data.to_bytes()).to_string()
}

/// A contract of an EVM network.
struct Contract {
    chain: Chain,
    address: String,
}

impl Contract {
    fn new(field: &str, network: &str, address: &str) -> Result<Self, Refusal> {
        let is_evm = |chain: &Chain| chain.family == Family::Evm;
        let unknown = || invalid_field(field, &format!("{network:?} is no EVM network"));
        let chain = chain(network).filter(is_evm).ok_or_else(unknown)?;
        let wrong = |error: crate::keys::AddressProblem| invalid_field("contract", &error.to_string());
        validate_address(chain.id, address).map_err(wrong)?;
        Ok(Self {
            chain,
            address: chain.ledger_address(address),
        })
    }

    fn key(&self, question: &str) -> String {
        format!("contract {} {} {question}", self.chain.id, self.address)
    }

    fn answer(&self, context: &Context<'_>, question: &str) -> Result<Option<Value>, Refusal> {
        let stored = context.store.meta(&self.key(question))?;
        let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes).map_err(|error| Refusal::internal(&error));
        stored.map(read).transpose()
    }

    /// What a call on a node gives back.
    fn view(&self, node: Asking<'_>, input: &str) -> Result<Vec<u8>, Refusal> {
        match node.view(&self.address, input)? {
            Err(error @ NodeError::Refused { .. }) => Err(Refusal::invalid(error.reason())),
            answer => Ok(answer?),
        }
    }

    fn reverted(&self) -> Refusal {
        Refusal::invalid(format!(
            "execution reverted: the emulator was not told what {} on {} answers",
            self.address, self.chain.id
        ))
    }
}
