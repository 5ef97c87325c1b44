use dfns::types::{CreateStakeRequest, StakeProvider, WalletId};

let wallet: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
// 32 ether, in wei.
let stake = CreateStakeRequest::ethereum(wallet, StakeProvider::Figment, 32_000_000_000_000_000_000_u128);
println!("{:?}", dfns.stakes().create(stake).await?);

let mut stakes = dfns.stakes().list().stream();
while let Some(stake) = stakes.try_next().await? {
    println!("{stake:?}");
}
