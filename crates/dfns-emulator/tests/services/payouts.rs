//! Payouts with a simulated provider.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bank::{Bank, TOKEN};
use crate::scene::BLOCK;
use crate::support::Answer;

impl Bank {
    /// What pays 40 USDC out as euros.
    fn body(&self) -> Value {
        json!({
            "walletId": self.wallet, "provider": "Borderless", "fiatCurrency": "EUR", "country": "DE",
            "borderlessAccountId": "ba-1", "paymentInstructionsId": "pi-1", "paymentPurpose": "rent payment",
            "asset": { "kind": "Erc20", "contract": TOKEN, "amount": "40000000" },
        })
    }

    fn create(&self, body: &Value) -> Answer {
        self.service.signed("POST", "/payouts", &body.to_string())
    }

    /// A payout that waits for the caller.
    pub(crate) fn waiting(&self) -> Value {
        let made = self.create(&self.body());
        assert_eq!(made.body["data"]["executionStatus"], "Initializing", "{made:?}");
        self.clock.advance(BLOCK * 2);
        let seen = self.payout(&made.body);
        assert_eq!(seen["data"]["executionStatus"], "AwaitingPayoutConfirmation");
        seen
    }

    pub(crate) fn payout(&self, payout: &Value) -> Value {
        self.get(&format!("/payouts/{}", payout["id"].as_str().unwrap()))
    }

    fn step(&self, payout: &Value) -> String {
        self.payout(payout)["data"]["executionStatus"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn act(&self, payout: &Value, body: &Value) -> Answer {
        let path = format!("/payouts/{}/action", payout["id"].as_str().unwrap());
        self.service.signed("POST", &path, &body.to_string())
    }

    /// What confirms a payout.
    pub(crate) fn confirmation(&self, payout: &Value) -> Value {
        let transfer =
            json!({ "kind": "Erc20", "contract": TOKEN, "amount": "40000000", "to": payout["data"]["depositAddress"] });
        json!({ "action": "Confirm", "walletId": self.wallet, "transfer": transfer })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payout_is_confirmed_transferred_and_paid() {
    let scene = Bank::with("100000000").await;
    let payout = scene.waiting();
    assert_eq!(scene.act(&payout, &scene.confirmation(&payout)).body, json!({}));
    let mut steps = vec![scene.step(&payout)];
    for _ in 0..3 {
        scene.clock.advance(BLOCK);
        steps.push(scene.step(&payout));
    }
    assert_eq!(
        steps,
        [
            "SubmittingPayoutTransfer",
            "DepositProcessing",
            "DisbursementPending",
            "Completed"
        ]
    );
    let done = scene.payout(&payout);
    assert_eq!(
        (&done["status"], scene.held()),
        (&json!("Completed"), json!("60000000"))
    );
    assert_eq!(done["dateFinalized"], done["data"]["datePayoutConfirmed"]);
    let path = format!(
        "/wallets/{}/transfers/{}",
        scene.wallet,
        done["data"]["transferId"].as_str().unwrap()
    );
    let transfer = scene.service.call("GET", &path, "").body;
    assert_eq!(done["data"]["transactionHash"], transfer["txHash"]);
    assert_eq!(done["data"]["dateDepositConfirmed"], transfer["dateConfirmed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_late_look_finds_the_dates_at_which_it_happened() {
    let scene = Bank::with("100000000").await;
    let payout = scene.waiting();
    scene.act(&payout, &scene.confirmation(&payout));
    scene.clock.advance(Duration::from_secs(86_400));
    assert_eq!(scene.payout(&payout)["dateFinalized"], "2026-01-02T03:04:05.500Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_the_transfer_that_the_payout_needs_is_confirmed() {
    let scene = Bank::with("100000000").await;
    let payout = scene.waiting();
    for (field, value) in [
        ("to", "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"),
        ("amount", "40000001"),
        ("contract", "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"),
    ] {
        let mut body = scene.confirmation(&payout);
        body["transfer"][field] = json!(value);
        let refused = scene.act(&payout, &body);
        assert_eq!(
            refused.body["error"]["details"]["field"],
            format!("transfer.{field}"),
            "{refused:?}"
        );
    }
    let transfers = scene
        .service
        .call("GET", &format!("/wallets/{}/transfers", scene.wallet), "");
    assert_eq!(
        (transfers.body["items"].clone(), scene.held()),
        (json!([]), json!("100000000"))
    );
    assert_eq!(scene.act(&payout, &scene.confirmation(&payout)).status, 200);
    assert_eq!(
        scene.act(&payout, &scene.confirmation(&payout)).status,
        400,
        "once is enough"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payout_is_given_up_until_it_is_confirmed() {
    let scene = Bank::with("100000000").await;
    let (first, second) = (scene.create(&scene.body()).body, scene.waiting());
    for payout in [&first, &second] {
        assert_eq!(scene.act(payout, &json!({ "action": "Cancel" })).status, 200);
        let seen = scene.payout(payout);
        assert_eq!(
            (&seen["status"], &seen["data"]["executionStatus"]),
            (&json!("Canceled"), &json!("Canceled"))
        );
        assert_eq!(scene.act(payout, &json!({ "action": "Cancel" })).status, 400);
    }
    let third = scene.waiting();
    scene.act(&third, &scene.confirmation(&third));
    assert_eq!(
        scene.act(&third, &json!({ "action": "Cancel" })).status,
        400,
        "the transfer is on its way"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payout_that_nobody_confirms_expires() {
    let scene = Bank::with("100000000").await;
    let payout = scene.waiting();
    scene.clock.advance(Duration::from_secs(60 * 60));
    let seen = scene.payout(&payout);
    assert_eq!(
        (&seen["status"], &seen["data"]["executionStatus"]),
        (&json!("Expired"), &json!("Expired"))
    );
    assert_eq!(scene.act(&payout, &scene.confirmation(&payout)).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_decides_on_the_transfer_of_a_payout() {
    let scene = Bank::with("100000000").await;
    let policy = json!({
        "name": "nobody pays", "activityKind": "Wallets:Sign", "rule": { "kind": "AlwaysTrigger" },
        "action": { "kind": "Block" },
    });
    scene.service.signed("POST", "/v2/policies", &policy.to_string());
    let payout = scene.waiting();
    scene.act(&payout, &scene.confirmation(&payout));
    let seen = scene.payout(&payout);
    assert_eq!(
        (&seen["status"], &seen["data"]["executionStatus"]),
        (&json!("Rejected"), &json!("Rejected"))
    );
    assert!(seen["data"]["statusReason"].is_string(), "{seen}");
    assert_eq!(scene.held(), "100000000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payout_of_more_than_the_wallet_holds_fails_with_its_transfer() {
    let scene = Bank::with("100000000").await;
    let (first, second, third) = (scene.waiting(), scene.waiting(), scene.waiting());
    for payout in [&first, &second, &third] {
        scene.act(payout, &scene.confirmation(payout));
    }
    scene.clock.advance(BLOCK * 4);
    let statuses = [&first, &second, &third].map(|payout| scene.payout(payout)["status"].clone());
    assert_eq!(statuses, ["Completed", "Completed", "Failed"]);
    assert!(
        scene.payout(&third)["data"]["statusReason"]
            .as_str()
            .unwrap()
            .contains("insufficient")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_payout_is_made_once() {
    let scene = Bank::with("100000000").await;
    let mut body = scene.body();
    body["externalId"] = json!("rent of may");
    let (first, again) = (scene.create(&body).body, scene.create(&body).body);
    assert_eq!(
        (&first["id"], &first["externalId"]),
        (&again["id"], &json!("rent of may"))
    );
    body["country"] = json!("FR");
    assert_eq!(scene.create(&body).status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn payouts_are_listed_by_wallet_status_and_provider() {
    let scene = Bank::with("100000000").await;
    let (first, second) = (scene.waiting(), scene.create(&scene.body()).body);
    scene.act(&first, &json!({ "action": "Cancel" }));
    let ids = |query: &str| -> Vec<Value> {
        let listed = scene.service.call("GET", &format!("/payouts{query}"), "");
        listed.body["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{listed:?}"))
            .iter()
            .map(|item| item["id"].clone())
            .collect()
    };
    let (first, second) = (first["id"].clone(), second["id"].clone());
    assert_eq!(ids(""), [second.clone(), first.clone()]);
    assert_eq!(ids("?status=Canceled"), std::slice::from_ref(&first));
    assert_eq!(ids("?status=Canceled&status=Processing"), [second.clone(), first]);
    assert_eq!(ids("?provider=CircleMint"), [] as [Value; 0]);
    assert_eq!(ids(&format!("?walletId={}&status=Processing", scene.wallet)), [second]);
    assert_eq!(ids("?walletId=wa-00000-00000-0000000000000000"), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_quote_says_what_comes_out_and_what_the_provider_takes() {
    let scene = Bank::with("100000000").await;
    let mut body = scene.body();
    for field in ["borderlessAccountId", "paymentInstructionsId", "paymentPurpose"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let quotes = scene.service.call("POST", "/payouts/quote", &body.to_string());
    assert_eq!(
        quotes.body["quotes"][0]["offer"],
        json!({ "fiatCurrency": "EUR", "amount": 35.82, "fees": 0.18 }),
        "{quotes:?}"
    );
    assert_eq!(
        quotes.body["asset"]["metadata"],
        json!({ "symbol": "USDC", "decimals": 6 })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_paid_out_is_refused_with_the_field() {
    let scene = Bank::with("100000000").await;
    let unknown = json!({ "kind": "Erc20", "contract": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "amount": "1" });
    for (field, value) in [
        ("provider", json!("CircleMint")),
        ("fiatCurrency", json!("XXX")),
        ("country", json!("Germany")),
        ("paymentPurpose", json!("fun")),
        ("asset", unknown),
    ] {
        let mut body = scene.body();
        body[field] = value;
        let refused = scene.create(&body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
    assert_eq!(
        scene
            .service
            .call("GET", "/payouts/pout-00000-00000-0000000000000000", "")
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn webhooks_are_told_when_somebody_has_to_act() {
    let scene = Bank::with("100000000").await;
    let body = json!({ "url": "http://127.0.0.1:1/", "events": ["payout.action.required"] });
    let webhook = scene.service.signed("POST", "/webhooks", &body.to_string()).body["id"].clone();
    let payout = scene.waiting();
    scene.emulator.admin().flush_webhooks().await.unwrap();
    let path = format!("/webhooks/{}/events", webhook.as_str().unwrap());
    let events = scene.service.call("GET", &path, "").body["items"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(1), "{events}");
    assert_eq!(events[0]["data"]["payout"]["id"], payout["id"]);
}
