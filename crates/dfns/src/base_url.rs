//! The address of the API.
//!
//! Invariant: a token goes over TLS, or stays on this machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};

use crate::error::Error;

/// A base URL that passed the checks: without a slash at its end, credentials, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    scheme: Scheme,
    authority: Authority,
    /// Empty, or begins with a slash and ends without one.
    path: String,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        // The text itself is not shown: where people put credentials by mistake, they put them here.
        let wrong = |problem: &str| Error::setting("base_url", problem);
        let Some(rest) = text.split_once(':').and_then(|(_, rest)| rest.strip_prefix("//")) else {
            return Err(wrong("it is not absolute, expected https://host"));
        };
        if matches!(rest.bytes().next(), None | Some(b'/' | b'?' | b'#' | b':')) {
            return Err(wrong("it is no URL: empty host"));
        }
        if text.as_bytes().contains(&b'#') {
            return Err(wrong("it has a fragment, expected none"));
        }
        let url: Uri = text
            .parse()
            .map_err(|error: InvalidUri| wrong(&format!("it is no URL: {error}")))?;
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else {
            return Err(wrong("it has no host, expected https://host"));
        };
        if authority.as_str().as_bytes().contains(&b'@') {
            return Err(wrong("it holds credentials, expected them in `auth_token`"));
        }
        if url.query().is_some() {
            return Err(wrong("it has a query, expected none"));
        }
        let scheme = match scheme.as_str() {
            "https" => Scheme::HTTPS,
            "http" if is_loopback(authority.host()) => Scheme::HTTP,
            "http" => {
                return Err(wrong(
                    "http is for this machine only (127.0.0.0/8, [::1], localhost), expected https",
                ));
            }
            other => return Err(wrong(&format!("the scheme is {other}, expected https"))),
        };
        let path = url.path().trim_end_matches('/');
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(wrong("its path has a segment `.` or `..`, expected none"));
        }
        let authority = normalised(authority, &scheme).map_err(|error| wrong(&format!("it is no URL: {error}")))?;
        Ok(Self {
            text: format!("{scheme}://{authority}{path}"),
            scheme,
            authority,
            path: path.to_owned(),
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn is_tls(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host and port.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A path of the API with its query, as it stands in the request line. Nothing is parsed again unless the base URL has
    /// a path.
    pub(crate) fn target(&self, target: &PathAndQuery) -> Result<PathAndQuery, InvalidUri> {
        if self.path.is_empty() {
            Ok(target.clone())
        } else {
            PathAndQuery::try_from(format!("{}{target}", self.path))
        }
    }

    /// The whole address of what stands in the request line.
    #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
    pub(crate) fn absolute(&self, target: Uri) -> Result<Uri, http::Error> {
        let mut parts = target.into_parts();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        Ok(Uri::from_parts(parts)?)
    }
}

/// In lower case, without a port that goes without saying.
fn normalised(authority: &Authority, scheme: &Scheme) -> Result<Authority, InvalidUri> {
    let text = authority.as_str().to_ascii_lowercase();
    let default = if *scheme == Scheme::HTTPS { ":443" } else { ":80" };
    Authority::try_from(text.strip_suffix(default).unwrap_or(&text))
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match (v6.map(str::parse::<Ipv6Addr>), host.parse::<Ipv4Addr>()) {
        (Some(address), _) => address.is_ok_and(|address| address.is_loopback()),
        (None, Ok(address)) => address.is_loopback(),
        (None, Err(_)) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use http::uri::PathAndQuery;

    use super::BaseUrl;

    #[test]
    fn path_of_the_base_stands_in_front_of_every_path() {
        let target = PathAndQuery::from_static("/wallets/wa%20x?limit=1");
        for (base, expected) in [
            ("https://api.dfns.io/", "/wallets/wa%20x?limit=1"),
            ("http://127.0.0.1:8080/dfns/", "/dfns/wallets/wa%20x?limit=1"),
        ] {
            let base = BaseUrl::parse(base).expect("a base URL");
            assert_eq!(base.target(&target).expect("a target"), expected);
        }
    }

    #[test]
    fn port_that_goes_without_saying_is_not_said() {
        for (given, kept) in [
            ("https://api.dfns.io:443/x", "https://api.dfns.io/x"),
            ("https://api.dfns.io:80", "https://api.dfns.io:80"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(BaseUrl::parse(given).expect("a base URL").as_str(), kept);
        }
    }

    #[test]
    fn base_that_would_be_another_path_is_refused() {
        for given in [
            "https://api.dfns.io/a/../b",
            "https://api.dfns.io/.",
            "https://:443",
            "https://?x",
        ] {
            BaseUrl::parse(given).expect_err(given);
        }
    }
}
