//! What is done with stakes: each action is a transaction of the wallet.

use dfns_types::{
    Amount, CreateStakeActionRequest, CreateStakeRequest, EthereumStakeActionKind, Hex, IotaStakeActionKind,
    StakeAction, StakeActionId, StakeActionKind, StakeActionPage, StakeId, StakeStatus, Transaction,
    TransactionRequest, Wallet,
};
use ring::digest::{SHA256, SHA384, digest};
use serde_json::{Map, Value, json};

use super::progress::{Effect, catch_up, status_of};
use super::record::{PAGE_LENGTH, Protocol, Record, stake_of_path};
use super::{iota, rewards};
use crate::chain::{Chain, Payback};
use crate::context::Context;
use crate::keys::validate_address;
use crate::rooms::assets::typed;
use crate::rooms::refusals::{invalid_field, parsed};
use crate::rooms::transfers::{requester, text};
use crate::rooms::wallets::{known_chain, wallet_of};
use crate::rooms::{idempotency, transactions};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// The contract that takes deposits for validators of Ethereum.
const DEPOSIT_CONTRACT: &str = "0x00000000219ab540356cbb839cbe05303d7705fa";
/// The contract that takes requests for withdrawal (EIP-7002).
const WITHDRAWAL_CONTRACT: &str = "0x00000961ef480eb55e80d19ad83579a64c007002";

/// `POST /staking/stakes`.
pub(in crate::rooms) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateStakeRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let external_id = text(&body, "externalId");
    if let Some(made) = idempotency::made_before::<Record>(context, external_id)? {
        let (made, actions) = catch_up(context, context.caller()?.org(), made)?;
        return Reply::json(&made.shown(Some(&actions))?);
    }
    let (protocol, wallet_id, amount) = match &request {
        CreateStakeRequest::Ethereum(wanted) => (Protocol::Ethereum, &wanted.wallet_id, &wanted.amount),
        CreateStakeRequest::Iota(wanted) => (Protocol::Iota, &wanted.wallet_id, &wanted.amount),
        CreateStakeRequest::Babylon(_) => {
            return Err(invalid_field("protocol", "stakes with Babylon cannot be made any more"));
        }
        other => {
            return Err(invalid_field(
                "protocol",
                &format!("unknown protocol {:?}", other.kind()),
            ));
        }
    };
    let wallet = wallet_of(context, wallet_id.as_str())?;
    let chain = known_chain(&wallet.network)?;
    check(protocol, chain, amount)?;
    let id = parsed::<StakeId>(&context.new_id("stk")?)?;
    let validator = match &request {
        CreateStakeRequest::Iota(wanted) => {
            let wrong = |error: crate::keys::AddressProblem| invalid_field("validator", &error.to_string());
            validate_address(chain.id, &wanted.validator).map_err(wrong)?;
            wanted.validator.clone()
        }
        // 48 bytes, as a public key on BLS12-381 has; no validator of this name exists.
        _ => Hex::from_bytes(digest(&SHA384, id.as_str().as_bytes())).to_string(),
    };
    let record = Record {
        id,
        protocol,
        wallet_id: wallet.id.clone(),
        status: StakeStatus::Staking,
        requester: requester(context)?,
        request_body: Value::Object(body.clone()),
        date_created: context.now,
        staked: Amount::zero(),
        earned: Amount::zero(),
        counted_at: None,
        validator,
        withdrawal_address: wallet.address.clone().unwrap_or_default(),
    };
    let org = context.caller()?.org();
    context.store.insert(
        &record,
        Filing {
            org,
            parent: "",
            owner: "",
        },
    )?;
    let effect = Effect {
        amount: amount.clone(),
        rewards: Amount::zero(),
    };
    let action = begin(context, &record, &wallet, StakeActionKind::Stake, &body, effect)?;
    idempotency::remember(context, external_id, &record)?;
    Reply::json(&record.shown(Some(&[action]))?)
}

/// Refuses a network on which the protocol has no validators, and no amount at all.
fn check(protocol: Protocol, chain: Chain, amount: &Amount) -> Result<(), Refusal> {
    let networks: &[&str] = match protocol {
        Protocol::Ethereum => &["Ethereum", "EthereumHolesky", "EthereumHoodi", "EthereumSepolia"],
        Protocol::Iota => &["Iota", "IotaTestnet"],
    };
    if !networks.contains(&chain.id) {
        let problem = format!(
            "{} is staked on {}, the wallet is on {}",
            protocol.name(),
            networks.join(", "),
            chain.id
        );
        return Err(invalid_field("walletId", &problem));
    }
    if amount.is_zero() {
        return Err(invalid_field("amount", "must be more than 0"));
    }
    Ok(())
}

/// `POST /staking/stakes/{stakeId}/actions`.
pub(in crate::rooms) fn act(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateStakeActionRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let external_id = text(&body, "externalId");
    let (mut record, mut actions) = stake_of_path(context)?;
    if idempotency::made_before::<StakeAction>(context, external_id)?.is_some() {
        return Reply::json(&record.shown(Some(&actions))?);
    }
    let (protocol, kind, amount) = match &request {
        CreateStakeActionRequest::Ethereum(wanted) if wanted.kind == EthereumStakeActionKind::Withdraw => {
            (Protocol::Ethereum, StakeActionKind::Withdraw, record.staked.clone())
        }
        CreateStakeActionRequest::Iota(wanted) if wanted.kind == IotaStakeActionKind::Deposit => {
            (Protocol::Iota, StakeActionKind::Deposit, wanted.amount.clone())
        }
        CreateStakeActionRequest::Iota(wanted) if wanted.kind == IotaStakeActionKind::Withdraw => {
            (Protocol::Iota, StakeActionKind::Withdraw, wanted.amount.clone())
        }
        _ => return Err(invalid_field("kind", "no such action is known for the protocol")),
    };
    if protocol != record.protocol {
        let problem = format!("stake {} is one of {}", record.id, record.protocol.name());
        return Err(invalid_field("protocol", &problem));
    }
    if record.status != StakeStatus::Active {
        return Err(Refusal::invalid(format!(
            "stake {} is {}, only Active can be changed",
            record.id, record.status
        )));
    }
    let wallet = wallet_of(context, record.wallet_id.as_str())?;
    check(protocol, known_chain(&wallet.network)?, &amount)?;
    let effect = match kind {
        StakeActionKind::Withdraw => withdrawal(context, &record, amount)?,
        _ => Effect {
            amount,
            rewards: Amount::zero(),
        },
    };
    let is_withdrawal = kind == StakeActionKind::Withdraw;
    let action = begin(context, &record, &wallet, kind, &body, effect)?;
    if is_withdrawal {
        record.status = StakeStatus::Withdrawing;
        context.store.update(&record)?;
    }
    idempotency::remember(context, external_id, &action)?;
    actions.push(action);
    Reply::json(&record.shown(Some(&actions))?)
}

/// What a withdrawal gives back: the amount, and with the last of it everything that was earned.
fn withdrawal(context: &Context<'_>, record: &Record, amount: Amount) -> Result<Effect, Refusal> {
    let rest = record.staked.checked_sub(&amount).ok_or_else(|| {
        invalid_field(
            "amount",
            &format!("{amount} cannot be withdrawn, {} is staked", record.staked),
        )
    })?;
    let rewards = if rest.is_zero() {
        rewards::until(record, context.now)?
    } else {
        Amount::zero()
    };
    Ok(Effect { amount, rewards })
}

/// Sends the transaction of an action on its way and remembers the action.
fn begin(
    context: &Context<'_>,
    record: &Record,
    wallet: &Wallet,
    kind: StakeActionKind,
    body: &Map<String, Value>,
    effect: Effect,
) -> Result<StakeAction, Refusal> {
    let gives_back = kind == StakeActionKind::Withdraw;
    let transaction = match record.protocol {
        Protocol::Ethereum => on_ethereum(context, record, wallet, gives_back, &effect)?,
        Protocol::Iota => on_iota(context, record, wallet, gives_back, &effect)?,
    };
    let mut action = StakeAction::new(
        parsed::<StakeActionId>(&context.new_id("stka")?)?,
        &record.id,
        kind,
        status_of(&transaction.status),
        requester(context)?,
        typed::<dfns_types::StakeActionInput>(Value::Object(body.clone()))?,
        context.now,
    );
    action.transaction_id = Some(transaction.id);
    context.store.insert(
        &action,
        Filing {
            org: context.caller()?.org(),
            parent: record.id.as_str(),
            owner: "",
        },
    )?;
    context.store.set_private::<StakeAction>(action.id(), &effect)?;
    Ok(action)
}

fn payback(from: &str, effect: &Effect) -> Result<Payback, Refusal> {
    let too_large = || Refusal::invalid("stake and rewards are too large to be counted");
    Ok(Payback {
        from: from.to_owned(),
        amount: effect.amount.checked_add(&effect.rewards).ok_or_else(too_large)?,
    })
}

fn on_ethereum(
    context: &Context<'_>,
    record: &Record,
    wallet: &Wallet,
    gives_back: bool,
    effect: &Effect,
) -> Result<TransactionRequest, Refusal> {
    let (body, payback) = if gives_back {
        // The key of the validator, and zero for all of it.
        let data = format!("{}{}", record.validator, "0".repeat(16));
        let body = json!({ "kind": "Eip1559", "to": WITHDRAWAL_CONTRACT, "value": "1", "data": data });
        (body, Some(payback(DEPOSIT_CONTRACT, effect)?))
    } else {
        (
            json!({ "kind": "Eip1559", "to": DEPOSIT_CONTRACT, "value": effect.amount }),
            None,
        )
    };
    let transaction: Transaction = typed(body.clone())?;
    let body: Map<String, Value> = typed(body)?;
    transactions::start(context, wallet, transaction, &body, payback)
}

fn on_iota(
    context: &Context<'_>,
    record: &Record,
    wallet: &Wallet,
    gives_back: bool,
    effect: &Effect,
) -> Result<TransactionRequest, Refusal> {
    let bytes = |address: &str| -> Result<[u8; 32], Refusal> {
        let wrong = || Refusal::internal(&std::io::Error::other(format!("{address} is no address of 32 bytes")));
        parsed::<Hex>(address)?.to_bytes().try_into().map_err(|_| wrong())
    };
    let sender = bytes(wallet.address.as_deref().unwrap_or_default())?;
    let amount = || {
        let counted = effect.amount.to_u128().and_then(|amount| u64::try_from(amount).ok());
        counted.ok_or_else(|| invalid_field("amount", "IOTA counts at most 64 bits"))
    };
    let (unsigned, payback) = if gives_back {
        let mut object = [0; 32];
        object.copy_from_slice(digest(&SHA256, record.id.as_str().as_bytes()).as_ref());
        let unsigned = iota::request_withdraw_stake(&sender, &object);
        (unsigned, Some(payback(&record.validator, effect)?))
    } else {
        let unsigned = iota::request_add_stake(&sender, &bytes(&record.validator)?, amount()?);
        (unsigned, None)
    };
    let paid = if gives_back {
        Amount::zero()
    } else {
        effect.amount.clone()
    };
    transactions::start_built(context, wallet, &unsigned, (&record.validator, paid), payback)
}

/// `GET /staking/stakes/{stakeId}/actions`.
pub(in crate::rooms) fn list_actions(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let (record, _) = stake_of_path(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(record.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<StakeAction>(listing, &page, |_| true)?;
    let mut actions = StakeActionPage::new(found.items);
    actions.next_page_token = found.next_page_token;
    Reply::json(&actions)
}
