//! What the networks of the API are made of: family, main or test net, and the rule of their addresses.
//!
//! Invariant: a network of the API stands here exactly once; a name that does not is unknown, not guessed.

/// The family of a network, named as the API names its `blockchainKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Algorand,
    Aptos,
    Bitcoin,
    BitcoinCash,
    Canton,
    Cardano,
    Concordium,
    Cosmos,
    Evm,
    Hedera,
    Icp,
    Iota,
    Kadena,
    Kaspa,
    Near,
    Polymesh,
    Solana,
    Starknet,
    Stellar,
    Substrate,
    Sui,
    Tezos,
    Ton,
    Tron,
    Xrpl,
}

impl Family {
    /// The family of a `blockchainKind`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Algorand" => Self::Algorand,
            "Aptos" => Self::Aptos,
            "Bitcoin" => Self::Bitcoin,
            "BitcoinCash" => Self::BitcoinCash,
            "Canton" => Self::Canton,
            "Cardano" => Self::Cardano,
            "Concordium" => Self::Concordium,
            "Cosmos" => Self::Cosmos,
            "Evm" => Self::Evm,
            "Hedera" => Self::Hedera,
            "Icp" => Self::Icp,
            "Iota" => Self::Iota,
            "Kadena" => Self::Kadena,
            "Kaspa" => Self::Kaspa,
            "Near" => Self::Near,
            "Polymesh" => Self::Polymesh,
            "Solana" => Self::Solana,
            "Starknet" => Self::Starknet,
            "Stellar" => Self::Stellar,
            "Substrate" => Self::Substrate,
            "Sui" => Self::Sui,
            "Tezos" => Self::Tezos,
            "Ton" => Self::Ton,
            "Tron" => Self::Tron,
            "Xrpl" => Self::Xrpl,
            _ => return None,
        })
    }
}

/// How a network writes addresses, with what differs between main and test net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressRule {
    Algorand,
    /// Aptos and the chains built on it.
    Aptos,
    /// Native segwit under this prefix: version 0 for ECDSA keys, version 1 for Schnorr keys.
    SegWit {
        prefix: &'static str,
        /// Versions of base58check addresses that payments may also go to.
        base58_versions: &'static [u8],
    },
    /// Base58check of the hash of the key after this version.
    PayToKeyHash {
        version: u8,
        base58_versions: &'static [u8],
    },
    CashAddress {
        prefix: &'static str,
        base58_versions: &'static [u8],
    },
    Canton,
    Cardano {
        testnet: bool,
    },
    Concordium,
    Cosmos {
        prefix: &'static str,
    },
    Evm,
    Hedera,
    Icp,
    Iota,
    Kadena,
    Kaspa {
        prefix: &'static str,
    },
    Near,
    Solana,
    Starknet,
    Stellar,
    Substrate {
        prefix: u8,
    },
    Sui,
    Tezos,
    Ton {
        testnet: bool,
    },
    Tron,
    Xrpl,
}

/// A network that has addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) family: Family,
    pub(super) address: AddressRule,
}

/// The network of an API id; nothing for an unknown one and for the networks that are keys only (`KeyECDSA`, …).
pub(crate) fn network(id: &str) -> Option<Network> {
    if EVM.iter().any(|(name, _)| *name == id) {
        return Some(Network {
            family: Family::Evm,
            address: AddressRule::Evm,
        });
    }
    let (family, address) = bitcoin_like(id).or_else(|| other(id))?;
    Some(Network { family, address })
}

/// The public chain id of an EVM network; nothing where none is known to the emulator.
pub(crate) fn evm_chain_id(id: &str) -> Option<u64> {
    EVM.iter()
        .find(|(name, _)| *name == id)
        .and_then(|(_, chain_id)| *chain_id)
}

fn bitcoin_like(id: &str) -> Option<(Family, AddressRule)> {
    const BITCOIN: AddressRule = AddressRule::SegWit {
        prefix: "bc",
        base58_versions: &[0x00, 0x05],
    };
    const BITCOIN_TEST: AddressRule = AddressRule::SegWit {
        prefix: "tb",
        base58_versions: &[0x6f, 0xc4],
    };
    Some(match id {
        "Bitcoin" => (Family::Bitcoin, BITCOIN),
        "BitcoinSignet" | "BitcoinTestnet3" | "BitcoinTestnet4" => (Family::Bitcoin, BITCOIN_TEST),
        "Litecoin" => (
            Family::Bitcoin,
            AddressRule::SegWit {
                prefix: "ltc",
                base58_versions: &[0x30, 0x05, 0x32],
            },
        ),
        "LitecoinTestnet" => (
            Family::Bitcoin,
            AddressRule::SegWit {
                prefix: "tltc",
                base58_versions: &[0x6f, 0xc4, 0x3a],
            },
        ),
        "Dogecoin" => (
            Family::Bitcoin,
            AddressRule::PayToKeyHash {
                version: 0x1e,
                base58_versions: &[0x1e, 0x16],
            },
        ),
        "DogecoinTestnet" => (
            Family::Bitcoin,
            AddressRule::PayToKeyHash {
                version: 0x71,
                base58_versions: &[0x71, 0xc4],
            },
        ),
        "BitcoinCash" => (
            Family::BitcoinCash,
            AddressRule::CashAddress {
                prefix: "bitcoincash",
                base58_versions: &[0x00, 0x05],
            },
        ),
        "BitcoinCashTestnet" => (
            Family::BitcoinCash,
            AddressRule::CashAddress {
                prefix: "bchtest",
                base58_versions: &[0x6f, 0xc4],
            },
        ),
        "Kaspa" => (Family::Kaspa, AddressRule::Kaspa { prefix: "kaspa" }),
        "KaspaTestnet11" => (Family::Kaspa, AddressRule::Kaspa { prefix: "kaspatest" }),
        _ => return None,
    })
}

fn other(id: &str) -> Option<(Family, AddressRule)> {
    Some(match id {
        "Algorand" | "AlgorandTestnet" => (Family::Algorand, AddressRule::Algorand),
        "Aptos" | "AptosTestnet" | "Movement" | "MovementTestnet" => (Family::Aptos, AddressRule::Aptos),
        "BabylonGenesis" | "BabylonTestnet5" => (Family::Cosmos, AddressRule::Cosmos { prefix: "bbn" }),
        "Canton" | "CantonDevnet" | "CantonTestnet" => (Family::Canton, AddressRule::Canton),
        "Cardano" => (Family::Cardano, AddressRule::Cardano { testnet: false }),
        "CardanoPreprod" => (Family::Cardano, AddressRule::Cardano { testnet: true }),
        "Concordium" | "ConcordiumTestnet" => (Family::Concordium, AddressRule::Concordium),
        "CosmosHub4" | "CosmosIcsTestnet" => (Family::Cosmos, AddressRule::Cosmos { prefix: "cosmos" }),
        "Hedera" | "HederaTestnet" => (Family::Hedera, AddressRule::Hedera),
        "InternetComputer" | "Origyn" => (Family::Icp, AddressRule::Icp),
        "Ion" | "Ton" => (Family::Ton, AddressRule::Ton { testnet: false }),
        "IonTestnet" | "TonTestnet" => (Family::Ton, AddressRule::Ton { testnet: true }),
        "Iota" | "IotaTestnet" | "IotaZodianet" => (Family::Iota, AddressRule::Iota),
        "Kadena" | "KadenaTestnet4" => (Family::Kadena, AddressRule::Kadena),
        "Kusama" | "KusamaAssetHub" => (Family::Substrate, AddressRule::Substrate { prefix: 2 }),
        "Near" | "NearTestnet" => (Family::Near, AddressRule::Near),
        "Paseo" | "PaseoAssetHub" | "Polkadot" | "PolkadotAssetHub" => {
            (Family::Substrate, AddressRule::Substrate { prefix: 0 })
        }
        "Polymesh" => (Family::Polymesh, AddressRule::Substrate { prefix: 12 }),
        "PolymeshTestnet" => (Family::Polymesh, AddressRule::Substrate { prefix: 42 }),
        "Solana" | "SolanaDevnet" => (Family::Solana, AddressRule::Solana),
        "Starknet" | "StarknetSepolia" => (Family::Starknet, AddressRule::Starknet),
        "Stellar" | "StellarTestnet" => (Family::Stellar, AddressRule::Stellar),
        "Sui" | "SuiTestnet" => (Family::Sui, AddressRule::Sui),
        "Tezos" | "TezosGhostnet" | "TezosShadownet" => (Family::Tezos, AddressRule::Tezos),
        "Tron" | "TronNile" => (Family::Tron, AddressRule::Tron),
        "Westend" | "WestendAssetHub" => (Family::Substrate, AddressRule::Substrate { prefix: 42 }),
        "XrpLedger" | "XrpLedgerTestnet" => (Family::Xrpl, AddressRule::Xrpl),
        _ => return None,
    })
}

/// The EVM networks with their public chain ids.
const EVM: &[(&str, Option<u64>)] = &[
    ("Adi", None),
    ("AdiTestnet", None),
    ("AdiTestnetAb", None),
    ("ArbitrumGoerli", Some(421_613)),
    ("ArbitrumOne", Some(42_161)),
    ("ArbitrumSepolia", Some(421_614)),
    ("Arc", None),
    ("ArcTestnet", None),
    ("Areum", None),
    ("AvalancheC", Some(43_114)),
    ("AvalancheCFuji", Some(43_113)),
    ("Base", Some(8_453)),
    ("BaseGoerli", Some(84_531)),
    ("BaseSepolia", Some(84_532)),
    ("Berachain", Some(80_094)),
    ("BerachainBArtio", Some(80_084)),
    ("BerachainBepolia", Some(80_069)),
    ("BesuTestnet", None),
    ("Bob", Some(60_808)),
    ("BobSepolia", Some(808_813)),
    ("Bsc", Some(56)),
    ("BscTestnet", Some(97)),
    ("Celo", Some(42_220)),
    ("CeloAlfajores", Some(44_787)),
    ("CeloSepolia", Some(11_142_220)),
    ("Codex", None),
    ("CodexSepolia", None),
    ("Ethereum", Some(1)),
    ("EthereumClassic", Some(61)),
    ("EthereumClassicMordor", Some(63)),
    ("EthereumGoerli", Some(5)),
    ("EthereumHolesky", Some(17_000)),
    ("EthereumHoodi", Some(560_048)),
    ("EthereumSepolia", Some(11_155_111)),
    ("FantomOpera", Some(250)),
    ("FantomTestnet", Some(4_002)),
    ("FlareC", Some(14)),
    ("FlareCCoston2", Some(114)),
    ("FlowEvm", Some(747)),
    ("FlowEvmTestnet", Some(545)),
    ("HyperEvm", Some(999)),
    ("HyperEvmTestnet", Some(998)),
    ("Ink", Some(57_073)),
    ("InkSepolia", Some(763_373)),
    ("Monad", Some(143)),
    ("MonadTestnet", Some(10_143)),
    ("Optimism", Some(10)),
    ("OptimismGoerli", Some(420)),
    ("OptimismSepolia", Some(11_155_420)),
    ("Plasma", Some(9_745)),
    ("PlasmaTestnet", Some(9_746)),
    ("Plume", Some(98_866)),
    ("PlumeSepolia", Some(98_867)),
    ("Polygon", Some(137)),
    ("PolygonAmoy", Some(80_002)),
    ("PolygonMumbai", Some(80_001)),
    ("Race", Some(6_805)),
    ("RaceSepolia", Some(6_806)),
    ("Rayls", None),
    ("RaylsTestnet", None),
    ("Robinhood", None),
    ("RobinhoodSepolia", None),
    ("SeiAtlantic2", Some(1_328)),
    ("SeiPacific1", Some(1_329)),
    ("Sonic", Some(146)),
    ("SonicTestnet", None),
    ("Tempo", None),
    ("TempoAndantino", None),
    ("TempoModerato", None),
    ("Tsc", None),
    ("TscTestnet1", None),
    ("XLayer", Some(196)),
    ("XLayerSepolia", None),
    ("Xdc", Some(50)),
    ("XdcApothem", Some(51)),
];
