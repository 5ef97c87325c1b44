use dfns::types::{AllocationProtocol, Erc20Kind, Erc20TokenAmount, WalletId};

let wallet: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
let amount = |contract, amount: u64| Erc20TokenAmount::new(Erc20Kind::Erc20, contract, amount);
let (given, taken) = (
    amount("0x00000000000000000000000000000000000000aa", 1_000_000),
    amount("0x00000000000000000000000000000000000000bb", 990_000),
);
let deposit = dfns.yields().create(wallet, AllocationProtocol::GauntletUsdcPrime, given, taken, 50).await?;
println!("{deposit:?}");
