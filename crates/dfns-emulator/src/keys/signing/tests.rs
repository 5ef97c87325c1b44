//! Every kind of signature, checked with the verifiers of the standard libraries.

use ed25519_dalek::Verifier as _;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use serde_json::{Value, json};

use super::{SignatureRequest, Signed, Target, sign};
use crate::keys::address::{address, evm::of_key as evm_address_bytes};
use crate::keys::digest::{blake2b_256, keccak256, sha256};
use crate::keys::error::KeyError;
use crate::keys::hex::{decode, decode_array, encode, encode_prefixed};
use crate::keys::material::{Curve, KeyMaterial, Scheme};
use crate::keys::network::Family;
use crate::keys::rlp;

fn key(scheme: Scheme) -> KeyMaterial {
    let curve = if scheme == Scheme::EdDsa {
        Curve::Ed25519
    } else {
        Curve::Secp256k1
    };
    KeyMaterial::derive(b"seed", "key", scheme, curve).unwrap()
}

fn request(body: Value) -> SignatureRequest {
    SignatureRequest::from_json(&body).unwrap()
}

fn signed(scheme: Scheme, target: Target<'_>, body: Value) -> Signed {
    sign(&key(scheme), target, &request(body)).unwrap()
}

fn encoded(signed: &Signed) -> Vec<u8> {
    decode(signed.signature.as_ref().unwrap().encoded.as_ref().unwrap()).unwrap()
}

/// The EVM address that signed, from r, s and v.
fn recovered(digest: &[u8; 32], rsv: &[u8]) -> String {
    assert_eq!(rsv.len(), 65);
    let signature = k256::ecdsa::Signature::from_slice(&rsv[..64]).unwrap();
    let recovery = k256::ecdsa::RecoveryId::from_byte(rsv[64] - 27).unwrap();
    let key = k256::ecdsa::VerifyingKey::recover_from_prehash(digest, &signature, recovery).unwrap();
    encode_prefixed(&evm_address_bytes(key.to_sec1_point(true).as_bytes()).unwrap())
}

fn wallet() -> String {
    address("EthereumSepolia", Scheme::Ecdsa, key(Scheme::Ecdsa).public_key())
        .unwrap()
        .unwrap()
}

fn verify_ed25519(message: &[u8], signature: &[u8]) {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key(Scheme::EdDsa).public_key().try_into().unwrap()).unwrap();
    key.verify(message, &ed25519_dalek::Signature::from_slice(signature).unwrap())
        .unwrap();
}

const EVM: Target<'_> = Target::Network("EthereumSepolia");
const HASH: &str = "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

#[test]
fn the_halves_of_a_hash_signature_are_prefixed_and_recover_the_wallet() {
    let answer = signed(Scheme::Ecdsa, EVM, json!({"kind": "Hash", "hash": HASH}));
    assert_eq!(recovered(&[0x5a; 32], &encoded(&answer)), wallet());
    let parts = answer.signature.unwrap();
    assert!(parts.r.len() == 66 && parts.r.starts_with("0x") && parts.s.len() == 66 && parts.s.starts_with("0x"));
    assert_eq!(
        serde_json::to_value(&parts).unwrap()["recid"],
        json!(parts.recovery_id.unwrap())
    );
    assert_eq!(answer.signed_data, None);
}

#[test]
fn a_hash_signature_without_a_chain_has_no_encoding() {
    for target in [Target::None, Target::Network("KeyECDSA")] {
        let parts = signed(Scheme::Ecdsa, target, json!({"kind": "Hash", "hash": HASH}))
            .signature
            .unwrap();
        assert!(parts.encoded.is_none() && parts.recovery_id.is_some());
    }
}

#[test]
fn a_hash_of_another_length_is_refused() {
    for hash in ["0x5a", "", "zz", &format!("{HASH}00")] {
        let refused = sign(
            &key(Scheme::Ecdsa),
            EVM,
            &request(json!({"kind": "Hash", "hash": hash})),
        );
        assert!(
            matches!(refused, Err(KeyError::InvalidInput { field: "hash", .. })),
            "{hash}"
        );
    }
}

#[test]
fn the_merkle_root_is_required_with_schnorr_and_refused_without() {
    let bitcoin = Target::Network("Bitcoin");
    let without = request(json!({"kind": "Hash", "hash": HASH}));
    let with = request(json!({"kind": "Hash", "hash": HASH, "taprootMerkleRoot": ""}));
    for (scheme, request) in [(Scheme::Schnorr, &without), (Scheme::Ecdsa, &with)] {
        let refused = sign(&key(scheme), bitcoin, request);
        assert!(matches!(
            refused,
            Err(KeyError::InvalidInput {
                field: "taprootMerkleRoot",
                ..
            })
        ));
    }
}

#[test]
fn a_schnorr_signature_verifies_under_the_key_of_the_address() {
    let answer = signed(
        Scheme::Schnorr,
        Target::Network("Bitcoin"),
        json!({"kind": "Hash", "hash": HASH, "taprootMerkleRoot": ""}),
    );
    let address = address("Bitcoin", Scheme::Schnorr, key(Scheme::Schnorr).public_key())
        .unwrap()
        .unwrap();
    let (_, _, program) = bech32::segwit::decode(&address).unwrap();
    let verifying = k256::schnorr::VerifyingKey::from_slice(&program).unwrap();
    let signature = k256::schnorr::Signature::from_slice(&encoded(&answer)).unwrap();
    verifying.verify_prehash(&[0x5a; 32], &signature).unwrap();
    assert_eq!(answer.signature.unwrap().recovery_id, None);
}

#[test]
fn evm_messages_are_signed_as_eip191_says() {
    let digest = keccak256(&[b"\x19Ethereum Signed Message:\n5hello"]);
    for kind in ["Message", "Eip191"] {
        let answer = signed(Scheme::Ecdsa, EVM, json!({"kind": kind, "message": encode(b"hello")}));
        assert_eq!(recovered(&digest, &encoded(&answer)), wallet());
    }
}

#[test]
fn the_length_in_an_evm_message_counts_bytes() {
    // What ethers shows for hashMessage("hello world").
    let digest = super::message::ethereum(b"hello world");
    assert_eq!(
        encode(&digest),
        "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68"
    );
}

#[test]
fn tron_messages_carry_their_own_mark() {
    let digest = keccak256(&[b"\x19TRON Signed Message:\n5hello"]);
    let answer = signed(
        Scheme::Ecdsa,
        Target::Kind(Family::Tron),
        json!({"kind": "Message", "message": encode(b"hello")}),
    );
    assert_eq!(recovered(&digest, &encoded(&answer)), wallet());
}

#[test]
fn ed25519_messages_are_signed_as_they_are() {
    for target in [
        Target::Network("Solana"),
        Target::Network("KeyEdDSA"),
        Target::Network("Stellar"),
        Target::None,
    ] {
        let answer = signed(
            Scheme::EdDsa,
            target,
            json!({"kind": "Message", "message": encode(b"hello")}),
        );
        verify_ed25519(b"hello", &encoded(&answer));
    }
}

#[test]
fn substrate_signatures_begin_with_their_kind() {
    for network in ["Polkadot", "Westend"] {
        let answer = signed(
            Scheme::EdDsa,
            Target::Network(network),
            json!({"kind": "Message", "message": encode(b"hello")}),
        );
        let encoded = encoded(&answer);
        assert_eq!((encoded.len(), encoded[0]), (65, 0));
        verify_ed25519(b"hello", &encoded[1..]);
    }
    // Here the adapter of the API's makers adds the kind.
    let message = json!({"kind": "Message", "message": encode(b"hello")});
    let answer = signed(Scheme::EdDsa, Target::Network("Polymesh"), message);
    verify_ed25519(b"hello", &self::encoded(&answer));
}

#[test]
fn long_extrinsic_payloads_are_hashed_first() {
    for (length, hashed) in [(256, false), (257, true)] {
        let payload = vec![7; length];
        let answer = signed(
            Scheme::EdDsa,
            Target::Network("Kusama"),
            json!({"kind": "SignerPayload", "payload": encode(&payload)}),
        );
        let message = if hashed {
            blake2b_256(&[&payload]).to_vec()
        } else {
            payload
        };
        verify_ed25519(&message, &encoded(&answer)[1..]);
    }
}

#[test]
fn ecdsa_message_without_a_chain_is_refused() {
    for target in [Target::None, Target::Network("KeyECDSA"), Target::Network("CosmosHub4")] {
        let refused = sign(
            &key(Scheme::Ecdsa),
            target,
            &request(json!({"kind": "Message", "message": "00"})),
        );
        assert!(
            matches!(refused, Err(KeyError::UnsupportedSignature { kind: "Message", .. })),
            "{target:?}"
        );
    }
}

#[test]
fn typed_data_is_signed_by_the_wallet() {
    let body = json!({
        "kind": "Eip712",
        "types": {"Person": [{"name": "name", "type": "string"}]},
        "domain": {"name": "x", "chainId": 11_155_111},
        "message": {"name": "Ada"},
    });
    let digest = crate::keys::eip712::digest(&body["types"], &body["domain"], &body["message"]).unwrap();
    let answer = signed(Scheme::Ecdsa, EVM, body);
    assert_eq!(recovered(&digest, &encoded(&answer)), wallet());
}

#[test]
fn an_authorization_is_signed_by_the_wallet() {
    let target = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
    let list = rlp::list(&[
        rlp::number(1),
        rlp::text(&decode_array::<20>(target).unwrap()),
        rlp::number(0),
    ]);
    let digest = keccak256(&[&[5], &list]);
    let answer = signed(
        Scheme::Ecdsa,
        EVM,
        json!({"kind": "Eip7702", "address": target, "chainId": 1, "nonce": 0}),
    );
    assert_eq!(recovered(&digest, &encoded(&answer)), wallet());
}

#[test]
fn a_cosmos_document_is_signed_over_its_sha256() {
    let answer = signed(
        Scheme::Ecdsa,
        Target::Network("CosmosHub4"),
        json!({"kind": "SignDocDirect", "signDoc": "0a0b0c"}),
    );
    let signature = k256::ecdsa::Signature::from_slice(&encoded(&answer)).unwrap();
    let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key(Scheme::Ecdsa).public_key()).unwrap();
    verifying.verify_prehash(&sha256(&[&[10, 11, 12]]), &signature).unwrap();
    assert_eq!(answer.signed_data, None);
}

#[test]
fn bitcoin_and_xrpl_write_der() {
    for network in ["Bitcoin", "Litecoin", "BitcoinCash", "XrpLedger"] {
        let answer = signed(
            Scheme::Ecdsa,
            Target::Network(network),
            json!({"kind": "Hash", "hash": HASH}),
        );
        let signature = k256::ecdsa::Signature::from_der(&encoded(&answer)).unwrap();
        let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key(Scheme::Ecdsa).public_key()).unwrap();
        verifying.verify_prehash(&[0x5a; 32], &signature).unwrap();
    }
}

#[test]
fn a_kadena_command_is_signed_over_its_blake2b() {
    let answer = signed(
        Scheme::EdDsa,
        Target::Network("Kadena"),
        json!({"kind": "PactCommand", "command": "{}"}),
    );
    verify_ed25519(&blake2b_256(&[b"{}"]), &encoded(&answer));
}

#[test]
fn a_signed_evm_transaction_is_answered_with_its_bytes_and_id() {
    let unsigned = "0x02cb0109021e825208808080c0";
    let answer = signed(
        Scheme::Ecdsa,
        EVM,
        json!({"kind": "Transaction", "transaction": unsigned}),
    );
    let bytes = decode(answer.signed_data.as_ref().unwrap()).unwrap();
    assert_eq!(answer.transaction_hash, Some(encode_prefixed(&keccak256(&[&bytes]))));
    assert_eq!(
        recovered(&keccak256(&[&decode(unsigned).unwrap()]), &encoded(&answer)),
        wallet()
    );
}

#[test]
fn a_malformed_transaction_is_refused() {
    for transaction in [json!("0x"), json!("zz"), json!({}), json!("0x02c0")] {
        let refused = sign(
            &key(Scheme::Ecdsa),
            EVM,
            &request(json!({"kind": "Transaction", "transaction": transaction})),
        );
        assert!(
            matches!(
                refused,
                Err(KeyError::InvalidInput {
                    field: "transaction",
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

#[test]
fn a_kind_of_another_chain_is_refused() {
    let typed = json!({"kind": "Eip712", "types": {}, "domain": {}, "message": {}});
    for (scheme, network, body) in [
        (Scheme::EdDsa, "Solana", typed),
        (Scheme::Ecdsa, "Bitcoin", json!({"kind": "Eip191", "message": "00"})),
        (
            Scheme::Ecdsa,
            "Ethereum",
            json!({"kind": "SignDocDirect", "signDoc": "00"}),
        ),
        (
            Scheme::EdDsa,
            "Near",
            json!({"kind": "Transaction", "transaction": "00"}),
        ),
        (
            Scheme::EdDsa,
            "Solana",
            json!({"kind": "SignerPayload", "payload": "00"}),
        ),
        (Scheme::EdDsa, "Stellar", json!({"kind": "Cip8", "payload": "00"})),
        (
            Scheme::EdDsa,
            "Cardano",
            json!({"kind": "StellarFeeBumpTransaction", "innerTransaction": "00"}),
        ),
    ] {
        let request = request(body);
        let refused = sign(&key(scheme), Target::Network(network), &request).unwrap_err();
        assert_eq!(
            refused,
            KeyError::UnsupportedSignature {
                kind: request.kind(),
                network: network.to_owned()
            }
        );
    }
}

#[test]
fn an_unknown_kind_or_a_missing_field_is_refused() {
    for body in [
        json!({}),
        json!({"kind": "Song"}),
        json!({"kind": "Hash"}),
        json!({"kind": "Message", "message": 5}),
    ] {
        assert!(
            matches!(
                SignatureRequest::from_json(&body),
                Err(KeyError::InvalidInput { field: "body", .. })
            ),
            "{body}"
        );
    }
}

#[test]
fn an_ed25519_key_signs_no_evm_data() {
    let refused = sign(
        &key(Scheme::EdDsa),
        EVM,
        &request(json!({"kind": "Eip191", "message": "00"})),
    );
    assert!(matches!(
        refused,
        Err(KeyError::UnsupportedKey {
            scheme: Scheme::EdDsa,
            ..
        })
    ));
}

#[test]
fn a_bitcoin_message_is_answered_as_signed_data() {
    let body = json!({"kind": "Bip322", "message": encode(b"hello"), "format": "Simple"});
    for scheme in [Scheme::Ecdsa, Scheme::Schnorr] {
        let answer = signed(scheme, Target::Network("Bitcoin"), body.clone());
        assert!(answer.signed_data.is_some() && answer.signature.is_none());
    }
}

#[test]
fn a_bitcoin_message_needs_a_network_with_segwit() {
    let request = request(json!({"kind": "Bip322", "message": "00"}));
    for target in [
        Target::Kind(Family::Bitcoin),
        Target::Network("Dogecoin"),
        Target::Network("Ethereum"),
    ] {
        let refused = sign(&key(Scheme::Ecdsa), target, &request);
        assert!(
            matches!(refused, Err(KeyError::UnsupportedSignature { kind: "Bip322", .. })),
            "{target:?}"
        );
    }
}

#[test]
fn a_psbt_is_for_bitcoin_only() {
    let request = request(json!({"kind": "Psbt", "psbt": "70736274ff"}));
    let refused = sign(&key(Scheme::Ecdsa), EVM, &request);
    assert!(matches!(
        refused,
        Err(KeyError::UnsupportedSignature { kind: "Psbt", .. })
    ));
    let refused = sign(&key(Scheme::Ecdsa), Target::Network("Bitcoin"), &request);
    assert!(matches!(refused, Err(KeyError::InvalidInput { field: "psbt", .. })));
}
