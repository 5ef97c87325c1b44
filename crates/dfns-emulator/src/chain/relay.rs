//! Brings requests on networks with a node up to date: signed, sent to the node, final when it says so.
//!
//! Each of the three is a transaction of its own, and they happen when somebody looks.
//!
//! Invariant: what is sent was written down before, so that whatever happens in between, the same transaction is sent
//! again, and the network takes it once.

use bytes::Bytes;
use dfns_types::{Key, TransactionRequest, TransferRequest, TransferStatus};
use http::HeaderMap;
use serde_json::Value;

use super::call::{Call as ContractCall, call_of};
use super::order::{OnChain, Order};
use super::progress::{self, Step, order_of};
use super::{Fee, SignedTransaction, chain, sign};
use crate::context::{Context, Services};
use crate::keys::{self, EvmCall, EvmDefaults, EvmFields, KeyError};
use crate::node::{self, Asking, NodeError, Receipt, Trial};
use crate::rooms::key_store;
use crate::server::{Call, Refusal};
use crate::store::{Database, Document, Flight, StoreError};

/// How often a transaction is sent before it is given up, if the node never says whether it has come.
const MOST_ATTEMPTS: u8 = 3;

/// Lets everything happen that is due on networks with a node, of one wallet or of all.
///
/// # Errors
/// 500 if the store fails. What a node does or does not is no error, but the fate of a request.
pub(crate) fn relay(database: &Database, services: &Services, wallet_id: Option<&str>) -> Result<(), Refusal> {
    let nodes = &services.config.nodes;
    if nodes.is_empty() {
        return Ok(());
    }
    let _turn = nodes.turn();
    let call = Call::new("POST", "/", "", HeaderMap::new(), Bytes::new())?;
    let mut is_more = true;
    while is_more {
        is_more = node::transaction(database, |store, inquiries| {
            let context = Context::new(store, &call, services, inquiries);
            let Some(flight) = store.next_due_on_node(context.now.unix_millis(), wallet_id)? else {
                return Ok(false);
            };
            if flight.kind.ends_with(TransferRequest::KIND) {
                advance::<TransferRequest>(&context, &flight)?;
            } else {
                advance::<TransactionRequest>(&context, &flight)?;
            }
            Ok(true)
        })?;
    }
    Ok(())
}

fn advance<R: OnChain>(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} is under way, but gone", flight.id)));
    let mut request: R = context.store.get(&flight.org, &flight.id)?.ok_or_else(missing)?;
    let chain = chain(request.network().as_str()).ok_or_else(missing)?;
    let order = order_of(context, &request)?;
    let Some(node) = context.node(chain.id) else {
        // It had one when the request came. It goes on when it has one again.
        return progress::look_again::<R>(context, &flight.org, &flight.id);
    };
    let relay = Relaying {
        step: Step {
            context,
            org: &flight.org,
            chain,
            at: context.now,
        },
        node,
    };
    match request.status() {
        TransferStatus::Executing if order.relay.signed.is_none() => relay.sign(&mut request, order),
        TransferStatus::Executing => relay.send(&mut request, order),
        TransferStatus::Broadcasted => relay.confirm(&mut request, order),
        _ => Ok(context.store.clear_due(&flight.id)?),
    }
}

/// Why a transaction is not signed.
enum Stop {
    /// The store fails, or a question is open.
    Refused(Refusal),
    /// It cannot be, for this reason.
    Impossible(String),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<KeyError> for Stop {
    fn from(error: KeyError) -> Self {
        Self::Impossible(error.to_string())
    }
}

impl From<NodeError> for Stop {
    fn from(error: NodeError) -> Self {
        Self::Impossible(error.reason())
    }
}

/// One thing that happens to a request on its way to a node.
struct Relaying<'a, 'store> {
    step: Step<'a, 'store>,
    node: Asking<'a>,
}

impl Relaying<'_, '_> {
    /// Signs, and writes down what was signed. It stays due: sending comes next.
    fn sign<R: OnChain>(&self, request: &mut R, mut order: Order) -> Result<(), Refusal> {
        let (signed, nonce) = match self.signed(&mut order) {
            Ok(signed) => signed,
            Err(Stop::Impossible(reason)) => return self.give_up(request, &order, &reason),
            Err(Stop::Refused(refusal)) => return Err(refusal),
        };
        order.nonce = Some(nonce);
        order.signed_hash = Some(signed.hash);
        order.relay.signed = Some(signed.bytes);
        Ok(self.step.context.store.set_private::<R>(request.id(), &order)?)
    }

    fn signed(&self, order: &mut Order) -> Result<(SignedTransaction, u64), Stop> {
        let Step {
            context, org, chain, ..
        } = self.step;
        let gone = || Refusal::internal(&std::io::Error::other(format!("key {} is gone", order.key_id)));
        let key: Key = context.store.get(org, &order.key_id)?.ok_or_else(gone)?;
        if !sign::signs(&key) {
            return Err(Stop::Impossible(sign::UNUSABLE.to_owned()));
        }
        let material = key_store::material_in(context, org, &key)?;
        if let Some(Value::String(bytes)) = &order.transaction {
            let nonce = EvmCall::parse(&keys::hex_bytes(bytes).unwrap_or_default())?.nonce;
            return Ok((sign::sign(&material, chain, Value::String(bytes.clone()))?, nonce));
        }
        let call = call_of(chain, order)?;
        let nonce = match order.nonce {
            Some(nonce) => nonce,
            None => self.node.next_nonce(&order.from)??,
        };
        let chain_id = self.node.chain_id()??;
        let prices = self.node.prices()??;
        let limit = match order.relay.wishes.limit {
            Some(limit) => limit,
            None => self.gas_limit(order, &call)?,
        };
        let gas = order.relay.wishes.gas(prices, limit);
        order.fee = Fee::at_most(gas);
        let small = |number: u128| u64::try_from(number).map_err(|_| Stop::Impossible("the fee is too large".into()));
        let defaults = EvmDefaults {
            chain_id,
            nonce,
            gas_limit: limit,
            gas_price: small(gas.max_fee)?,
            max_fee_per_gas: small(gas.max_fee)?,
            max_priority_fee_per_gas: small(gas.max_priority_fee)?,
        };
        let fields = match &order.transaction {
            Some(described) => EvmFields::from_json(described, defaults)?,
            None => EvmFields::new(defaults, call.to, call.value, call.data),
        };
        let unsigned = sign::hexadecimal(fields.unsigned()?.bytes());
        Ok((sign::sign(&material, chain, unsigned)?, fields.nonce))
    }

    /// What the node says that the call would use; where code runs, a fifth more, because it may run otherwise by then.
    fn gas_limit(&self, order: &Order, call: &ContractCall) -> Result<u64, Stop> {
        let used = self.node.gas(&trial(order, call))??;
        Ok(if call.data.is_empty() {
            used
        } else {
            used.saturating_add(used / 5)
        })
    }

    fn send<R: OnChain>(&self, request: &mut R, mut order: Order) -> Result<(), Refusal> {
        let hash = order.signed_hash.clone().unwrap_or_default();
        let error = match self.node.send(order.relay.signed.as_deref().unwrap_or_default())? {
            Ok(_hash) => return self.broadcast(request, order, hash),
            Err(error @ NodeError::Unreachable { .. }) => return self.give_up(request, &order, &error.to_string()),
            Err(error) => error,
        };
        // Some refuse what they have already, and some what fails as soon as it is in a block.
        match self.node.knows(&hash)? {
            Ok(true) => return self.broadcast(request, order, hash),
            Ok(false) => return self.give_up(request, &order, &error.reason()),
            Err(_silent) => {}
        }
        order.relay.attempts = order.relay.attempts.saturating_add(1);
        if order.relay.attempts >= MOST_ATTEMPTS {
            let reason = format!("{error}; whether it took the transaction {hash} is not known");
            return self.give_up(request, &order, &reason);
        }
        self.step.context.store.set_private::<R>(request.id(), &order)?;
        progress::look_again::<R>(self.step.context, self.step.org, request.id())
    }

    fn broadcast<R: OnChain>(&self, request: &mut R, order: Order, hash: String) -> Result<(), Refusal> {
        self.step.broadcasted(request, &order, hash)?;
        progress::look_again::<R>(self.step.context, self.step.org, request.id())
    }

    fn confirm<R: OnChain>(&self, request: &mut R, order: Order) -> Result<(), Refusal> {
        let hash = order.signed_hash.clone().unwrap_or_default();
        match self.node.receipt(&hash)? {
            Ok(Some(receipt)) if receipt.is_success => {
                let block_number = i64::try_from(receipt.block_number).unwrap_or(i64::MAX);
                // What a contract pays back it has paid itself.
                let order = Order { payback: None, ..order };
                self.step.confirmed(request, &order, receipt.fee, block_number)
            }
            Ok(Some(receipt)) => self.reverted(request, &order, &receipt),
            Ok(None) if self.node.knows(&hash)? == Ok(false) => {
                self.give_up(request, &order, "the node does not know the transaction any more")
            }
            // It waits for a block, or the node for better times.
            Ok(None) | Err(_) => progress::look_again::<R>(self.step.context, self.step.org, request.id()),
        }
    }

    /// The fee is spent, and nothing else has happened.
    fn reverted<R: OnChain>(&self, request: &mut R, order: &Order, receipt: &Receipt) -> Result<(), Refusal> {
        let mut reason = "execution reverted".to_owned();
        if let Ok(call) = call_of(self.step.chain, order) {
            // As it was before the block: the node remembers no reasons.
            let before = receipt.block_number.saturating_sub(1);
            if let Err(error @ NodeError::Refused { .. }) = self.node.call(&trial(order, &call), Some(before))? {
                reason = error.reason();
            }
        }
        *request.state().fee = Some(receipt.fee.clone());
        self.step.failed(request, order, &reason)
    }

    fn give_up<R: OnChain>(&self, request: &mut R, order: &Order, reason: &str) -> Result<(), Refusal> {
        self.step.given_up(request, order, reason)
    }
}

fn trial<'a>(order: &'a Order, call: &'a ContractCall) -> Trial<'a> {
    Trial {
        from: &order.from,
        to: call.to.map(|to| dfns_types::Hex::from_bytes(to).to_string()),
        value: call.value,
        data: &call.data,
    }
}
