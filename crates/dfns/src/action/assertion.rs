//! Does an assertion that came from a device answer the challenge that was sent there?
//!
//! The API decides; what is said here is said before anything is sent.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use dfns_types::FirstFactorAssertion;
use serde_json::Value;

use crate::error::Error;
use crate::json;

/// Some devices pad.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Refuses an assertion whose client data are for another challenge, or not for signing at all.
pub(super) fn check(operation: &'static str, challenge: &str, assertion: &FirstFactorAssertion) -> Result<(), Error> {
    let (client_data, expected) = match assertion {
        FirstFactorAssertion::Fido2(factor) => (&factor.credential_assertion.client_data, "webauthn.get"),
        FirstFactorAssertion::Key(factor) => (&factor.credential_assertion.client_data, "key.get"),
        FirstFactorAssertion::PasswordProtectedKey(factor) => (&factor.credential_assertion.client_data, "key.get"),
        _ => return Ok(()),
    };
    let refused = |problem: &str| Error::argument(operation, "assertion.credentialAssertion.clientData", problem);
    let bytes = BASE64URL
        .decode(client_data)
        .map_err(|_| refused("it is not base64url"))?;
    let client_data = json::tree(&bytes).unwrap_or_default();
    let text = |name| client_data.get(name).and_then(Value::as_str);
    let (Some(kind), Some(answered)) = (text("type"), text("challenge")) else {
        return Err(refused(
            "it is not the base64url of a JSON object with `type` and `challenge`",
        ));
    };
    if kind != expected {
        return Err(refused(&format!("its type is not {expected}")));
    }
    // Browsers hand the text of the challenge to the authenticator, which encodes it once more; apps hand over the bytes.
    let encoded = || {
        BASE64URL
            .decode(answered)
            .is_ok_and(|bytes| bytes == challenge.as_bytes())
    };
    if answered == challenge || (expected == "webauthn.get" && encoded()) {
        return Ok(());
    }
    Err(refused("it answers another challenge than the one of this call"))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
    use dfns_types::{Fido2Assertion, KeyAssertion};
    use proptest::prelude::*;

    use super::*;

    fn key(client_data: impl Into<String>) -> FirstFactorAssertion {
        FirstFactorAssertion::Key(FirstFactorAssertion::key(KeyAssertion::new(
            "credential",
            client_data,
            "signature",
        )))
    }

    fn passkey(client_data: impl Into<String>) -> FirstFactorAssertion {
        let assertion = Fido2Assertion::new("credential", client_data, "signature", "data");
        FirstFactorAssertion::Fido2(FirstFactorAssertion::fido2(assertion))
    }

    fn problem(assertion: &FirstFactorAssertion) -> Option<String> {
        match check("createWallet", "Y2g", assertion) {
            Ok(()) => None,
            Err(Error::Argument { problem, .. }) => Some(problem),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_client_data_that_answers_the_challenge_will_do() {
        for data in [
            r#"{"type":"key.get","challenge":"Y2g"}"#,
            r#"{"challenge":"Y2g","crossOrigin":false,"type":"key.get"}"#,
        ] {
            assert_eq!(problem(&key(URL_SAFE_NO_PAD.encode(data))), None);
            assert_eq!(problem(&key(URL_SAFE.encode(data))), None);
        }
        for challenge in ["Y2g", "WTJn"] {
            let data = format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://a.test"}}"#);
            assert_eq!(problem(&passkey(URL_SAFE_NO_PAD.encode(data))), None, "{challenge}");
        }
    }

    #[test]
    fn client_data_for_something_else_are_refused_with_the_reason() {
        let encode = |data: &str| URL_SAFE_NO_PAD.encode(data);
        for (assertion, words) in [
            (key("*"), "not base64url"),
            (key(encode("[]")), "JSON object"),
            (key(encode(r#"{"type":"key.create","challenge":"Y2g"}"#)), "not key.get"),
            (
                key(encode(r#"{"type":"key.get","challenge":"WTJn"}"#)),
                "another challenge",
            ),
            (
                passkey(encode(r#"{"type":"key.get","challenge":"Y2g"}"#)),
                "not webauthn.get",
            ),
            (
                passkey(encode(r#"{"type":"webauthn.get","challenge":"abc"}"#)),
                "another challenge",
            ),
        ] {
            let problem = problem(&assertion).expect(words);
            assert!(problem.contains(words), "{problem}");
        }
    }

    proptest! {
        #[test]
        fn no_text_from_a_device_is_more_than_refused(text: String, bytes: Vec<u8>) {
            for client_data in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                prop_assert!(problem(&key(client_data.as_str())).is_some());
                prop_assert!(problem(&passkey(client_data)).is_some());
            }
        }
    }
}
