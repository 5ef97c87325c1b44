use dfns::types::AllocationProtocol;

let wallet: dfns::types::WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
let rates = dfns.allocations().rates().await?;
println!("{rates:?}");
let allocation = dfns.allocations().create(wallet, AllocationProtocol::X0fns).await?;
println!("{allocation:?}");
