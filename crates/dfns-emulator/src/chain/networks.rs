//! What the emulator knows of each network: its native asset, the keys it takes, what can be transferred on it.
//!
//! Invariant: a wallet can be made on a network if, and only if, it stands here.

use std::time::Duration;

use dfns_types::Timestamp;

use crate::keys::{self, Curve, Family, Scheme};

/// A network of the emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The id of the network in the API.
    pub(crate) id: &'static str,
    /// The family, which decides on formats of keys, addresses and transactions.
    pub(crate) family: Family,
    /// The symbol of the native asset, where one is known.
    pub(crate) symbol: Option<&'static str>,
    /// How many decimal places the smallest unit of the native asset stands for.
    pub(crate) decimals: u8,
}

/// The network with this id; `None` if the emulator has none.
pub(crate) fn chain(id: &str) -> Option<Chain> {
    let (id, symbol, decimals) = *NATIVE_ASSETS.iter().find(|(name, ..)| *name == id)?;
    let family = keys::network(id)?.family;
    Some(Chain {
        id,
        family,
        symbol,
        decimals,
    })
}

impl Chain {
    /// The scheme and curve of the keys that the network takes, the usual one first.
    pub(crate) const fn key_formats(self) -> &'static [(Scheme, Curve)] {
        const ECDSA: (Scheme, Curve) = (Scheme::Ecdsa, Curve::Secp256k1);
        const EDDSA: (Scheme, Curve) = (Scheme::EdDsa, Curve::Ed25519);
        match self.family {
            Family::Bitcoin => match self.id.as_bytes() {
                // Taproot came to Bitcoin and Litecoin only.
                b"Dogecoin" | b"DogecoinTestnet" => &[ECDSA],
                _ => &[ECDSA, (Scheme::Schnorr, Curve::Secp256k1)],
            },
            Family::BitcoinCash
            | Family::Cosmos
            | Family::Evm
            | Family::Hedera
            | Family::Icp
            | Family::Kaspa
            | Family::Tron => &[ECDSA],
            Family::Xrpl => &[ECDSA, EDDSA],
            Family::Tezos => &[EDDSA, ECDSA],
            Family::Starknet => &[(Scheme::Ecdsa, Curve::Stark)],
            Family::Algorand
            | Family::Aptos
            | Family::Canton
            | Family::Cardano
            | Family::Concordium
            | Family::Iota
            | Family::Kadena
            | Family::Near
            | Family::Polymesh
            | Family::Solana
            | Family::Stellar
            | Family::Substrate
            | Family::Sui
            | Family::Ton => &[EDDSA],
        }
    }

    /// Whether the API sees what moves on the network, and so tells webhooks of it.
    pub(crate) const fn is_indexed(self) -> bool {
        !matches!(
            self.family,
            Family::Cardano | Family::Substrate | Family::Tezos | Family::Xrpl
        )
    }

    /// Whether the network must hear of a wallet before the wallet can be used.
    pub(crate) const fn needs_activation(self) -> bool {
        matches!(self.family, Family::Canton | Family::Concordium | Family::Starknet)
    }

    /// The kinds of transfers that the network carries.
    pub(crate) const fn transfer_kinds(self) -> &'static [&'static str] {
        match self.family {
            Family::Algorand => &["Native", "Asa"],
            Family::Aptos => &["Native", "Aip21"],
            Family::Canton => &["Native", "Cip56"],
            Family::Cardano => &["Native", "Asset"],
            Family::Concordium => &["Native", "Cis2", "Cis7"],
            Family::Evm => &["Native", "Erc20", "Erc721", "Erc7984"],
            Family::Hedera => &["Native", "Hip17", "Hts"],
            Family::Iota | Family::Sui => &["Native", "Coin"],
            Family::Solana => &["Native", "Spl", "Spl2022"],
            Family::Starknet => &["Native", "Snip2", "Snip3"],
            Family::Stellar => &["Native", "Sep41"],
            Family::Ton => &["Native", "Tep74"],
            Family::Tron => &["Native", "Trc10", "Trc20", "Trc721"],
            Family::Xrpl => &["Native", "Iou", "Xls33"],
            Family::Bitcoin
            | Family::BitcoinCash
            | Family::Cosmos
            | Family::Icp
            | Family::Kadena
            | Family::Kaspa
            | Family::Near
            | Family::Polymesh
            | Family::Substrate
            | Family::Tezos => &["Native"],
        }
    }

    /// An address in the one form in which the ledger keeps it, where the network takes several.
    pub(crate) fn ledger_address(self, address: &str) -> String {
        if let Family::Aptos | Family::BitcoinCash | Family::Hedera | Family::Starknet | Family::Stellar | Family::Ton =
            self.family
            && let Some(address) = keys::canonical_address(self.id, address)
        {
            return address;
        }
        match self.family {
            Family::Evm | Family::Aptos | Family::Sui | Family::Iota | Family::Starknet | Family::Near => {
                address.to_ascii_lowercase()
            }
            // Bech32 may be written in capitals altogether; base 58 has both cases, and they differ.
            Family::Bitcoin | Family::BitcoinCash | Family::Cardano | Family::Cosmos | Family::Kaspa
                if !address.bytes().any(|byte| byte.is_ascii_lowercase()) =>
            {
                address.to_ascii_lowercase()
            }
            _ => address.to_owned(),
        }
    }

    /// The number of the newest block at a time, where a block takes `block_time`.
    pub(crate) fn block_number(self, at: Timestamp, block_time: Duration) -> i64 {
        /// 2020-01-01T00:00:00Z, in milliseconds.
        const FIRST_BLOCK: i64 = 1_577_836_800_000;
        let block_millis = i64::try_from(block_time.as_millis()).unwrap_or(i64::MAX).max(1);
        // Networks differ in how far they are, so that a number taken from another one is noticed.
        let ahead: i64 = self.id.bytes().map(i64::from).sum();
        (at.unix_millis() - FIRST_BLOCK).max(0) / block_millis + ahead
    }

    /// The symbol of the native asset, or a word in its place.
    pub(crate) fn symbol_or_native(self) -> &'static str {
        self.symbol.unwrap_or("Native")
    }
}

/// Network, symbol and decimals of its native asset.
const NATIVE_ASSETS: &[(&str, Option<&str>, u8)] = &[
    ("Algorand", Some("ALGO"), 6),
    ("AlgorandTestnet", Some("ALGO"), 6),
    ("Aptos", Some("APT"), 8),
    ("AptosTestnet", Some("APT"), 8),
    ("ArbitrumOne", Some("ETH"), 18),
    ("ArbitrumSepolia", Some("ETH"), 18),
    ("Arc", None, 18),
    ("ArcTestnet", None, 18),
    ("Areum", None, 18),
    ("AvalancheC", Some("AVAX"), 18),
    ("AvalancheCFuji", Some("AVAX"), 18),
    ("Base", Some("ETH"), 18),
    ("BaseSepolia", Some("ETH"), 18),
    ("Berachain", Some("BERA"), 18),
    ("BerachainBepolia", Some("BERA"), 18),
    ("Bitcoin", Some("BTC"), 8),
    ("BitcoinCash", Some("BCH"), 8),
    ("BitcoinSignet", Some("BTC"), 8),
    ("BitcoinTestnet4", Some("BTC"), 8),
    ("Bob", Some("ETH"), 18),
    ("BobSepolia", Some("ETH"), 18),
    ("Bsc", Some("BNB"), 18),
    ("BscTestnet", Some("BNB"), 18),
    ("Canton", Some("CC"), 10),
    ("CantonTestnet", Some("CC"), 10),
    ("Cardano", Some("ADA"), 6),
    ("CardanoPreprod", Some("ADA"), 6),
    ("Celo", Some("CELO"), 18),
    ("CeloSepolia", Some("CELO"), 18),
    ("Codex", None, 18),
    ("CodexSepolia", None, 18),
    ("Concordium", Some("CCD"), 6),
    ("ConcordiumTestnet", Some("CCD"), 6),
    ("CosmosHub4", Some("ATOM"), 6),
    ("CosmosIcsTestnet", Some("ATOM"), 6),
    ("Dogecoin", Some("DOGE"), 8),
    ("DogecoinTestnet", Some("DOGE"), 8),
    ("Ethereum", Some("ETH"), 18),
    ("EthereumClassic", Some("ETC"), 18),
    ("EthereumClassicMordor", Some("METC"), 18),
    ("EthereumHoodi", Some("ETH"), 18),
    ("EthereumSepolia", Some("ETH"), 18),
    ("FlareC", Some("FLR"), 18),
    ("FlareCCoston2", Some("C2FLR"), 18),
    ("FlowEvm", Some("FLOW"), 18),
    ("FlowEvmTestnet", Some("FLOW"), 18),
    ("Hedera", Some("HBAR"), 8),
    ("HederaTestnet", Some("HBAR"), 8),
    ("HyperEvm", Some("HYPE"), 18),
    ("HyperEvmTestnet", Some("HYPE"), 18),
    ("Ink", Some("ETH"), 18),
    ("InkSepolia", Some("ETH"), 18),
    ("InternetComputer", Some("ICP"), 8),
    ("Ion", None, 9),
    ("IonTestnet", None, 9),
    ("Iota", Some("IOTA"), 9),
    ("IotaTestnet", Some("IOTA"), 9),
    ("Kusama", Some("KSM"), 12),
    ("KusamaAssetHub", Some("KSM"), 12),
    ("Litecoin", Some("LTC"), 8),
    ("LitecoinTestnet", Some("LTC"), 8),
    ("Monad", Some("MON"), 18),
    ("MonadTestnet", Some("MON"), 18),
    ("Movement", Some("MOVE"), 8),
    ("MovementTestnet", Some("MOVE"), 8),
    ("Near", Some("NEAR"), 24),
    ("NearTestnet", Some("NEAR"), 24),
    ("Optimism", Some("ETH"), 18),
    ("OptimismSepolia", Some("ETH"), 18),
    ("Origyn", Some("OGY"), 8),
    ("Paseo", Some("PAS"), 10),
    ("PaseoAssetHub", Some("PAS"), 10),
    ("Plasma", Some("XPL"), 18),
    ("PlasmaTestnet", Some("XPL"), 18),
    ("Plume", Some("PLUME"), 18),
    ("PlumeSepolia", Some("PLUME"), 18),
    ("Polkadot", Some("DOT"), 10),
    ("PolkadotAssetHub", Some("DOT"), 10),
    ("Polygon", Some("POL"), 18),
    ("PolygonAmoy", Some("POL"), 18),
    ("Polymesh", Some("POLYX"), 6),
    ("PolymeshTestnet", Some("POLYX"), 6),
    ("Rayls", None, 18),
    ("RaylsTestnet", None, 18),
    ("Robinhood", None, 18),
    ("RobinhoodSepolia", None, 18),
    ("SeiAtlantic2", Some("SEI"), 18),
    ("SeiPacific1", Some("SEI"), 18),
    ("Solana", Some("SOL"), 9),
    ("SolanaDevnet", Some("SOL"), 9),
    ("Sonic", Some("S"), 18),
    ("SonicTestnet", Some("S"), 18),
    ("Starknet", Some("STRK"), 18),
    ("StarknetSepolia", Some("STRK"), 18),
    ("Stellar", Some("XLM"), 7),
    ("StellarTestnet", Some("XLM"), 7),
    ("Sui", Some("SUI"), 9),
    ("SuiTestnet", Some("SUI"), 9),
    ("Tempo", None, 18),
    ("TempoModerato", None, 18),
    ("Tezos", Some("XTZ"), 6),
    ("TezosShadownet", Some("XTZ"), 6),
    ("Ton", Some("TON"), 9),
    ("TonTestnet", Some("TON"), 9),
    ("Tron", Some("TRX"), 6),
    ("TronNile", Some("TRX"), 6),
    ("Tsc", None, 18),
    ("TscTestnet1", None, 18),
    ("Westend", Some("WND"), 12),
    ("WestendAssetHub", Some("WND"), 12),
    ("XLayer", Some("OKB"), 18),
    ("XLayerSepolia", Some("OKB"), 18),
    ("Xdc", Some("XDC"), 18),
    ("XdcApothem", Some("TXDC"), 18),
    ("XrpLedger", Some("XRP"), 6),
    ("XrpLedgerTestnet", Some("XRP"), 6),
];

#[cfg(test)]
mod tests {
    use super::{NATIVE_ASSETS, chain};
    use crate::keys::{KeyMaterial, address, validate_address};

    #[test]
    fn every_network_of_the_api_and_no_other_stands_in_the_table() {
        let names: Vec<&str> = NATIVE_ASSETS.iter().map(|(name, ..)| *name).collect();
        let known: Vec<&str> = dfns_types::Network::VALUES
            .iter()
            .map(dfns_types::Network::as_str)
            .collect();
        let (mut left, mut right) = (names.clone(), known);
        left.sort_unstable();
        right.sort_unstable();
        assert_eq!(left, right);
        assert!(names.iter().all(|name| chain(name).is_some()));
    }

    #[test]
    fn every_key_format_has_an_address_that_is_valid_on_its_network() {
        for (name, ..) in NATIVE_ASSETS {
            for (scheme, curve) in chain(name).unwrap().key_formats() {
                let key = KeyMaterial::derive(b"seed", "key-1", *scheme, *curve).unwrap();
                let address = address(name, *scheme, key.public_key()).unwrap().unwrap();
                validate_address(name, &address).unwrap();
            }
        }
    }
}
