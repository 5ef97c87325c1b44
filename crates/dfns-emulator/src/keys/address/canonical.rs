//! Accounts that have several texts: each in the one that stands for it in the ledger, that of the wallets here.
//!
//! Invariant: two texts of one account become the same, and a text that is no address stays what it is.

use bs58::Alphabet;

use super::super::network::{AddressRule, network};
use super::{bitcoin_cash, invented, stellar, ton};
use crate::keys::{base58check, hex};

/// The text that stands for an account of a network where it has several; nothing where it has one, or is none.
pub(crate) fn canonical(network_id: &str, text: &str) -> Option<String> {
    match network(network_id)?.address {
        AddressRule::Aptos | AddressRule::Starknet => padded(text),
        AddressRule::CashAddress {
            prefix,
            base58_versions,
        } => cash_address(prefix, base58_versions, text),
        AddressRule::Hedera => hedera(text),
        AddressRule::Stellar => stellar::owner(text),
        AddressRule::Ton { testnet } => ton::canonical(testnet, text),
        _ => None,
    }
}

/// A number of 32 bytes whose zeros in front may be left out.
fn padded(text: &str) -> Option<String> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() <= 64)?;
    let bytes = hex::decode_array::<32>(&format!("{digits:0>64}"))?;
    Some(hex::encode_prefixed(&bytes))
}

/// CashAddr with its prefix, also of what is written as on Bitcoin.
fn cash_address(prefix: &str, base58_versions: &[u8], text: &str) -> Option<String> {
    /// The hash of a script, in the first byte of a CashAddr.
    const SCRIPT_HASH: u8 = 8;
    let Some(payload) = base58check::decode(text, Alphabet::BITCOIN).filter(|payload| payload.len() == 21) else {
        return bitcoin_cash::with_prefix(prefix, text);
    };
    let kind = base58_versions.iter().position(|version| *version == payload[0])?;
    let kind = if kind == 0 { 0 } else { SCRIPT_HASH };
    Some(bitcoin_cash::of_payload(prefix, &[&[kind], &payload[1..]].concat()))
}

/// The number of an account, also of one that is written as an address of 20 bytes; else that address.
fn hedera(text: &str) -> Option<String> {
    invented::validate_hedera(text).ok()?;
    let account = text.strip_prefix("0.0.").or_else(|| text.strip_prefix("0x"))?;
    if text.starts_with("0.0.") && account.len() <= 19 {
        return Some(format!("0.0.{}", account.parse::<u64>().ok()?));
    }
    let Some(bytes) = hex::decode_array::<20>(account) else {
        return Some(text.to_ascii_lowercase());
    };
    let (before, number) = bytes.split_at(12);
    if before.iter().all(|byte| *byte == 0) {
        let number = number.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        return Some(format!("0.0.{number}"));
    }
    Some(hex::encode_prefixed(&bytes))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[track_caller]
    fn all_are(network: &str, texts: &[&str], expected: &str) {
        for text in texts {
            assert_eq!(canonical(network, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_wallet_of_ton_has_one_text_whether_it_bounces_or_not_or_is_raw() {
        let hash = "cdac97c9162b2e141ad4463828b2a70efdf8762b97e83563f352becf902e88a6";
        all_are(
            "Ton",
            &[
                "UQDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipteq",
                "EQDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipopv",
                &format!("0:{hash}"),
                &format!("0:{}", hash.to_uppercase()),
            ],
            "UQDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipteq",
        );
        all_are(
            "TonTestnet",
            &[
                "UQDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipteq",
                "0QDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipmwg",
            ],
            "0QDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipmwg",
        );
        assert_ne!(
            canonical("Ton", &format!("-1:{hash}")),
            canonical("Ton", &format!("0:{hash}"))
        );
    }

    #[test]
    fn what_is_sent_to_a_muxed_account_of_stellar_is_the_accounts() {
        // The example of SEP-23.
        all_are(
            "Stellar",
            &["MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLK"],
            "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
        );
    }

    #[test]
    fn zeros_in_front_of_a_number_say_nothing() {
        let padded = format!("0x{}5aB", "0".repeat(61));
        all_are("Starknet", &["0x5ab", "0x05AB", &padded], &padded.to_lowercase());
        all_are("Aptos", &["0x1"], &format!("0x{}1", "0".repeat(63)));
    }

    #[test]
    fn an_account_of_bitcoin_cash_has_one_text_in_all_three_forms() {
        // The examples of the specification of CashAddr.
        all_are(
            "BitcoinCash",
            &[
                "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
                "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
                "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
                "BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A",
            ],
            "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
        );
        all_are(
            "BitcoinCash",
            &["3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"],
            "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq",
        );
    }

    #[test]
    fn an_account_of_hedera_is_its_number_where_it_has_one() {
        all_are(
            "Hedera",
            &["0.0.1234", "0.0.01234", "0x00000000000000000000000000000000000004d2"],
            "0.0.1234",
        );
        let alias = "ab".repeat(20);
        all_are(
            "Hedera",
            &[&format!("0.0.{alias}"), &format!("0x{}", alias.to_uppercase())],
            &format!("0x{alias}"),
        );
    }

    #[test]
    fn what_is_no_address_is_left_alone() {
        for (network, text) in [
            ("Ton", "x"),
            ("Stellar", "M"),
            ("Starknet", "0xzz"),
            ("BitcoinCash", "q"),
            ("Hedera", "0.0.x"),
            ("Base", "0x1"),
        ] {
            assert_eq!(canonical(network, text), None, "{network}");
        }
    }
}
