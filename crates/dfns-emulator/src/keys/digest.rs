//! The hash functions of the chains, over the concatenation of parts.

use blake2::Blake2b;
use blake2::digest::consts::{U20, U28, U32};
use ripemd::Ripemd160;
use sha2::{Digest, Sha224, Sha256, Sha512_256};
use sha3::{Keccak256, Sha3_256};

fn hash<D: Digest, const N: usize>(parts: &[&[u8]]) -> [u8; N]
where
    sha2::digest::Output<D>: Into<[u8; N]>,
{
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// SHA-256.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    hash::<Sha256, 32>(parts)
}

/// SHA-224.
pub(crate) fn sha224(parts: &[&[u8]]) -> [u8; 28] {
    hash::<Sha224, 28>(parts)
}

/// SHA-256 of SHA-256, as Bitcoin hashes transactions and checksums.
pub(crate) fn double_sha256(parts: &[&[u8]]) -> [u8; 32] {
    sha256(&[&sha256(parts)])
}

/// RIPEMD-160 of SHA-256.
pub(crate) fn hash160(parts: &[&[u8]]) -> [u8; 20] {
    hash::<Ripemd160, 20>(&[&sha256(parts)])
}

/// Keccak-256 as Ethereum uses it (not SHA-3).
pub(crate) fn keccak256(parts: &[&[u8]]) -> [u8; 32] {
    hash::<Keccak256, 32>(parts)
}

/// SHA3-256.
pub(crate) fn sha3_256(parts: &[&[u8]]) -> [u8; 32] {
    hash::<Sha3_256, 32>(parts)
}

/// SHA-512/256.
pub(crate) fn sha512_256(parts: &[&[u8]]) -> [u8; 32] {
    hash::<Sha512_256, 32>(parts)
}

/// BLAKE2b with an output of 20 bytes.
pub(crate) fn blake2b_160(parts: &[&[u8]]) -> [u8; 20] {
    hash::<Blake2b<U20>, 20>(parts)
}

/// BLAKE2b with an output of 28 bytes.
pub(crate) fn blake2b_224(parts: &[&[u8]]) -> [u8; 28] {
    hash::<Blake2b<U28>, 28>(parts)
}

/// BLAKE2b with an output of 32 bytes.
pub(crate) fn blake2b_256(parts: &[&[u8]]) -> [u8; 32] {
    hash::<Blake2b<U32>, 32>(parts)
}

/// BLAKE2b with an output of 64 bytes.
pub(crate) fn blake2b_512(parts: &[&[u8]]) -> [u8; 64] {
    hash::<blake2::Blake2b512, 64>(parts)
}

/// The tagged hash of BIP-340: SHA-256 after the hash of the tag, twice.
pub(crate) fn tagged(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let tag = sha256(&[tag.as_bytes()]);
    let mut all: Vec<&[u8]> = vec![&tag, &tag];
    all.extend_from_slice(parts);
    sha256(&all)
}

#[cfg(test)]
mod tests {
    use super::{keccak256, sha3_256, sha256};
    use crate::keys::hex::encode;

    #[test]
    fn keccak_is_not_sha3() {
        assert_eq!(
            encode(&keccak256(&[])),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        );
        assert_eq!(
            encode(&sha3_256(&[])),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"
        );
    }

    #[test]
    fn parts_are_hashed_as_if_joined() {
        assert_eq!(sha256(&[b"ab", b"", b"c"]), sha256(&[b"abc"]));
    }
}
