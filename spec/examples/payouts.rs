use dfns::types::{FiatProvider, NewPayoutAsset, PaymentPurpose, WalletId};

let wallet: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
// Ten units of a token with six decimal places.
let asset = NewPayoutAsset::erc20("0x00000000000000000000000000000000000000aa", 10_000_000_u64);
let quote = dfns.payouts().quote(&wallet, asset.clone(), "USD", FiatProvider::Borderless, "US").await?;
println!("{quote:?}");
let payout = dfns
    .payouts()
    .create(wallet, asset, "USD", FiatProvider::Borderless, "US", "account", "instructions", PaymentPurpose::Other)
    .await?;
println!("{payout:?}");
