//! What holds for every list whose path names what it is of: all pages together are the list, and a token is good for its
//! own list alone.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use dfns_emulator::{Clock, Emulator, Seeded};
use dfns_types::operation::{Method, OPERATIONS, Operation};
use serde_json::{Value, json};
use support::{Answer, Signer, send};

const ETHER: u128 = 10_u128.pow(18);
const SHOP: &str = "0x00000000000000000000000000000000000000aa";

/// The lists of which something stands in the path.
fn lists() -> impl Iterator<Item = &'static Operation> {
    let is_list = |operation: &&Operation| operation.paged && operation.method == Method::Get;
    OPERATIONS
        .iter()
        .filter(is_list)
        .filter(|operation| operation.path.contains('{'))
}

/// A world in which each of these lists has three items at least.
struct World {
    emulator: Emulator,
    service: Signer,
    employee: Signer,
}

impl World {
    async fn new() -> (Self, Seeded) {
        let start = serde_json::from_value(json!("2026-01-02T03:04:05.000Z")).unwrap();
        let builder = Emulator::builder().seed(7).clock(Clock::fixed(start));
        let emulator = builder
            .webhook_timeout(Duration::from_millis(300))
            .start()
            .await
            .unwrap();
        let (ether, iota) = ((1_000 * ETHER).to_string(), "100000000000".to_owned());
        let wallet =
            |name: &str, network: &str, balance: &str| json!({ "as": name, "network": network, "balance": balance });
        let robot = |name: &str| json!({ "name": name, "permissions": ["@reader"] });
        let document = json!({
            "permissions": [
                { "as": "reader", "name": "reader", "operations": ["Wallets:Read"] },
                { "as": "nobody", "name": "nobody", "operations": ["Wallets:Read"] },
            ],
            "serviceAccounts": [robot("a"), robot("b"), robot("c")],
            "wallets": [
                wallet("till", "EthereumSepolia", &ether), wallet("gas", "EthereumSepolia", &ether),
                wallet("stake", "IotaTestnet", &iota), wallet("validator", "IotaTestnet", &iota),
                { "as": "party", "network": "Canton" }, { "as": "counterparty", "network": "Canton" },
            ],
            "feeSponsors": [{ "as": "sponsor", "walletId": "@gas" }, { "as": "idle", "walletId": "@gas" }],
            // Nobody listens there; what was sent is in the log all the same.
            "webhooks": [
                { "as": "busy", "url": "http://127.0.0.1:1", "events": ["key.created"] },
                { "as": "quiet", "url": "http://127.0.0.1:1", "events": ["key.deleted"] },
            ],
        });
        let seeded = emulator.admin().seed(&document).await.unwrap();
        let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
        (
            Self {
                emulator,
                service,
                employee,
            },
            seeded,
        )
    }

    fn made(caller: &Signer, path: &str, body: &Value) -> Value {
        let answer = caller.signed("POST", path, &body.to_string());
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        Self::made(&self.service, path, body)
    }

    fn pass_blocks(&self) {
        self.emulator.clock().advance(Duration::from_millis(200));
    }

    fn admin(&self, path: &str, body: &Value) {
        let answer = send(
            &self.emulator.url(),
            "POST",
            &format!("/__admin{path}"),
            &[],
            body.to_string().as_bytes(),
        );
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }

    /// Reads as the service account, or as the first employee where only people may.
    fn read(&self, target: &str) -> Answer {
        match self.service.call("GET", target, "") {
            refused if refused.status == 403 => self.employee.call("GET", target, ""),
            answer => answer,
        }
    }

    /// Fills every list, and answers by its operation where it stands, and where another one of its kind does.
    fn fill(&self, seeded: &Seeded) -> BTreeMap<&'static str, (String, String)> {
        let id = |name: &str| seeded.id(name).unwrap_or_else(|| panic!("no {name}"));
        let (till, gas) = (format!("/wallets/{}", id("till")), format!("/wallets/{}", id("gas")));
        let keys = [0, 1].map(|place| format!("/keys/{}", seeded.wallets[place].signing_key.id));
        let keys_of_account = json!({ "publicApiKey": "a", "privateApiKey": "b" });
        let link =
            json!({ "kind": "Kraken", "readConfiguration": keys_of_account, "writeConfiguration": keys_of_account });
        let exchanges = [(); 2].map(|()| Self::made(&self.employee, "/exchanges", &link)["id"].clone());
        let stake = json!({
            "protocol": "Iota", "walletId": id("stake"), "amount": "10000000000",
            "validator": seeded.wallets[3].address,
        });
        let stakes = [(); 2].map(|()| {
            let made = self.post("/staking/stakes", &stake);
            self.pass_blocks();
            format!("/staking/stakes/{}/actions", made["id"].as_str().unwrap())
        });
        let validator = self.post("/networks/canton/validators", &json!({ "kind": "Shared" }));
        let party = json!({ "validatorId": validator["id"] });
        self.post(&format!("/wallets/{}/activate", id("party")), &party);
        self.pass_blocks();
        let jobs = [(); 2].map(|()| {
            let job = json!({ "network": "EthereumSepolia", "count": 3, "name": "customer" });
            let made = self.post("/wallets/bulk-create", &job);
            format!("/wallets/bulk-create/{}/wallets", made["id"].as_str().unwrap())
        });
        for number in 1..=3 {
            self.admin("/offers", &json!({ "walletId": id("party"), "amount": "5" }));
            let mut transfer = json!({ "kind": "Native", "to": SHOP, "amount": number.to_string() });
            transfer["feeSponsorId"] = id("sponsor").into();
            self.post(&format!("{till}/transfers"), &transfer);
            self.post(
                &format!("{till}/transactions"),
                &json!({ "kind": "Eip1559", "to": SHOP, "value": "1" }),
            );
            let message = json!({ "kind": "Message", "message": format!("0x0{number}"), "network": "EthereumSepolia" });
            self.post(&format!("{}/signatures", keys[0]), &message);
            self.post(
                &format!("{till}/signatures"),
                &json!({ "kind": "Message", "message": format!("0x1{number}") }),
            );
            self.post(
                "/networks/canton/validators",
                &json!({ "kind": "Shared", "name": format!("v{number}") }),
            );
            self.post("/keys", &json!({ "scheme": "EdDSA", "curve": "ed25519" }));
            self.post(
                &stakes[0],
                &json!({ "protocol": "Iota", "kind": "Deposit", "amount": "1000000000" }),
            );
            let credit = json!({ "exchangeId": exchanges[0], "symbol": format!("C{number}"), "amount": "5" });
            self.admin("/exchanges/credit", &credit);
            self.pass_blocks();
        }
        self.admin("/webhooks/flush", &json!({}));
        let in_each = |base: &str, ids: [&str; 2], end: &str| {
            let [one, other] = ids.map(|id| format!("{base}/{id}{end}"));
            (one, other)
        };
        let of_wallet = |end: &str| (format!("{till}{end}"), format!("{gas}{end}"));
        let accounts = exchanges.each_ref().map(|id| id.as_str().unwrap());
        BTreeMap::from([
            ("getWalletHistory", of_wallet("/history")),
            ("listWalletTransfers", of_wallet("/transfers")),
            ("listWalletTransactions", of_wallet("/transactions")),
            ("listWalletSignatures", of_wallet("/signatures")),
            (
                "listKeySignatures",
                in_each("", [&keys[0][1..], &keys[1][1..]], "/signatures"),
            ),
            (
                "listCantonValidators",
                in_each("/networks", ["canton", "canton-testnet"], "/validators"),
            ),
            (
                "listSponsoredFees",
                in_each("/fee-sponsors", [id("sponsor"), id("idle")], "/fees"),
            ),
            (
                "listPermissionAssignments",
                in_each("/permissions", [id("reader"), id("nobody")], "/assignments"),
            ),
            ("listBulkWalletJobWallets", (jobs[0].clone(), jobs[1].clone())),
            (
                "listWalletOffers",
                in_each("/wallets", [id("party"), id("counterparty")], "/offers"),
            ),
            ("listStakeActions", (stakes[0].clone(), stakes[1].clone())),
            (
                "listWebhookEvents",
                in_each("/webhooks", [id("busy"), id("quiet")], "/events"),
            ),
            (
                "listExchangeAccountAssets",
                in_each("/exchanges", accounts, "/accounts/spot/assets"),
            ),
        ])
    }
}

/// Lists that hold one item at most, so that there is nothing to turn over.
const SHORT: [&str; 1] = ["listExchangeAccounts"];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn all_pages_together_are_the_list_and_a_token_is_good_for_that_alone() {
    let (world, seeded) = World::new().await;
    let places = world.fill(&seeded);
    let mut checked = 0;
    for list in lists() {
        let Some((path, other)) = places.get(list.id) else {
            let status = world.read(&list.path.replace(['{', '}'], "")).status;
            assert!(
                status == 501 || SHORT.contains(&list.id),
                "{} is answered, and has no place in this test",
                list.id
            );
            continue;
        };
        let whole = world.read(path);
        assert_eq!(whole.status, 200, "{path}: {whole:?}");
        let whole = whole.body["items"].as_array().unwrap().clone();
        assert!(whole.len() >= 3, "{path} has three items at least: {whole:?}");
        let (mut together, mut target) = (Vec::new(), format!("{path}?limit=2"));
        let mut tokens = Vec::new();
        loop {
            let page = world.read(&target);
            assert_eq!(page.status, 200, "{target}: {page:?}");
            let items = page.body["items"].as_array().unwrap();
            assert!((1..=2).contains(&items.len()), "{target}: {page:?}");
            together.extend(items.clone());
            let Some(token) = page.body["nextPageToken"].as_str() else {
                break;
            };
            assert!(together.len() < whole.len(), "{path} gives a token after its last item");
            tokens.push(token.to_owned());
            target = format!("{path}?limit=2&paginationToken={token}");
        }
        assert_eq!(together, whole, "{path}");
        let token = &tokens[0];
        for wrong in [
            format!("{other}?paginationToken={token}"),
            format!("{path}?another=filter&paginationToken={token}"),
            format!("{path}?paginationToken={}", &token[1..]),
            format!("{path}?paginationToken="),
            format!("{path}?limit=0"),
            format!("{path}?limit=-1"),
            format!("{path}?limit=many"),
            format!("{path}?limit=1000000"),
        ] {
            let refused = world.read(&wrong);
            assert!(
                refused.status == 400 && !refused.message().is_empty(),
                "{wrong}: {refused:?}"
            );
        }
        checked += 1;
    }
    assert_eq!(checked, places.len(), "every place belongs to a list");
}
