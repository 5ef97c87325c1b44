//! Payins with simulated providers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bank::{Bank, TOKEN};
use crate::scene::BLOCK;
use crate::support::Answer;

impl Bank {
    /// Lets Circle Mint agree to the wallet, and puts 100 dollars on the balance.
    fn prepare_circle(&self) {
        let recipient = json!({ "provider": "CircleMint", "walletId": self.wallet, "currency": "USD" });
        let asked = self.post("/payins/recipients", &recipient);
        assert_eq!(asked.body["status"], "PendingVerification", "{asked:?}");
        self.clock.advance(BLOCK * 2);
        let credit = self.admin(
            "/payins/credit",
            &json!({ "walletId": self.wallet, "currency": "USD", "amount": "100" }),
        );
        assert_eq!(credit.status, 200, "{credit:?}");
    }

    fn circle(&self, amount: &str) -> Answer {
        let body = json!({ "provider": "CircleMint", "walletId": self.wallet, "amount": amount, "currency": "USD" });
        self.post("/payins", &body)
    }

    /// What pays 90 euros in with Borderless.
    fn borderless(&self) -> Value {
        let account = self.get("/payins/accounts?provider=Borderless")["items"][0]["accountId"].clone();
        json!({
            "provider": "Borderless", "walletId": self.wallet, "amount": "90", "currency": "EUR", "country": "DE",
            "borderlessAccountId": account, "paymentMethod": "Sepa",
            "asset": { "kind": "Erc20", "contract": TOKEN },
        })
    }

    fn register(&self) -> Answer {
        let mut body = self.borderless();
        for field in ["amount", "currency", "country", "paymentMethod"] {
            body.as_object_mut().unwrap().remove(field);
        }
        self.post("/payins/accounts/assets", &body)
    }
}

fn path_of(payin: &Answer) -> String {
    format!(
        "/payins/{}",
        payin.body["id"].as_str().unwrap_or_else(|| panic!("{payin:?}"))
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_balance_at_circle_mint_becomes_coins_of_a_wallet() {
    let scene = Bank::with("1").await;
    scene.prepare_circle();
    let path = path_of(&scene.circle("40.5"));
    let mut steps = vec![scene.get(&path)["data"]["executionStatus"].clone()];
    for _ in 0..2 {
        scene.clock.advance(BLOCK);
        steps.push(scene.get(&path)["data"]["executionStatus"].clone());
    }
    assert_eq!(steps, ["Initializing", "AwaitingTransfer", "Completed"]);
    let done = scene.get(&path);
    assert_eq!(
        (&done["status"], scene.held()),
        (&json!("Completed"), json!("40500001"))
    );
    assert_eq!(done["dateFinalized"], done["data"]["dateTransferConfirmed"]);
    let balances = scene.get("/payins/balances?provider=CircleMint");
    assert_eq!(
        balances["items"][0],
        json!({ "provider": "CircleMint", "currency": "USD", "amount": "59.5" })
    );
    let history = scene.get(&format!("/wallets/{}/history", scene.wallet));
    assert_eq!(history["items"][0]["txHash"], done["data"]["transactionHash"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payin_of_more_than_the_balance_fails_and_takes_nothing() {
    let scene = Bank::with("1").await;
    scene.prepare_circle();
    let (first, second) = (path_of(&scene.circle("60")), path_of(&scene.circle("60")));
    scene.clock.advance(BLOCK * 2);
    let (first, second) = (scene.get(&first), scene.get(&second));
    assert_eq!(
        (&first["status"], &second["status"]),
        (&json!("Completed"), &json!("Failed"))
    );
    assert!(
        second["data"]["statusReason"].as_str().unwrap().contains("balance"),
        "{second}"
    );
    assert_eq!(scene.held(), "60000001");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn circle_mint_pays_to_a_wallet_that_it_has_agreed_to() {
    let scene = Bank::with("1").await;
    let path = format!(
        "/payins/recipients?provider=CircleMint&walletId={}&currency=USD",
        scene.wallet
    );
    assert_eq!(scene.get(&path)["status"], "NotRegistered");
    assert_eq!(scene.circle("1").status, 400);
    scene.prepare_circle();
    let recipient = scene.get(&path);
    assert_eq!(recipient["status"], "Active");
    let made = scene.circle("1");
    assert_eq!(
        made.body["data"]["recipientAddressId"], recipient["recipientAddressId"],
        "{made:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn borderless_waits_for_the_money_and_delivers() {
    let scene = Bank::with("1").await;
    let registered = scene.register();
    assert_eq!(
        registered.body["assets"][0]["asset"], "USDC_EthereumSepolia",
        "{registered:?}"
    );
    let path = path_of(&scene.post("/payins", &scene.borderless()));
    scene.clock.advance(Duration::from_secs(3_600));
    let waiting = scene.get(&path);
    assert_eq!(waiting["data"]["executionStatus"], "AwaitingDeposit");
    let details = &waiting["data"]["depositInstruction"]["details"];
    assert!(
        details["iban"].is_string() && details["depositMessage"] == waiting["id"],
        "{waiting}"
    );
    assert_eq!(scene.admin(&format!("{path}/deposit"), &json!({})).status, 200);
    scene.clock.advance(BLOCK);
    // 90 euros are 100 dollars, of which half a percent is the provider's.
    assert_eq!(
        (&scene.get(&path)["status"], scene.held()),
        (&json!("Completed"), json!("99500001"))
    );
    assert_eq!(
        scene.admin(&format!("{path}/deposit"), &json!({})).status,
        400,
        "it came once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_quote_holds_for_five_minutes_and_for_its_wallet() {
    let scene = Bank::with("1").await;
    scene.register();
    let quotes = scene
        .service
        .call("POST", "/payins/quote", &scene.borderless().to_string());
    let quote = &quotes.body["quotes"][0];
    assert_eq!(quote["offer"], json!({ "amount": 99.5, "fees": 0.5 }), "{quotes:?}");
    let mut body = scene.borderless();
    body["quoteId"] = quote["quoteId"].clone();
    let made = scene.post("/payins", &body);
    assert_eq!(made.body["data"]["quoteId"], quote["quoteId"], "{made:?}");
    scene.clock.advance(Duration::from_secs(300));
    let refused = scene.post("/payins", &body);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("quoteId"))
    );
    body["quoteId"] = json!("invented");
    assert_eq!(scene.post("/payins", &body).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_paid_in_is_refused_with_the_field() {
    let scene = Bank::with("1").await;
    assert_eq!(
        scene.post("/payins", &scene.borderless()).body["error"]["details"]["field"],
        "asset",
        "not registered"
    );
    scene.register();
    for (field, value) in [
        ("amount", json!("0")),
        ("amount", json!("1.234")),
        ("amount", json!("much")),
        ("currency", json!("GBP")),
        ("country", json!("US")),
        ("paymentMethod", json!("ACH")),
        ("borderlessAccountId", json!("ba-other")),
    ] {
        let mut body = scene.borderless();
        body[field] = value;
        let refused = scene.post("/payins", &body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
    assert_eq!(scene.get("/payins")["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn payins_are_listed_by_wallet_status_and_provider() {
    let scene = Bank::with("1").await;
    scene.prepare_circle();
    scene.register();
    let circle = scene.circle("1").body["id"].clone();
    scene.clock.advance(BLOCK * 2);
    let borderless = scene.post("/payins", &scene.borderless()).body["id"].clone();
    let ids = |query: &str| -> Vec<Value> {
        let listed = scene.get(&format!("/payins{query}"))["items"]
            .as_array()
            .unwrap()
            .clone();
        listed.iter().map(|payin| payin["id"].clone()).collect()
    };
    assert_eq!(ids(""), [borderless.clone(), circle.clone()]);
    assert_eq!(ids("?status=Completed"), [circle]);
    assert_eq!(
        ids(&format!("?provider=Borderless&walletId={}", scene.wallet)),
        [borderless]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn options_say_what_can_be_paid_in_and_how() {
    let scene = Bank::with("1").await;
    let options = scene.get("/payins/options?provider=Borderless");
    assert_eq!(options["assets"], json!(["USDC_EthereumSepolia"]));
    assert_eq!(options["currencies"][1]["paymentMethods"][0]["paymentMethod"], "Sepa");
    assert_eq!(
        scene
            .service
            .call("GET", "/payins/options?provider=CircleMint", "")
            .status,
        400
    );
}
