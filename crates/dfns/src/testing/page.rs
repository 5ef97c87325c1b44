//! The page that asks, and what its browser adds: the origin, the relying party it may speak for, the client data.
//!
//! Invariant: no page gets an answer for a relying party that a browser would refuse it.

use std::net::Ipv4Addr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;

use super::AuthenticatorError;

/// A page of an origin.
#[derive(Clone, Debug)]
pub(super) struct Page {
    origin: String,
    host: String,
    /// Apps hand the bytes of a challenge to the authenticator where pages hand over its text.
    pub(super) is_app: bool,
}

impl Page {
    pub(super) fn of(origin: &str) -> Result<Self, AuthenticatorError> {
        let refused = || AuthenticatorError::Origin {
            origin: origin.to_owned(),
        };
        let uri: Uri = origin.parse().map_err(|_| refused())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused());
        };
        let host = authority.host();
        let is_secure = scheme == "https" || scheme == "http" && host == "localhost";
        let is_name = !host.starts_with('[') && host.parse::<Ipv4Addr>().is_err();
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != default_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let host = host.to_ascii_lowercase();
        if !is_secure || !is_name || origin != format!("{scheme}://{host}{port}") {
            return Err(refused());
        }
        Ok(Self {
            origin: origin.to_owned(),
            host,
            is_app: false,
        })
    }

    /// The relying party that the page wants, or its host if it names none.
    pub(super) fn relying_party(&self, wanted: Option<&str>) -> Result<String, AuthenticatorError> {
        let wanted = wanted.unwrap_or(&self.host);
        let is_above = || {
            let rest = self.host.strip_suffix(wanted);
            wanted.contains('.') && rest.is_some_and(|rest| rest.ends_with('.'))
        };
        if wanted == self.host || is_above() {
            return Ok(wanted.to_owned());
        }
        Err(AuthenticatorError::RelyingParty {
            origin: self.origin.clone(),
            relying_party: wanted.to_owned(),
        })
    }

    /// The client data, byte for byte as browsers write them.
    pub(super) fn client_data(&self, kind: &str, challenge: &str) -> String {
        let challenge = if self.is_app {
            challenge.to_owned()
        } else {
            URL_SAFE_NO_PAD.encode(challenge)
        };
        format!(
            r#"{{"type":"{kind}","challenge":{},"origin":"{}","crossOrigin":false}}"#,
            serde_json::Value::from(challenge),
            self.origin
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_speaks_for_its_host_and_the_domains_above_it() {
        let page = Page::of("https://a.b.example.test:8443").expect("an origin");
        assert_eq!(page.relying_party(None).as_deref(), Ok("a.b.example.test"));
        for party in ["a.b.example.test", "b.example.test", "example.test"] {
            assert_eq!(page.relying_party(Some(party)).as_deref(), Ok(party));
        }
        for party in [
            "test",
            "xample.test",
            "c.example.test",
            "",
            "example.test.",
            "other.test",
        ] {
            let refused = page.relying_party(Some(party)).expect_err(party);
            assert!(
                matches!(refused, AuthenticatorError::RelyingParty { .. }),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_page_without_tls_has_no_passkeys_unless_it_is_local() {
        assert!(Page::of("http://localhost:3000").is_ok());
        for origin in [
            "http://example.test",
            "https://127.0.0.1",
            "https://example.test/",
            "https://example.test/page",
            "https://EXAMPLE.test",
            "https://example.test:443",
            "example.test",
            "android:apk-key-hash:abc",
            "",
        ] {
            let refused = Page::of(origin).expect_err(origin);
            assert!(matches!(refused, AuthenticatorError::Origin { .. }), "{refused:?}");
        }
    }
}
