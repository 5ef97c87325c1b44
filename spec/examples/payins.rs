use dfns::types::{FiatProvider, PayinStatus};

let options = dfns.payins().options(FiatProvider::Borderless).await?;
println!("{options:?}");

let mut payins = dfns.payins().list().status([PayinStatus::Processing]).stream();
while let Some(payin) = payins.try_next().await? {
    println!("{payin:?}");
}
