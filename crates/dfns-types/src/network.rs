//! What is known of each network without a call.

use crate::{BlockchainKind, KeyCurve, KeyScheme, Network};

/// What is known of a network: its family, its keys, its native asset, what can be done on it.
#[derive(Debug)]
#[non_exhaustive]
pub struct NetworkInfo {
    /// The network.
    pub network: Network,
    /// The family, which says how transactions and messages are hashed and encoded.
    pub family: BlockchainKind,
    /// The signature schemes of its wallets; the first one is the default.
    pub key_schemes: &'static [KeyScheme],
    /// The curve of its keys.
    pub key_curve: KeyCurve,
    /// True on a test network, whose assets have no value.
    pub is_testnet: bool,
    /// The asset that fees are paid in, if it is known.
    pub native_currency: Option<NativeCurrency>,
    /// The form of its addresses, as a regular expression, if the API states one.
    pub address_pattern: Option<&'static str>,
    /// The kinds of [`Transfer`](crate::Transfer) that it takes.
    pub transfer_kinds: &'static [&'static str],
    /// The kinds of [`SignatureBody`](crate::SignatureBody) that its keys sign.
    pub signature_kinds: &'static [&'static str],
    /// The kinds of [`Transaction`](crate::Transaction) that it takes.
    pub broadcast_kinds: &'static [&'static str],
    /// Columns of `spec/networks.tsv` that no source of the API states for this network: they are what the chain itself
    /// says, or deduced.
    pub inferred: &'static [&'static str],
}

/// The asset in which a network counts fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeCurrency {
    /// The ticker symbol, `ETH`.
    pub symbol: &'static str,
    /// How many decimal places the smallest unit is away from the symbol's own unit: 18 for ETH.
    pub decimals: u8,
}

impl NetworkInfo {
    /// All networks that this release knows, sorted by id.
    pub fn all() -> &'static [NetworkInfo] {
        &crate::generated::networks_table::NETWORKS
    }
}

impl Network {
    /// What is known of the network, answered without a call; `None` for one that this release does not know.
    pub fn info(&self) -> Option<&'static NetworkInfo> {
        let all = NetworkInfo::all();
        all.binary_search_by(|info| info.network.as_str().cmp(self.as_str()))
            .ok()
            .map(|index| &all[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_network_has_a_row_and_the_table_is_sorted() {
        let ids: Vec<&str> = NetworkInfo::all().iter().map(|info| info.network.as_str()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.len(), Network::VALUES.len());
        for network in Network::VALUES {
            assert_eq!(network.info().map(|info| &info.network), Some(network));
        }
    }

    #[test]
    fn an_unknown_network_has_no_row() {
        assert!(Network::from("NotYetBorn").info().is_none());
    }

    #[test]
    fn ethereum_counts_in_wei() {
        let info = Network::EthereumSepolia.info().unwrap();
        assert_eq!(info.family, BlockchainKind::Evm);
        assert!(info.is_testnet);
        assert_eq!(
            info.native_currency.map(|asset| (asset.symbol, asset.decimals)),
            Some(("ETH", 18))
        );
    }
}
