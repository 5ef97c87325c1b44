//! The ids of the emulator's own transfers: those of real signed transactions where that is cheap, else of their form.
//!
//! Invariant: the same key, transfer and counter give the same id; another counter gives another id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bs58::Alphabet;

use super::{EvmDefaults, EvmFields, evm, solana};
use crate::keys::address::solana_key;
use crate::keys::error::KeyError;
use crate::keys::material::KeyMaterial;
use crate::keys::network::{Family, evm_chain_id, network};
use crate::keys::stark::account::{Call, invocation_hash};
use crate::keys::uint::Uint256;
use crate::keys::{base32, base58check, digest, hex};

/// What moves from whom to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transfer<'a> {
    /// API id of the network.
    pub(crate) network: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    /// Digits, in the smallest unit; of an NFT, its token id.
    pub(crate) amount: &'a str,
    /// The contract or other name of the asset; nothing for the native one.
    pub(crate) asset: Option<&'a str>,
    /// How many transactions the sender made on the network before this one.
    pub(crate) counter: u64,
}

/// The id of the transaction that makes a transfer, as the chain shows it.
///
/// # Errors
/// [`KeyError::InvalidInput`] if an EVM or Solana field is malformed; [`KeyError::WrongScheme`] on an unknown network
/// or for a key the network does not take.
pub(crate) fn transaction_hash(key: &KeyMaterial, transfer: &Transfer<'_>) -> Result<String, KeyError> {
    let known = network(transfer.network).ok_or_else(|| KeyError::WrongScheme {
        network: transfer.network.to_owned(),
        scheme: key.scheme(),
    })?;
    match known.family {
        Family::Evm => evm_hash(key, transfer),
        Family::Solana => solana_hash(key, transfer),
        Family::Starknet => starknet_hash(key, transfer),
        family => Ok(form(family, transfer)),
    }
}

fn evm_hash(key: &KeyMaterial, transfer: &Transfer<'_>) -> Result<String, KeyError> {
    /// First bytes of a call of `transfer(address,uint256)`.
    const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
    let to = address(transfer.to, "to")?;
    let amount = Uint256::parse(transfer.amount).ok_or_else(|| KeyError::input("amount", "expected an integer"))?;
    let (to, value, data, gas_limit) = match transfer.asset {
        None => (to, amount, Vec::new(), 21_000),
        Some(contract) => {
            let data = [&TRANSFER[..], &[0; 12], &to, &amount.0].concat();
            (address(contract, "contract")?, Uint256::default(), data, 65_000)
        }
    };
    let defaults = EvmDefaults {
        chain_id: evm_chain_id(transfer.network).unwrap_or_else(|| invented_chain_id(transfer.network)),
        nonce: transfer.counter,
        gas_limit,
        gas_price: 20_000_000_000,
        max_fee_per_gas: 20_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
    };
    let unsigned = EvmFields::new(defaults, Some(to), value, data).unsigned()?;
    Ok(evm::sign(key, unsigned.bytes())?.hash)
}

fn address(text: &str, field: &'static str) -> Result<[u8; 20], KeyError> {
    hex::decode_array(text).ok_or_else(|| KeyError::input(field, "expected an address of 20 bytes"))
}

/// A number for networks whose chain id the emulator does not know: only ids depend on it.
fn invented_chain_id(network: &str) -> u64 {
    let hash = digest::sha256(&[b"chain id", network.as_bytes()]);
    u64::from(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

fn starknet_hash(key: &KeyMaterial, transfer: &Transfer<'_>) -> Result<String, KeyError> {
    let call = Call::transfer(transfer.asset, transfer.to, transfer.amount)?;
    invocation_hash(transfer.network, key.public_key(), transfer.counter, &call)
}

/// The first signature of a transfer of the system program; assets and large amounts only change its block hash.
fn solana_hash(key: &KeyMaterial, transfer: &Transfer<'_>) -> Result<String, KeyError> {
    const SYSTEM_PROGRAM: [u8; 32] = [0; 32];
    const TRANSFER: u32 = 2;
    let to = solana_key(transfer.to).ok_or_else(|| KeyError::input("to", "expected 32 bytes in base 58"))?;
    let amount: u64 = transfer.amount.parse().unwrap_or(u64::MAX);
    let mut message = vec![1, 0, 1, 3];
    message.extend_from_slice(key.public_key());
    message.extend(to);
    message.extend(SYSTEM_PROGRAM);
    message.extend(facts(transfer));
    // One instruction: program 2, accounts 0 and 1, twelve bytes of data.
    message.extend([1, 2, 2, 0, 1, 12]);
    message.extend(TRANSFER.to_le_bytes());
    message.extend(amount.to_le_bytes());
    let unsigned = [&[1][..], &[0; 64], &message].concat();
    Ok(solana::sign(key, &unsigned)?.hash)
}

/// A hash that every fact of the transfer enters, each behind its length.
fn facts(transfer: &Transfer<'_>) -> [u8; 32] {
    let texts = [
        transfer.network,
        transfer.from,
        transfer.to,
        transfer.amount,
        transfer.asset.unwrap_or_default(),
    ];
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend(transfer.counter.to_be_bytes());
    digest::sha256(&[b"transfer", &bytes])
}

fn form(family: Family, transfer: &Transfer<'_>) -> String {
    let hash = facts(transfer);
    match family {
        Family::Cosmos | Family::Xrpl => hex::encode(&hash).to_uppercase(),
        Family::Aptos | Family::Evm | Family::Polymesh | Family::Starknet | Family::Substrate => {
            hex::encode_prefixed(&hash)
        }
        Family::Hedera => hex::encode_prefixed(&[&hash[..], &digest::sha256(&[&hash])[..16]].concat()),
        Family::Iota | Family::Near | Family::Sui => bs58::encode(hash).into_string(),
        Family::Solana => bs58::encode([hash, digest::sha256(&[&hash])].concat()).into_string(),
        Family::Algorand => base32::encode(&hash),
        Family::Tezos => base58check::encode(&[&[5, 116][..], &hash].concat(), Alphabet::BITCOIN),
        Family::Kadena => URL_SAFE_NO_PAD.encode(hash),
        Family::Canton => format!("1220{}", hex::encode(&hash)),
        Family::Bitcoin
        | Family::BitcoinCash
        | Family::Cardano
        | Family::Concordium
        | Family::Icp
        | Family::Kaspa
        | Family::Stellar
        | Family::Ton
        | Family::Tron => hex::encode(&hash),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Transfer, transaction_hash};
    use crate::keys::error::KeyError;
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    const EVM: Transfer<'_> = Transfer {
        network: "EthereumSepolia",
        from: "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
        to: "0x3535353535353535353535353535353535353535",
        amount: "1000000000000000000",
        asset: None,
        counter: 0,
    };

    fn ecdsa() -> KeyMaterial {
        KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap()
    }

    fn ed25519() -> KeyMaterial {
        KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap()
    }

    #[test]
    fn the_id_depends_on_every_fact_of_an_evm_transfer() {
        let contract = Some("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
        let transfers = [
            EVM,
            Transfer { counter: 1, ..EVM },
            Transfer { amount: "2", ..EVM },
            Transfer { asset: contract, ..EVM },
            Transfer {
                network: "Ethereum",
                ..EVM
            },
            Transfer { network: "Adi", ..EVM },
            Transfer {
                to: "0x4535353535353535353535353535353535353535",
                ..EVM
            },
        ];
        let ids: BTreeSet<String> = transfers
            .iter()
            .map(|it| transaction_hash(&ecdsa(), it).unwrap())
            .collect();
        assert_eq!(ids.len(), transfers.len());
        assert!(ids.iter().all(|id| id.len() == 66 && id.starts_with("0x")));
        assert_eq!(transaction_hash(&ecdsa(), &EVM), transaction_hash(&ecdsa(), &EVM));
    }

    #[test]
    fn the_id_of_a_solana_transfer_is_a_signature() {
        let to = bs58::encode([5; 32]).into_string();
        let transfer = Transfer {
            network: "Solana",
            to: &to,
            amount: "5",
            ..EVM
        };
        let id = transaction_hash(&ed25519(), &transfer).unwrap();
        assert_eq!(bs58::decode(&id).into_vec().unwrap().len(), 64);
        assert_ne!(
            transaction_hash(&ed25519(), &Transfer { counter: 1, ..transfer }).unwrap(),
            id
        );
    }

    #[test]
    fn ids_have_the_form_of_their_chain() {
        for (network, length, start) in [
            ("Bitcoin", 64, ""),
            ("XrpLedger", 64, ""),
            ("Polkadot", 66, "0x"),
            ("Algorand", 52, ""),
            ("Tezos", 51, "o"),
            ("Hedera", 98, "0x"),
            ("Kadena", 43, ""),
            ("Canton", 68, "1220"),
        ] {
            let id = transaction_hash(&ecdsa(), &Transfer { network, ..EVM }).unwrap();
            assert!(id.len() == length && id.starts_with(start), "{network} {id}");
            assert_ne!(
                transaction_hash(
                    &ecdsa(),
                    &Transfer {
                        network,
                        counter: 1,
                        ..EVM
                    }
                )
                .unwrap(),
                id
            );
        }
        let upper = transaction_hash(
            &ecdsa(),
            &Transfer {
                network: "CosmosHub4",
                ..EVM
            },
        )
        .unwrap();
        assert!(!upper.bytes().any(|byte| byte.is_ascii_lowercase()), "{upper}");
    }

    #[test]
    fn an_unknown_network_or_a_malformed_field_is_refused() {
        let unknown = transaction_hash(
            &ecdsa(),
            &Transfer {
                network: "Atlantis",
                ..EVM
            },
        );
        assert!(matches!(unknown, Err(KeyError::WrongScheme { .. })));
        let malformed = transaction_hash(&ecdsa(), &Transfer { to: "0x01", ..EVM });
        assert!(matches!(malformed, Err(KeyError::InvalidInput { field: "to", .. })));
        let wrong_key = transaction_hash(
            &ecdsa(),
            &Transfer {
                network: "Solana",
                to: &"1".repeat(32),
                ..EVM
            },
        );
        assert!(matches!(wrong_key, Err(KeyError::WrongScheme { .. })));
    }
}
