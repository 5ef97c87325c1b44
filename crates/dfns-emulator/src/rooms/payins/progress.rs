//! How far a payin is.

use dfns_types::Timestamp;
use serde_json::json;

use super::{Record, desk};
use crate::chain::{self, Arrival, chain};
use crate::context::Context;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Flight};

/// Makes a payin due in one block.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn schedule(context: &Context<'_>, record: &Record, at: Timestamp) -> Result<(), Refusal> {
    let too_far = || Refusal::internal(&std::io::Error::other("the clock is at the end of time"));
    let due = at.checked_add(context.services.config.block_time).ok_or_else(too_far)?;
    Ok(context.store.set_due(&Flight {
        id: record.id.clone(),
        org: record.org.clone(),
        kind: Record::KIND.to_owned(),
        due_at: due.unix_millis(),
    })?)
}

/// Lets happen to a payin what is due.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn advance(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let gone = || Refusal::internal(&std::io::Error::other(format!("{} is under way, but gone", flight.id)));
    let mut record: Record = context.store.get(&flight.org, &flight.id)?.ok_or_else(gone)?;
    let at = Timestamp::from_unix_millis(flight.due_at).ok_or_else(gone)?;
    match (record.provider(), record.step()) {
        ("CircleMint", "Initializing") => {
            let currency = record.shown["currency"].as_str().unwrap_or_default().to_owned();
            if !desk::take(context, &record.org, &currency, record.cents)? {
                let reason = format!("the balance at Circle Mint holds too few {currency}");
                return fail(context, record, &reason, at);
            }
            record.shown["data"]["executionStatus"] = json!("AwaitingTransfer");
            record.shown["data"]["circleTransferId"] = json!(context.new_id("ct")?);
            context.store.update(&record)?;
            schedule(context, &record, at)
        }
        ("CircleMint", "AwaitingTransfer") => arrive(context, record, "dateTransferConfirmed", at),
        ("Borderless", "Initializing") => {
            let instruction = instruction(&record);
            let data = &mut record.shown["data"];
            data["executionStatus"] = json!("AwaitingDeposit");
            data["borderlessTransactionId"] = json!(context.new_id("bt")?);
            data["pfiName"] = json!("Emulated Bank");
            data["depositInstruction"] = instruction;
            context.store.update(&record)?;
            // Nothing more happens before the money comes.
            Ok(context.store.clear_due(&record.id)?)
        }
        ("Borderless", "AwaitingDeposit") => arrive(context, record, "dateDeliveryConfirmed", at),
        _ => Ok(context.store.clear_due(&flight.id)?),
    }
}

/// Where the money is to be sent.
fn instruction(record: &Record) -> serde_json::Value {
    let method = record.shown["data"]["paymentMethod"].clone();
    let details = if method == "Sepa" {
        json!({ "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "accountHolderName": "Emulated Bank" })
    } else {
        json!({
            "bankName": "Emulated Bank", "bankAccountNumber": "000123456789", "bankRoutingNumber": "021000021",
            "bankBeneficiaryName": "Emulated Provider",
        })
    };
    let mut instruction = json!({ "paymentMethod": method, "details": details });
    instruction["details"]["depositMessage"] = json!(record.id);
    instruction
}

fn arrive(context: &Context<'_>, mut record: Record, when: &str, at: Timestamp) -> Result<(), Refusal> {
    let network = record.shown["network"].as_str().unwrap_or_default();
    let gone = || Refusal::internal(&std::io::Error::other(format!("{network} is gone")));
    let arrival = Arrival {
        chain: chain(network).ok_or_else(gone)?,
        from: record.to.clone(),
        to: record.to.clone(),
        asset: record.asset.clone(),
        amount: record.amount.clone(),
    };
    match arrival.settle(context, at) {
        Ok(arrived) => {
            let data = &mut record.shown["data"];
            data["executionStatus"] = json!("Completed");
            data["transactionHash"] = json!(arrived.tx_hash);
            data[when] = json!(at);
            end(context, record, "Completed", at)
        }
        Err(refused) if refused.status.is_client_error() => fail(context, record, &refused.message, at),
        Err(broken) => Err(broken),
    }
}

fn fail(context: &Context<'_>, mut record: Record, reason: &str, at: Timestamp) -> Result<(), Refusal> {
    record.shown["data"]["executionStatus"] = json!("Failed");
    record.shown["data"]["statusReason"] = json!(reason);
    end(context, record, "Failed", at)
}

fn end(context: &Context<'_>, mut record: Record, status: &str, at: Timestamp) -> Result<(), Refusal> {
    record.shown["status"] = json!(status);
    record.shown["dateFinalized"] = json!(at);
    context.store.update(&record)?;
    Ok(context.store.clear_due(&record.id)?)
}

/// `POST /__admin/payins/{payinId}/deposit`: the money that Borderless waits for has come.
pub(crate) fn deposit(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    chain::settle(context)?;
    let id = context.call.parameter("payinId")?;
    let unknown = || invalid_field("payinId", &format!("there is no payin {id}"));
    let record: Record = context.store.find(id)?.ok_or_else(unknown)?;
    if record.step() != "AwaitingDeposit" {
        return Err(Refusal::invalid(format!("payin {id} is {}", record.step())));
    }
    schedule(context, &record, context.now)?;
    record.reply()
}
