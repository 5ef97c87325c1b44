use dfns::types::{CreateSwapQuoteRequest, CreateSwapRequest, SwapAsset, SwapTarget, WalletId};

let wallet: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
let token = "0x00000000000000000000000000000000000000aa";
// One ether for as much of the token as there is, give or take half a percent.
let ether = SwapAsset::native(1_000_000_000_000_000_000_u64);
let wanted = CreateSwapQuoteRequest::uniswap_classic(&wallet, ether.clone(), SwapTarget::erc20(token), 50);
let quote = dfns.swaps().quote(wanted).await?;
let target = SwapAsset::erc20(token, 2_500_000_000_u64);
let swap = CreateSwapRequest::uniswap_classic(quote.id, wallet, ether, target, 50);
println!("{:?}", dfns.swaps().create(swap).await?);
