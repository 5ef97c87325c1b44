use dfns::types::{ExchangeConfiguration, ExchangeKind, ExchangeMovement, WalletId};

let (read, write) = (
    ExchangeConfiguration::new("read key", std::env::var("KRAKEN_READ")?),
    ExchangeConfiguration::new("write key", std::env::var("KRAKEN_WRITE")?),
);
let exchange = dfns.exchanges().create(ExchangeKind::Kraken, read, write).name("kraken").await?;

let wallet: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
let accounts = dfns.exchanges().accounts(&exchange.id).await?;
for account in accounts.items {
    // In the smallest unit of the asset.
    let amount = ExchangeMovement::native(1_000_000_u64, &wallet);
    dfns.exchanges().withdraw(&exchange.id, account.id, amount).await?;
}
