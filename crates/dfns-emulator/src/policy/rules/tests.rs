//! Each rule over facts alone.

use dfns_types::{ActivityKind, ChainalysisAlertLevel, Policy, PolicyRule, Timestamp};
use serde_json::{Value, json};

use super::super::facts::{Facts, Past, Payment, Source};
use super::super::judgement::{self, Ruling};
use super::super::money::Usd;
use super::super::screening::{Alert, Message, Screening, Screenings, Suspicions};
use super::{Finding, evaluate};

const NOW: i64 = 1_800_000_000_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn usd(number: f64) -> Option<Usd> {
    Usd::of_number(number)
}

/// A payment of so much to an address, by a wallet that paid these amounts these milliseconds ago.
fn payment(value: Option<Usd>, recipient: Option<&str>, past: &[(i64, Option<Usd>)]) -> Facts {
    let past = past.iter().map(|(ago, value)| Past {
        at: at(NOW - ago),
        value: *value,
    });
    Facts {
        kind: ActivityKind::WalletsSign,
        at: at(NOW),
        sources: vec![Source {
            wallet_id: Some("wa-1".to_owned()),
            external_id: Some("customer 7".to_owned()),
            tags: vec!["hot".to_owned(), "eu".to_owned()],
            past: past.collect(),
        }],
        entity: None,
        payment: Payment {
            is_transfer: true,
            chain: None,
            recipient: recipient.map(str::to_owned),
            value,
            screenings: Screenings::default(),
        },
    }
}

fn found(rule: Value, facts: &Facts) -> Finding {
    let rule: PolicyRule = serde_json::from_value(rule).unwrap();
    let sources: Vec<&Source> = facts.sources.iter().collect();
    evaluate(&rule, facts, &sources)
}

fn triggers(rule: Value, facts: &Facts) -> bool {
    found(rule, facts).is_triggered
}

fn whitelist(addresses: &[&str]) -> Value {
    json!({ "kind": "TransactionRecipientWhitelist", "configuration": { "addresses": addresses } })
}

fn limit(number: f64) -> Value {
    json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": number, "currency": "USD" } })
}

fn amounts(number: f64, minutes: i32) -> Value {
    let configuration = json!({ "limit": number, "currency": "USD", "timeframe": minutes });
    json!({ "kind": "TransactionAmountVelocity", "configuration": configuration })
}

fn counts(number: i64, minutes: i32) -> Value {
    json!({ "kind": "TransactionCountVelocity", "configuration": { "limit": number, "timeframe": minutes } })
}

#[test]
fn a_whitelist_triggers_for_whom_it_does_not_list_and_where_nobody_is_known() {
    let to = |recipient| payment(usd(1.0), recipient, &[]);
    assert!(
        !triggers(whitelist(&["0xAB"]), &to(Some("0xab"))),
        "case says nothing in hexadecimal"
    );
    assert!(
        triggers(whitelist(&["tz1Abc"]), &to(Some("tz1aBC"))),
        "and something elsewhere"
    );
    assert!(triggers(whitelist(&["0xab"]), &to(Some("0xac"))));
    assert!(triggers(whitelist(&["0xab"]), &to(None)));
    assert!(triggers(whitelist(&[]), &to(Some("0xab"))));
}

#[test]
fn a_limit_triggers_above_itself_only_and_where_the_value_is_unknown() {
    let of = |value| payment(value, Some("0xab"), &[]);
    assert!(!triggers(limit(20.0), &of(usd(20.0))));
    assert!(triggers(limit(20.0), &of(usd(20.000_001))));
    assert!(triggers(limit(f64::MAX), &of(None)));
    let finding = found(limit(2.0), &of(usd(20.0)));
    assert_eq!(finding.reason, "Transfer amount (USD 20) is above limit (USD 2).");
    assert_eq!(
        finding.context,
        Some(json!({ "transactionAmount": { "value": 20.0, "currency": "USD" } }))
    );
}

#[test]
fn a_velocity_of_amounts_counts_what_the_window_holds_and_no_more() {
    let minute = 60_000;
    let past = [(minute - 1, usd(4.0)), (minute, usd(100.0)), (90_000, usd(100.0))];
    let facts = payment(usd(6.0), Some("0xab"), &past);
    assert!(!triggers(amounts(10.0, 1), &facts), "what is a minute old is over");
    assert!(triggers(amounts(9.99, 1), &facts));
    assert!(triggers(amounts(10.0, 2), &facts));
    let finding = found(amounts(2.0, 1), &payment(usd(15.0), None, &[(1, usd(5.0))]));
    assert_eq!(
        finding.reason,
        "Cumulative transfer amount (USD 20) is above limit (USD 2)."
    );
}

#[test]
fn one_unknown_value_in_the_window_triggers_a_velocity_of_amounts() {
    assert!(triggers(amounts(1e9, 1), &payment(usd(1.0), None, &[(5, None)])));
    assert!(triggers(amounts(1e9, 1), &payment(None, None, &[])));
    assert!(!triggers(amounts(1e9, 1), &payment(usd(1.0), None, &[(60_000, None)])));
}

#[test]
fn a_velocity_of_counts_includes_the_present_one_and_tells_how_many_came_before() {
    let facts = payment(None, None, &[(1, None), (2, None)]);
    assert!(!triggers(counts(3, 1), &facts));
    let finding = found(counts(2, 1), &facts);
    assert!(finding.is_triggered);
    assert_eq!(finding.reason, "Number of transactions (2) is above limit (2).");
    assert!(triggers(counts(0, 1), &payment(None, None, &[])));
}

fn chainalysis(level: &str, alerts: &[i64], exposures: &[i64], addresses: &[i64], skips: bool) -> Value {
    json!({ "kind": "ChainalysisTransactionPrescreening", "configuration": {
        "alerts": { "alertLevel": level, "categoryIds": alerts },
        "exposures": { "direct": { "categoryIds": exposures } },
        "addresses": { "categoryIds": addresses },
        "userIdTemplate": "{wallet.id}/{wallet.externalId}",
        "fallbackBehaviours": {
            "skipUnscreenableTransaction": skips, "skipUnsupportedNetwork": skips,
            "skipUnsupportedAsset": skips, "skipChainalysisFailure": skips,
        },
    } })
}

fn screened(screenings: Screenings) -> Facts {
    let mut facts = payment(usd(1.0), Some("0xab"), &[]);
    facts.payment.screenings = screenings;
    facts
}

fn suspected(suspicions: Suspicions) -> Facts {
    screened(Screenings {
        chainalysis: Screening::Done(suspicions),
        ..Screenings::default()
    })
}

#[test]
fn an_alert_counts_from_its_level_on_and_in_its_categories() {
    let alert = |level, category_id| {
        suspected(Suspicions {
            alerts: vec![Alert { level, category_id }],
            ..Suspicions::default()
        })
    };
    let high = alert(ChainalysisAlertLevel::HIGH, Some(3));
    assert!(triggers(chainalysis("HIGH", &[], &[9], &[9], false), &high));
    assert!(triggers(chainalysis("LOW", &[3, 4], &[9], &[9], false), &high));
    assert!(!triggers(chainalysis("SEVERE", &[], &[9], &[9], false), &high));
    assert!(!triggers(chainalysis("LOW", &[4], &[9], &[9], false), &high));
    let nameless = alert(ChainalysisAlertLevel::SEVERE, None);
    assert!(triggers(chainalysis("LOW", &[], &[9], &[9], false), &nameless));
    assert!(!triggers(chainalysis("LOW", &[3], &[9], &[9], false), &nameless));
}

#[test]
fn exposures_and_identified_addresses_count_by_category_and_all_of_them_if_none_is_named() {
    let exposed = suspected(Suspicions {
        exposures: vec![5],
        ..Suspicions::default()
    });
    assert!(triggers(chainalysis("LOW", &[], &[5], &[9], false), &exposed));
    assert!(triggers(chainalysis("LOW", &[], &[], &[9], false), &exposed));
    assert!(!triggers(chainalysis("LOW", &[], &[6], &[], false), &exposed));
    let identified = suspected(Suspicions {
        identifications: vec![7],
        ..Suspicions::default()
    });
    assert!(triggers(chainalysis("LOW", &[], &[9], &[7], false), &identified));
    assert!(!triggers(chainalysis("LOW", &[], &[9], &[8], false), &identified));
    let clean = found(
        chainalysis("LOW", &[], &[], &[], false),
        &suspected(Suspicions::default()),
    );
    assert!(!clean.is_triggered);
    assert_eq!(clean.context, Some(json!({ "userId": "wa-1/customer 7" })));
}

#[test]
fn where_nothing_can_be_screened_the_policy_says_what_that_means() {
    let failures = [
        Screening::Unscreenable,
        Screening::UnsupportedNetwork,
        Screening::UnsupportedAsset,
        Screening::Failed,
    ];
    for chainalysis_said in failures {
        let facts = screened(Screenings {
            chainalysis: chainalysis_said,
            ..Screenings::default()
        });
        for skips in [true, false] {
            let finding = found(chainalysis("LOW", &[], &[], &[], skips), &facts);
            assert_eq!(finding.is_triggered, !skips, "{}", finding.reason);
        }
    }
}

#[test]
fn a_risk_score_triggers_from_the_threshold_on() {
    let rule = |skips: bool| {
        json!({ "kind": "GlobalLedgerTransactionPrescreening", "configuration": {
            "riskScoreThreshold": 70, "fallbackBehaviours": {
                "skipUnscreenableTransaction": skips, "skipUnsupportedNetwork": skips,
                "skipUnsupportedAsset": skips, "skipGlobalLedgerFailure": skips,
            },
        } })
    };
    let scored = |global_ledger| {
        screened(Screenings {
            global_ledger,
            ..Screenings::default()
        })
    };
    assert!(triggers(rule(true), &scored(Screening::Done(70.0))));
    assert!(!triggers(rule(false), &scored(Screening::Done(69.9))));
    assert!(triggers(rule(false), &scored(Screening::Failed)));
    assert!(!triggers(rule(true), &scored(Screening::Failed)));
}

fn travel_rule(trigger: i64, clear: Option<i64>) -> Value {
    let mut configuration = json!({ "vendor": "Notabene", "autoTriggerTimeoutSeconds": trigger });
    if let Some(clear) = clear {
        configuration["autoClearAfterDeliveredTimeoutSeconds"] = json!(clear);
    }
    json!({ "kind": "TravelRuleTransactionPrescreening", "configuration": configuration })
}

#[test]
fn a_travel_rule_message_that_is_cleared_in_time_triggers_nothing_and_is_known_then() {
    let message = |delivered_after_seconds, cleared_after_seconds| {
        screened(Screenings {
            travel_rule: Message {
                delivered_after_seconds,
                cleared_after_seconds,
            },
            ..Screenings::default()
        })
    };
    let known = |rule: Value, facts: &Facts| {
        let finding = found(rule, facts);
        (finding.is_triggered, finding.known_at.map(|at| at.unix_millis() - NOW))
    };
    assert_eq!(
        known(travel_rule(60, None), &message(None, Some(5))),
        (false, Some(5_000))
    );
    assert_eq!(
        known(travel_rule(60, None), &message(None, Some(60))),
        (false, Some(60_000))
    );
    assert_eq!(
        known(travel_rule(60, None), &message(None, Some(61))),
        (true, Some(60_000))
    );
    assert_eq!(
        known(travel_rule(60, None), &message(Some(1), None)),
        (true, Some(60_000))
    );
    assert_eq!(
        known(travel_rule(60, Some(9)), &message(Some(1), None)),
        (false, Some(10_000))
    );
    assert_eq!(known(travel_rule(0, None), &message(None, None)), (true, None));
    assert_eq!(known(travel_rule(60, None), &message(None, Some(0))), (false, None));
    let mut transaction = message(None, None);
    transaction.payment.is_transfer = false;
    assert_eq!(known(travel_rule(60, None), &transaction), (false, None));
}

fn policy(id: &str, rule: Value, action: Value, filters: Value) -> Policy {
    serde_json::from_value(json!({
        "id": format!("plc-0000{id}-00000-00000000000000"), "name": id, "status": "Active",
        "activityKind": "Wallets:Sign", "rule": rule, "action": action, "filters": filters,
    }))
    .unwrap()
}

#[test]
fn all_conditions_of_a_filter_have_to_hold() {
    let facts = payment(None, None, &[]);
    let looked = |filters: Value| {
        let action = json!({ "kind": "NoAction" });
        let policy = policy("1", json!({ "kind": "AlwaysTrigger" }), action, filters);
        judgement::judge(&[policy], &facts).evaluations.len() == 1
    };
    for (filters, expected) in [
        (json!({}), true),
        (json!({ "walletId": { "in": ["wa-1"] } }), true),
        (json!({ "walletId": { "in": ["wa-2"] } }), false),
        (json!({ "walletTags": { "hasAny": ["cold", "hot"] } }), true),
        (json!({ "walletTags": { "hasAny": ["cold"] } }), false),
        (json!({ "walletTags": { "hasAll": ["eu", "hot"] } }), true),
        (json!({ "walletTags": { "hasAll": ["eu", "cold"] } }), false),
        (
            json!({ "walletTags": { "hasAny": ["hot"], "hasAll": ["cold"] } }),
            false,
        ),
        (
            json!({ "walletId": { "in": ["wa-1"] }, "walletTags": { "hasAny": ["cold"] } }),
            false,
        ),
    ] {
        assert_eq!(looked(filters.clone()), expected, "{filters}");
    }
}

#[test]
fn a_block_that_is_known_now_does_not_wait_for_a_travel_rule_message() {
    let facts = payment(usd(5.0), None, &[]);
    let ask = json!({ "kind": "RequestApproval", "approvalGroups": [{ "quorum": 1, "approvers": {} }] });
    let waits = policy("1", travel_rule(60, None), ask.clone(), json!({}));
    let blocks = policy("2", limit(1.0), json!({ "kind": "Block" }), json!({}));
    let judgement = judgement::judge(&[waits.clone(), blocks], &facts);
    assert!(matches!(judgement.ruling, Ruling::Block(_)) && judgement.known_at.is_none());
    let asks = policy("3", limit(1.0), ask, json!({}));
    let judgement = judgement::judge(&[waits, asks], &facts);
    assert_eq!(judgement.known_at, Some(at(NOW + 60_000)));
    let Ruling::Approve { groups, .. } = judgement.ruling else {
        panic!("{:?}", judgement.ruling)
    };
    assert_eq!(groups.len(), 2, "those of both policies");
}
