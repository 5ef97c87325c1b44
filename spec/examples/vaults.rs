use dfns::types::VaultNetwork;

let vault = dfns.vaults().create().name("reserve").await?;
dfns.vaults().add_address(&vault.id, VaultNetwork::EthereumSepolia).await?;

let mut balances = dfns.vaults().balances(&vault.id).stream();
while let Some(balance) = balances.try_next().await? {
    println!("{balance:?}");
}
