//! Transactions of Algorand, which are maps of msgpack, alone or in an envelope with the signatures.
//!
//! Invariant: the transaction stays byte for byte, and so do the signatures of other owners of an account.

use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::material::KeyMaterial;
use crate::keys::{base32, digest};

/// What is put before a transaction that is signed or hashed.
const MARK: &[u8] = b"TX";
/// How deep values may stand within values.
const MAX_DEPTH: usize = 16;

/// The bytes after the first value.
fn after(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first().filter(|_| depth < MAX_DEPTH)?;
    let number = |width: usize| {
        let (number, rest) = rest.split_at_checked(width)?;
        let number = number.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        Some((number, rest))
    };
    let text = |width| number(width).and_then(|(length, rest)| rest.get(length..));
    let values = |(count, mut rest)| {
        for _ in 0..count {
            rest = after(rest, depth + 1)?;
        }
        Some(rest)
    };
    match first {
        0..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0.. => Some(rest),
        0x80..=0x8f => values((2 * usize::from(first & 15), rest)),
        0x90..=0x9f => values((usize::from(first & 15), rest)),
        0xa0..=0xbf => rest.get(usize::from(first & 31)..),
        0xc4 | 0xd9 => text(1),
        0xc5 | 0xda => text(2),
        0xc6 | 0xdb => text(4),
        0xcc | 0xd0 => rest.get(1..),
        0xcd | 0xd1 => rest.get(2..),
        0xce | 0xd2 => rest.get(4..),
        0xcf | 0xd3 => rest.get(8..),
        0xdc => number(2).and_then(values),
        0xde => number(2).and_then(|(count, rest)| values((2 * count, rest))),
        _ => None,
    }
}

/// The items of a list, or the keys and values of a map in turn, as they are written; nothing if anything stands behind.
fn items(bytes: &[u8], is_map: bool) -> Option<Vec<&[u8]>> {
    let (first, rest) = bytes.split_first()?;
    let (count, mut rest) = match (first, is_map) {
        (0x80..=0x8f, true) | (0x90..=0x9f, false) => (usize::from(first & 15), rest),
        (0xde, true) | (0xdc, false) => {
            let (count, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*count)), rest)
        }
        _ => return None,
    };
    let mut items = Vec::new();
    for _ in 0..if is_map { 2 * count } else { count } {
        let behind = after(rest, 0)?;
        items.push(&rest[..rest.len() - behind.len()]);
        rest = behind;
    }
    rest.is_empty().then_some(items)
}

/// A map of short names, in the order in which it is written.
#[derive(Debug, Clone)]
struct Map<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Map<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let items = items(bytes, true)?;
        Some(Self(items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()))
    }

    fn get(&self, name: &str) -> Option<&'a [u8]> {
        let written = named(name);
        let pair = self.0.iter().find(|(name, _)| *name == &written[..])?;
        Some(pair.1)
    }

    /// The map with another value under a name, which is put in where the order of names has it.
    fn with(&self, name: &str, value: &[u8]) -> Vec<u8> {
        let written = named(name);
        let before = self.0.iter().filter(|(other, _)| other[1..] < written[1..]);
        let behind = self.0.iter().filter(|(other, _)| other[1..] > written[1..]);
        let before: Vec<u8> = before.flat_map(|(name, value)| [*name, *value].concat()).collect();
        let behind: Vec<u8> = behind.flat_map(|(name, value)| [*name, *value].concat()).collect();
        let count = self.0.len() + usize::from(self.get(name).is_none());
        [&head(0x80, 0xde, count), &before, &written, value, &behind].concat()
    }
}

fn named(name: &str) -> Vec<u8> {
    [&[0xa0 | u8::try_from(name.len()).unwrap_or(31)][..], name.as_bytes()].concat()
}

/// What stands before the items of a list or map of this many.
fn head(short: u8, long: u8, count: usize) -> Vec<u8> {
    match u16::try_from(count) {
        Ok(count @ 0..16) => vec![short | count.to_be_bytes()[1]],
        Ok(count) => [&[long][..], &count.to_be_bytes()].concat(),
        Err(_) => Vec::new(),
    }
}

fn binary(bytes: &[u8]) -> Vec<u8> {
    // Keys and signatures alone are written with this.
    [&[0xc4, u8::try_from(bytes.len()).unwrap_or(u8::MAX)][..], bytes].concat()
}

/// The signatures of an account of several owners, with that of one of them.
fn with_owner(shared: &[u8], key: &[u8], signature: &[u8]) -> Result<Vec<u8>, KeyError> {
    let malformed = || invalid("its msig is malformed");
    let shared = Map::read(shared).ok_or_else(malformed)?;
    let owners = shared
        .get("subsig")
        .and_then(|owners| items(owners, false))
        .ok_or_else(malformed)?;
    let owners: Vec<(&[u8], Map<'_>)> = owners
        .into_iter()
        .map(|owner| Some((owner, Map::read(owner)?)))
        .collect::<Option<_>>()
        .ok_or_else(malformed)?;
    let is_own = |owner: &Map<'_>| owner.get("pk") == Some(&binary(key)[..]);
    match owners.iter().find(|(_, owner)| is_own(owner)) {
        None => return Err(invalid("the key is no owner of the account")),
        Some((_, owner)) if owner.get("s").is_some() => return Err(invalid("it is signed already")),
        Some(_) => {}
    }
    let signed = owners.iter().flat_map(|(written, owner)| {
        if is_own(owner) {
            owner.with("s", &binary(signature))
        } else {
            written.to_vec()
        }
    });
    let list: Vec<u8> = head(0x90, 0xdc, owners.len()).into_iter().chain(signed).collect();
    Ok(shared.with("subsig", &list))
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let malformed = || invalid("not a msgpack map of an Algorand transaction");
    let envelope = Map::read(bytes).ok_or_else(malformed)?;
    // A transaction alone has no field of that name.
    let transaction = envelope.get("txn").unwrap_or(bytes);
    let fields = Map::read(transaction).ok_or_else(malformed)?;
    let sender = fields.get("snd").ok_or_else(|| invalid("it has no sender"))?;
    fields.get("type").ok_or_else(|| invalid("it has no type"))?;
    let marked = [MARK, transaction].concat();
    let signature = key.sign_message(&marked)?;
    let halves = signature.to_bytes();
    let signed = if let Some(shared) = envelope.get("msig") {
        envelope.with("msig", &with_owner(shared, key.public_key(), &halves)?)
    } else if envelope.get("sig").or(envelope.get("lsig")).is_some() {
        return Err(invalid("it is signed already"));
    } else {
        let alone = [&named("txn")[..], transaction].concat();
        let named_signature = [&named("sig")[..], &binary(&halves)].concat();
        // An account can be signed for by another key than its own, which is then named.
        if sender == binary(key.public_key()) {
            [&[0x82][..], &named_signature, &alone].concat()
        } else {
            let signer = [&named("sgnr")[..], &binary(key.public_key())].concat();
            [&[0x83][..], &signer, &named_signature, &alone].concat()
        }
    };
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash: base32::encode(&digest::sha512_256(&[&marked])),
    })
}

#[cfg(test)]
mod tests {
    use super::{Map, head, items, sign};
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    /// The keys of 32 nines and eights, and the account that both of them own.
    const OWN: &str = "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618";
    const OTHER: &str = "1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca";
    const SHARED: &str = "fbbd6bd3b250fee38ad75d8f139ec7fc14f4cbf62305bb5a3b59e08d5eadbe2b";
    /// What the library of the chain signs with the key of 32 nines for each of these senders, and the id for the first.
    const SIGNATURES: [(&str, &str); 3] = [
        (
            OWN,
            "3ac0c72d12b61683b863e4f8a810bca41ec3bab40e226ea567b23b0208d913d082ee37bbe5d95861c3ba53b6001ca65edf97473c\
            e059970b99d912a5b3617302",
        ),
        (
            OTHER,
            "1a34e6d993aa82f721b5ede30a3b8b385065b0888f6803e9db004af0c5063e35eca760d1fdd1c96d2efb127af7876d90bcbb7cfb\
            88b4df234bfea9c2a95c0801",
        ),
        (
            SHARED,
            "5caf71377efc9b475ff2f7166e941013a4cac705c547d76269f4cc14ab552e2275b6d2e33e1ea49f0410a00b13cbae26881561ba\
            52297af3640b6be19c509e0a",
        ),
    ];
    const ID: &str = "X5MTOOUAZELJFUYOE2XNIBSD23G6ZDSR4JTLEHWXI2K7ZRCJ6JKA";
    /// The signature of the other owner.
    const OTHER_SIGNATURE: &str = "b196e15a55347f6800600e30d34f8047aaed6d92c3591bdbac03882089718e81ef5af7d7230fe3606a0001e449ca2a48b42bb4df\
        6ebe38d982a9b249229aba03";

    /// A payment, as the library writes it.
    fn payment(sender: &str) -> String {
        let before = "88a3616d7405a3666565cd03e8a2667607a26768c420050505050505050505050505050505050505050505050505050505050505\
            0505a26c7608a3726376c4201398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93caa3736e64c420";
        format!("{before}{sender}a474797065a3706179")
    }

    fn signed(transaction: &str) -> Result<String, KeyError> {
        let key = KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[9; 32], None).unwrap();
        sign(&key, &decode(transaction).unwrap()).map(|signed| {
            assert_eq!(signed.hash.len(), 52);
            encode(&signed.bytes)
        })
    }

    #[test]
    fn a_transaction_is_signed_as_the_library_of_the_chain_signs_it() {
        let (sender, signature) = SIGNATURES[0];
        let expected = format!("82a3736967c440{signature}a374786e{}", payment(sender));
        assert_eq!(signed(&payment(sender)).unwrap(), expected);
        assert_eq!(signed(&format!("81a374786e{}", payment(sender))).unwrap(), expected);
        let key = KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[9; 32], None).unwrap();
        assert_eq!(sign(&key, &decode(&payment(sender)).unwrap()).unwrap().hash, ID);
    }

    #[test]
    fn the_key_is_named_where_it_signs_for_another_account() {
        let (sender, signature) = SIGNATURES[1];
        let expected = format!(
            "83a473676e72c420{OWN}a3736967c440{signature}a374786e{}",
            payment(sender)
        );
        assert_eq!(signed(&payment(sender)).unwrap(), expected);
    }

    #[test]
    fn one_owner_of_an_account_signs_beside_the_others() {
        let (sender, signature) = SIGNATURES[2];
        let envelope = |other: &str, own: &str| {
            let owners = format!("a673756273696792{other}{own}");
            format!("82a46d73696783{owners}a374687202a17601a374786e{}", payment(sender))
        };
        let unsigned = |key: &str| format!("81a2706bc420{key}");
        let by = |key: &str, signature: &str| format!("82a2706bc420{key}a173c440{signature}");
        for other in [unsigned(OTHER), by(OTHER, OTHER_SIGNATURE)] {
            let expected = envelope(&other, &by(OWN, signature));
            assert_eq!(signed(&envelope(&other, &unsigned(OWN))).unwrap(), expected);
            let again = signed(&expected).unwrap_err();
            assert!(again.to_string().contains("signed already"), "{again}");
        }
        let stranger = signed(&envelope(&unsigned(OTHER), &unsigned(SHARED))).unwrap_err();
        assert!(stranger.to_string().contains("no owner"), "{stranger}");
    }

    #[test]
    fn what_is_signed_or_no_transaction_is_refused() {
        let whole = signed(&payment(OWN)).unwrap();
        for refused in [
            &whole,
            "",
            "80",
            "81a374786e80",
            "81a3616d7401",
            &payment(OWN)[..100],
            "c0",
        ] {
            let found = signed(refused);
            assert!(
                matches!(
                    found,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{found:?}"
            );
        }
    }

    #[test]
    fn values_of_every_kind_are_passed_over() {
        let values = [
            "01",
            "c0",
            "c3",
            "ff",
            "820101a1610a",
            "920102",
            "a3616263",
            "c40201ff",
            "d9020102",
            "c500020102",
            "cc80",
            "cd0100",
            "ce00010000",
            "cf0000000100000000",
            "d0ff",
            "dc000101",
            "de00010101",
            "c600000001aa",
            "db00000001aa",
        ];
        let list = format!("dc{:04x}{}", values.len(), values.concat());
        let bytes = decode(&list).unwrap();
        let found: Vec<String> = items(&bytes, false).unwrap().into_iter().map(encode).collect();
        assert_eq!(found, values);
        for malformed in ["91", "91c402aa", "9101ff01", "91c1", "dcffff"] {
            assert_eq!(items(&decode(malformed).unwrap(), false), None, "{malformed}");
        }
        assert_eq!(items(&[0x91; 100], false), None, "too deep");
    }

    #[test]
    fn names_stand_in_their_order() {
        let map = decode("82a16101a16303").unwrap();
        let map = Map::read(&map).unwrap();
        assert_eq!(encode(&map.with("b", &[2])), "83a16101a16202a16303");
        assert_eq!(encode(&map.with("c", &[9])), "82a16101a16309");
        assert_eq!(head(0x90, 0xdc, 15), [0x9f]);
        assert_eq!(head(0x90, 0xdc, 300), [0xdc, 1, 44]);
    }
}
