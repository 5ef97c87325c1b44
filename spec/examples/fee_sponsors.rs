let wallet: dfns::types::WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
let sponsor = dfns.fee_sponsors().create(wallet).await?;
println!("transfers may name {} as the one who pays their fees", sponsor.id);

let mut fees = dfns.fee_sponsors().fees(&sponsor.id).stream();
while let Some(fee) = fees.try_next().await? {
    println!("{fee:?}");
}
