//! Replacing a transfer or transaction that is not confirmed yet: by nothing (cancel), or by the same for a higher fee.
//!
//! Invariant: a request has at most one replacement at a time, with the same nonce, so that the network takes one of them.

use dfns_types::{
    Amount, CancelTransaction, SpeedUpTransaction, Transaction, TransactionRequest, TransferRequest, TransferStatus,
    Wallet,
};

use super::key_store;
use super::refusals::{key_refusal, parsed};
use super::transactions::{launched, transaction_of_path};
use super::transfers::{transfer_of_path, usable};
use crate::chain::{self, Asset, Call, Chain, Fee, Gas, OnChain, Order, Relay, Replaced, SignedTransaction, Speed};
use crate::context::Context;
use crate::keys::{Family, Uint256};
use crate::server::{Refusal, Reply};

/// `POST /wallets/{walletId}/transfers/{transferId}/cancel`.
pub(super) fn cancel_transfer(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, request) = transfer_of_path(context)?;
    cancel::<TransferRequest>(context, &wallet, request)
}

/// `POST /wallets/{walletId}/transfers/{transferId}/speed-up`.
pub(super) fn speed_up_transfer(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, request) = transfer_of_path(context)?;
    speed_up::<TransferRequest>(context, &wallet, request)
}

/// `POST /wallets/{walletId}/transactions/{transactionId}/cancel`.
pub(super) fn cancel_transaction(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, request) = transaction_of_path(context)?;
    cancel::<TransactionRequest>(context, &wallet, request)
}

/// `POST /wallets/{walletId}/transactions/{transactionId}/speed-up`.
pub(super) fn speed_up_transaction(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, request) = transaction_of_path(context)?;
    speed_up::<TransactionRequest>(context, &wallet, request)
}

fn cancel<R: OnChain>(context: &Context<'_>, wallet: &Wallet, mut request: R) -> Result<Reply, Refusal> {
    let broadcast_hash = request.state().tx_hash.clone();
    let never_sent = *request.status() == TransferStatus::Failed && broadcast_hash.is_none();
    let is_open = *request.status() == TransferStatus::Broadcasted || never_sent;
    let scene = Scene::new(context, wallet, &mut request, is_open, "cancelled")?;
    let from = scene.order.from.clone();
    let nonce = match scene.order.nonce {
        Some(nonce) => nonce,
        None => match context.node(scene.chain.id) {
            Some(node) => node.next_nonce(&from)??,
            None => context.store.sent_count(scene.chain.id, &from)?,
        },
    };
    let gas = Gas {
        limit: 21_000,
        used: 21_000,
        ..scene.raised_gas()?
    };
    let signed = scene.sign(
        nonce,
        gas,
        Call {
            to: parsed::<dfns_types::Hex>(&from)?.to_bytes().try_into().ok(),
            value: Uint256::default(),
            data: Vec::new(),
        },
    )?;
    let order = Order {
        to: None,
        asset: Asset::native(),
        amount: Amount::zero(),
        memo: None,
        data: String::new(),
        transaction: None,
        further: Vec::new(),
        is_opaque: false,
        payback: None,
        ..scene.replacement(nonce, gas, &signed, &request)?
    };
    let mut body = CancelTransaction::new(signed.bytes);
    body.tx_hash = broadcast_hash;
    replace(context, wallet, request, Transaction::CancelTransaction(body), &order)
}

fn speed_up<R: OnChain>(context: &Context<'_>, wallet: &Wallet, mut request: R) -> Result<Reply, Refusal> {
    let is_open = *request.status() == TransferStatus::Broadcasted;
    let tx_hash = request.state().tx_hash.clone().unwrap_or_default();
    let scene = Scene::new(context, wallet, &mut request, is_open, "sped up")?;
    let nonce = scene.order.nonce.unwrap_or_default();
    let gas = scene.raised_gas()?;
    let signed = scene.sign(nonce, gas, scene.call()?)?;
    let order = scene.replacement(nonce, gas, &signed, &request)?;
    let body = SpeedUpTransaction::new(tx_hash, signed.bytes);
    replace(context, wallet, request, Transaction::SpeedUpTransaction(body), &order)
}

/// Sends the replacement on its way, and keeps the replaced request from being confirmed meanwhile.
fn replace<R: OnChain>(
    context: &Context<'_>,
    wallet: &Wallet,
    mut replaced: R,
    body: Transaction,
    order: &Order,
) -> Result<Reply, Refusal> {
    let replacement = launched(context, wallet, body, None, order)?;
    if replacement.status != TransferStatus::Rejected {
        *replaced.state().replacement_id = Some(replacement.id.clone());
        context.store.update(&replaced)?;
    }
    // While the replacement waits for an approval, the replaced request goes on.
    if replacement.status == TransferStatus::Executing {
        chain::hold(context, &replaced)?;
    }
    Reply::json(&replacement)
}

/// What both kinds of replacement start from.
struct Scene<'a, 'store> {
    context: &'a Context<'store>,
    chain: Chain,
    key: dfns_types::Key,
    order: Order,
}

impl<'a, 'store> Scene<'a, 'store> {
    fn new<R: OnChain>(
        context: &'a Context<'store>,
        wallet: &Wallet,
        request: &mut R,
        is_open: bool,
        what: &str,
    ) -> Result<Self, Refusal> {
        let (chain, key) = usable(context, wallet)?;
        let id = request.id().to_owned();
        if chain.family != Family::Evm {
            return Err(Refusal::invalid(format!(
                "{} on {} cannot be {what}: only on EVM networks",
                R::KIND,
                chain.id
            )));
        }
        if let Some(replacement) = request.state().replacement_id {
            return Err(Refusal::invalid(format!(
                "{} {id} is replaced by {replacement} already",
                R::KIND
            )));
        }
        if !is_open {
            let status = request.status();
            return Err(Refusal::invalid(format!(
                "{} {id} is {status} and cannot be {what}",
                R::KIND
            )));
        }
        let order = chain::order_of(context, request)?;
        Ok(Self {
            context,
            chain,
            key,
            order,
        })
    }

    fn raised_gas(&self) -> Result<Gas, Refusal> {
        let offered = self
            .order
            .fee
            .gas
            .unwrap_or_else(|| Gas::at(self.chain, Speed::Standard, 21_000));
        offered
            .raised(self.chain)
            .ok_or_else(|| Refusal::invalid("the fee cannot be raised any more"))
    }

    /// The call that the replaced request makes.
    fn call(&self) -> Result<Call, Refusal> {
        chain::call_of(self.chain, &self.order).map_err(key_refusal)
    }

    fn sign(&self, nonce: u64, gas: Gas, call: Call) -> Result<SignedTransaction, Refusal> {
        let material = key_store::material(self.context, &self.key)?;
        let chain_id = match self.context.node(self.chain.id) {
            Some(node) => Some(node.chain_id()??),
            None => None,
        };
        chain::sign_call(&material, self.chain, (nonce, chain_id), gas, call).map_err(key_refusal)
    }

    fn replacement<R: OnChain>(
        &self,
        nonce: u64,
        gas: Gas,
        signed: &SignedTransaction,
        replaced: &R,
    ) -> Result<Order, Refusal> {
        let too_large = || Refusal::invalid("the fee cannot be raised any more");
        Ok(Order {
            fee: Fee {
                amount: gas.cost(self.chain).ok_or_else(too_large)?,
                gas: Some(gas),
            },
            nonce: Some(nonce),
            signed_hash: Some(signed.hash.clone()),
            relay: Relay {
                signed: Some(signed.bytes.clone()),
                ..Relay::default()
            },
            replaces: Some(Replaced {
                id: replaced.id().to_owned(),
                kind: R::KIND.to_owned(),
            }),
            ..self.order.clone()
        })
    }
}
