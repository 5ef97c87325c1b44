//! Whatever wallets do with each other and in whatever order, what they hold and what they spent on fees is what they were
//! given, and every request comes to an end.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};

const GIVEN: u128 = 100_000_000_000_000_000;
const COINS: u128 = 1_000_000;
const COIN: &str = "0x00000000000000000000000000000000000000cc";

/// Numbers that look like chance, and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        // The constants of Knuth's MMIX; the upper bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// A step of a walk; answers what it made, if it made something.
fn step(scene: &Scene, chance: &mut Chance, wallets: &[Wallet], made: &[String]) -> Option<String> {
    let (from, to) = (chance.below(wallets.len()), chance.of(wallets).address.clone());
    let from = &wallets[from];
    let amount = chance.of(&["1", "1000000000000000", "40000000000000000", "100000000000000000"]);
    let signed = |method: &str, path: String, body: &Value| {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = scene.service.signed(method, &path, &body);
        assert!([200, 400].contains(&answer.status), "{method} {path}: {answer:?}");
        answer
    };
    let answer = match (chance.below(12), made) {
        (0..=2, _) => {
            let body = json!({ "kind": "Native", "to": to, "amount": amount });
            signed("POST", format!("{}/transfers", from.path), &body)
        }
        (3, _) => {
            let coins = (1 + chance.below(600_000)).to_string();
            let body = json!({ "kind": "Erc20", "contract": COIN, "to": to, "amount": coins });
            signed("POST", format!("{}/transfers", from.path), &body)
        }
        (4, _) => {
            let mut transaction = json!({ "to": to, "value": amount });
            if chance.below(2) == 0 {
                transaction["nonce"] = json!(chance.below(10));
            }
            let body = json!({ "kind": "Transaction", "transaction": transaction });
            signed("POST", format!("{}/transactions", from.path), &body)
        }
        (5..=8, [.., _]) => {
            let recent = &made[made.len().saturating_sub(10)..];
            let how = *chance.of(&["cancel", "speed-up", "speed-up", "abort"]);
            let method = if how == "abort" { "PUT" } else { "POST" };
            let request = chance.of(recent);
            let answer = signed(method, format!("{request}/{how}"), &Value::Null);
            if how == "abort" || answer.status != 200 {
                return None;
            }
            let (wallet, _) = request.rsplit_once("/trans").unwrap();
            return Some(format!("{wallet}/transactions/{}", answer.body["id"].as_str().unwrap()));
        }
        _ => {
            scene.clock.advance(BLOCK);
            return None;
        }
    };
    let id = answer.body["id"].as_str()?;
    let kind = if id.starts_with("xfr") {
        "transfers"
    } else {
        "transactions"
    };
    Some(format!("{}/{kind}/{id}", from.path))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_is_made_or_lost_whatever_is_sent_replaced_and_aborted() {
    for seed in 1..=4 {
        let (scene, mut chance, mut made) = (Scene::new().await, Chance(seed), Vec::new());
        let wallets: Vec<Wallet> = (0..3).map(|_| scene.wallet("EthereumSepolia")).collect();
        let coin = json!({ "kind": "Erc20", "contract": COIN, "symbol": "COIN", "decimals": 6 });
        for wallet in &wallets {
            scene.fund(wallet, &GIVEN.to_string());
            let given = json!({ "walletId": wallet.id, "amount": COINS.to_string(), "asset": coin });
            assert_eq!(scene.faucet(&given).status, 200);
        }
        for _ in 0..120 {
            made.extend(step(&scene, &mut chance, &wallets, &made));
        }
        scene.clock.advance(20 * BLOCK);
        let mut spent = 0;
        for request in &made {
            let state = scene.get(request);
            match state["status"].as_str().unwrap() {
                "Confirmed" => spent += state["fee"].as_str().unwrap().parse::<u128>().unwrap(),
                status => assert_eq!(status, "Failed", "walk {seed}: {state}"),
            }
        }
        let (mut ether, mut coins) = (0, 0);
        for wallet in &wallets {
            for asset in scene.get(&format!("{}/assets", wallet.path))["assets"]
                .as_array()
                .unwrap()
            {
                let held: u128 = asset["balance"].as_str().unwrap().parse().unwrap();
                *(if asset["kind"] == "Native" {
                    &mut ether
                } else {
                    &mut coins
                }) += held;
            }
        }
        assert_eq!((ether + spent, coins), (3 * GIVEN, 3 * COINS), "walk {seed}");
    }
}
