//! Two domains: what both use is shared, the rest stays where it belongs.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/domains/types/mod.rs",
    "../generated/domains/api/mod.rs",
    "../generated/domains/dfns/mod.rs"
);

#[test]
fn each_type_is_in_the_file_of_its_domain_or_shared() {
    let shared = include_str!("../generated/domains/types/shared.rs");
    let wallets = include_str!("../generated/domains/types/wallets.rs");
    let fee_sponsors = include_str!("../generated/domains/types/fee_sponsors.rs");
    for (file, types) in [
        (shared, ["enum Network ", "struct ApiError "].as_slice()),
        (wallets, ["struct Wallet "].as_slice()),
        (
            fee_sponsors,
            ["struct FeeSponsor ", "enum FeeSponsorStatus "].as_slice(),
        ),
    ] {
        assert_eq!(
            file.matches("pub struct ").count() + file.matches("pub enum ").count(),
            types.len()
        );
        for wanted in types {
            assert!(file.contains(&format!("pub {wanted}")), "{wanted}");
        }
    }
}

#[tokio::test]
async fn both_domains_answer_the_same_type() {
    let answers = [
        r#"{"network": "Bitcoin"}"#,
        r#"{"network": "Bitcoin", "status": "Active"}"#,
    ];
    let (dfns, recorder) = Dfns::answering(&answers);
    let wallet = dfns.wallets().get().send().await.unwrap();
    let sponsor = dfns.fee_sponsors().get().send().await.unwrap();
    assert_eq!(wallet.network, sponsor.network);
    assert_eq!(recorder.lines(), ["GET /wallets/one", "GET /fee-sponsors/one"]);
}
