use dfns::Outcome;
use dfns::types::{Network, Transfer};

let wallet = dfns.wallets().create(Network::EthereumSepolia).name("treasury").await?;

// In the smallest unit of the asset: 0.01 ether.
let transfer = Transfer::native("0x00000000000000000000000000000000000000aa", 10_000_000_000_000_000_u64);
match dfns.wallet(&wallet.id).transfer(transfer).await? {
    Outcome::Done(transfer) => println!("{}: {:?}", transfer.id, transfer.status),
    Outcome::PendingApproval { approval_id, .. } => println!("somebody has to approve it: {approval_id:?}"),
}
