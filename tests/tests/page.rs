//! The page of the emulator in a real browser: what it shows, and that a click decides.
//!
//! ```text
//! cargo test -p dfns-tests --test page
//! ```
//!
//! Needs Debian's packages `chromium` and `chromium-driver`. Without them it says so and passes, except in CI.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use dfns::types::{Network, NewUserKind, Transfer, TransferId, TransferStatus, WalletId, WebhookEventKind};
use dfns_emulator::Fault;
use dfns_tests::{Browser, Receiver, World};
use serde_json::{Value, json};

const SHOP: &str = "0x00000000000000000000000000000000000000aa";
/// A name that would be seen if it were taken for markup.
const NASTY: &str =
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"> & \"cold\"";
/// Answers the contrast (WCAG 2) of the worst text of the page, and that text.
const WORST_CONTRAST: &str = "
    const parts = color => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = element => {
        for (let up = element; up; up = up.parentElement) {
            const back = parts(getComputedStyle(up).backgroundColor);
            if (back.length === 3 || back[3] > 0) return back;
        }
        return [255, 255, 255];
    };
    let worst = [21, ''];
    for (const element of document.body.querySelectorAll('*')) {
        const own = [...element.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
        if (!own.length) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < worst[0]) worst = [contrast, own[0].data];
    }
    return worst;
";

fn open(browser: &Browser, world: &World) {
    browser.open(&format!("{}/", world.emulator.admin_url()));
}

/// The rows of a section, each as the texts of its cells.
fn rows(browser: &Browser, section: &str) -> Vec<Vec<String>> {
    let script = format!(
        "return [...document.querySelectorAll('[aria-labelledby={section}] tbody tr')]
             .map(row => [...row.cells].map(cell => cell.innerText.trim()));"
    );
    serde_json::from_value(browser.run(&script)).unwrap()
}

/// Lets whatever is signed with a wallet wait for the first employee, and pays from it. Wallet and transfer.
async fn pending(world: &World) -> (WalletId, TransferId) {
    let employee = world.emulator.employee().user_id();
    let document = json!({
        "wallets": [{ "as": "till", "network": "EthereumSepolia", "name": "till", "balance": "1500000000000000000" }],
        "policies": [{
            "name": "everything", "activityKind": "Wallets:Sign",
            "rule": { "kind": "AlwaysTrigger", "configuration": {} },
            "action": { "kind": "RequestApproval", "approvalGroups": [
                { "quorum": 1, "approvers": { "userId": { "in": [employee] } } },
            ] },
        }],
    });
    let seeded = world.emulator.admin().seed(&document).await.unwrap();
    let wallet = seeded.wallets[0].id.clone();
    let paid = world
        .dfns
        .transfers()
        .create(&wallet, Transfer::native(SHOP, 25_u64))
        .await
        .unwrap();
    (wallet, paid.into_inner().id)
}

async fn status(world: &World, (wallet, transfer): &(WalletId, TransferId)) -> TransferStatus {
    world.dfns.transfers().get(wallet, transfer).await.unwrap().status
}

/// The page as it is sent.
fn source(world: &World) -> String {
    let address = world.emulator.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "GET /__admin/ HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_approves_what_waits() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let paid = pending(&world).await;
    open(&browser, &world);
    let [row] = &rows(&browser, "approvals")[..] else {
        panic!("one approval waits")
    };
    assert!(
        row[1].contains(&format!("Native 25 to {SHOP} on EthereumSepolia")),
        "{row:?}"
    );
    browser.click("form[action$='/approve'] button");
    let said = browser.wait_for("[aria-labelledby=approvals] .empty");
    assert_eq!(said, "Nothing waits for an approval.");
    assert_eq!(status(&world, &paid).await, TransferStatus::Executing);
    world.pass_blocks(2);
    assert_eq!(status(&world, &paid).await, TransferStatus::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_denies_what_waits_and_a_second_one_elsewhere_is_told_so() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let paid = pending(&world).await;
    open(&browser, &world);
    let approval = world.dfns.approvals().list().await.unwrap().items.remove(0).id;
    let admin = world.emulator.admin_url();
    browser.click("form[action$='/deny'] button");
    browser.wait_for("[aria-labelledby=approvals] .empty");
    assert_eq!(status(&world, &paid).await, TransferStatus::Rejected);
    // As from a window that was not loaded again.
    browser.run(&format!(
        "const form = document.createElement('form'); form.method = 'post';
         form.action = '{admin}/page/approvals/{approval}/approve'; document.body.append(form); form.submit();"
    ));
    let problem = browser.wait_for("[role=alert]");
    assert!(problem.contains("Denied"), "{problem}");
    assert_eq!(status(&world, &paid).await, TransferStatus::Rejected);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_are_shown_with_their_balances_in_whole_coins() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let wallet = world.funded(Network::EthereumSepolia, 1_500_000_000_000_000_000).await;
    let admin = world.emulator.admin();
    let token = json!({ "kind": "Erc20", "contract": SHOP, "symbol": "USDX", "decimals": 6 });
    admin.fund_asset(&wallet.id, &token, 1_250_000_u64).await.unwrap();
    world.wallet(Network::Solana).await;
    open(&browser, &world);
    let rows = rows(&browser, "wallets");
    assert_eq!(rows[0][3], "nothing");
    assert_eq!(
        rows[1],
        [
            wallet.id.as_str(),
            "EthereumSepolia",
            wallet.address.as_deref().unwrap(),
            "1.5 ETH\n1.25 USDX",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_says_what_became_of_it_and_when_the_next_attempt_is_due() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let receiver = Receiver::start().await;
    receiver.answer([500]);
    let created = world
        .dfns
        .webhooks()
        .create(receiver.url(), [WebhookEventKind::WalletCreated]);
    created.await.unwrap();
    world.wallet(Network::Bitcoin).await;
    world.emulator.admin().flush_webhooks().await.unwrap();
    open(&browser, &world);
    let shown = rows(&browser, "deliveries");
    let [next, first] = &shown[..] else {
        panic!("one attempt was made, one is due: {shown:?}")
    };
    assert_eq!((first[1].as_str(), first[3].as_str()), ("wallet.created", "1"));
    assert!(first[4].starts_with("500 "), "{first:?}");
    assert_eq!(
        (next[3].as_str(), next[4].as_str()),
        ("2", "due 2026-01-01T00:01:00.000Z")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_and_the_requests_are_shown_with_the_steps_of_each_signature() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let anna = world
        .dfns
        .users()
        .create("anna@example.test", NewUserKind::CustomerEmployee);
    anna.await.unwrap();
    let admin = world.emulator.admin();
    admin.faults().arm(Fault::status(403).on("listWallets")).await.unwrap();
    world.dfns.wallets().list().await.unwrap_err();
    open(&browser, &world);
    let code = admin.outbox("anna@example.test").await.unwrap().remove(0).code;
    let mail = &rows(&browser, "outbox")[0];
    assert_eq!(mail[..3], ["anna@example.test", "registration", &*code]);
    let shown = rows(&browser, "requests");
    assert!(shown[0][3].contains("struck by fault-1"), "{shown:?}");
    let signed = &shown[1];
    assert_eq!(signed[1], "createUser\nPOST /auth/users");
    assert_eq!(
        signed[4],
        "#1 createUserActionChallenge 200\n#2 createUserActionSignature 200\n#3 createUser 200"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_shown_as_they_wrote_it_and_does_nothing() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    world.dfns.wallets().create(Network::Bitcoin).name(NASTY).await.unwrap();
    open(&browser, &world);
    assert_eq!(browser.text("[aria-labelledby=wallets] .name"), NASTY);
    let found = browser.run("return [document.title, document.scripts.length, document.images.length];");
    assert_eq!(found, json!(["dfns-emulator", 0, 0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_well_formed_and_has_names_for_those_who_do_not_see_it() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    pending(&world).await;
    world.dfns.wallets().create(Network::Bitcoin).name(NASTY).await.unwrap();
    open(&browser, &world);
    let source = Value::from(source(&world).replace("<!DOCTYPE html>", ""));
    // Well-formed is more than a browser asks for: once what has no end is given one, it is XML.
    let problem = browser.run(&format!(
        "const text = {source}.replace(/<(meta|br)([^>]*)>/g, '<$1$2/>');
         const parsed = new DOMParser().parseFromString(text, 'application/xml');
         return parsed.querySelector('parsererror')?.textContent ?? null;"
    ));
    assert_eq!(problem, Value::Null);
    let found = browser.run(
        "const all = selector => [...document.querySelectorAll(selector)];
         const named = all('section').every(section =>
             document.getElementById(section.getAttribute('aria-labelledby'))?.tagName === 'H2');
         const buttons = all('button').map(button => button.ariaLabel);
         const ids = all('[id]').map(element => element.id);
         const links = all('nav a[href^=\"#\"]').every(link => document.querySelector(link.getAttribute('href')));
         return [all('h1').length, all('main').length, named, new Set(buttons).size, new Set(ids).size === ids.length,
                 links, all('th:not([scope])').length, document.documentElement.lang];",
    );
    assert_eq!(found, json!([1, 1, true, 2, true, true, 0, "en"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_can_be_read_by_day_and_by_night_and_on_a_telephone() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    pending(&world).await;
    let admin = world.emulator.admin();
    admin.faults().arm(Fault::status(403).on("listWallets")).await.unwrap();
    world.dfns.wallets().list().await.unwrap_err();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        open(&browser, &world);
        let worst = browser.run(WORST_CONTRAST);
        assert!(worst[0].as_f64().unwrap() >= 4.5, "{scheme}: {worst}");
    }
    browser.resize(360, 800);
    open(&browser, &world);
    let excess = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth;");
    assert_eq!(excess, json!(0), "nothing has to be pushed aside");
}
