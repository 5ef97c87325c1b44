use dfns::types::{FeeEstimate, FeeNetwork};

match dfns.networks().estimate_fees(FeeNetwork::EthereumSepolia).await? {
    FeeEstimate::Eip1559(fees) => println!("{:?}", fees.standard),
    other => println!("{other:?}"),
}
