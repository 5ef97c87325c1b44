use dfns::types::AddressWatchNetwork;

// Somebody else's address: what happens there is told like what happens to a wallet.
let address = "0x00000000000000000000000000000000000000aa";
let watch = dfns.address_watches().create(AddressWatchNetwork::EthereumSepolia, address).name("supplier").await?;
let assets = dfns.address_watches().assets(&watch.id).await?;
println!("{}: {assets:?}", watch.id);
