//! The address of the API.
//!
//! Invariant: a token goes over TLS, or stays on this machine.

use url::{Host, Url};

use crate::error::Error;

/// A base URL that passed the checks: without a slash at its end, credentials, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    path: usize,
    tls: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        // The text itself is not shown: where people put credentials by mistake, they put them here.
        let wrong = |problem: &str| Error::setting("base_url", problem);
        if !text.contains("://") {
            return Err(wrong("it is not absolute, expected https://host"));
        }
        let url = Url::parse(text).map_err(|error| wrong(&format!("it is no URL: {error}")))?;
        let Some(host) = url.host() else {
            return Err(wrong("it has no host, expected https://host"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds credentials, expected them in `auth_token`"));
        }
        if url.query().is_some() {
            return Err(wrong("it has a query, expected none"));
        }
        if url.fragment().is_some() {
            return Err(wrong("it has a fragment, expected none"));
        }
        let tls = match url.scheme() {
            "https" => true,
            "http" if is_loopback(&host) => false,
            "http" => {
                return Err(wrong(
                    "http is for this machine only (127.0.0.0/8, [::1], localhost), expected https",
                ));
            }
            other => return Err(wrong(&format!("the scheme is {other}, expected https"))),
        };
        let path = url.path().trim_end_matches('/').len();
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { text, path, tls })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls
    }

    /// The address of a path of the API, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> Result<Url, url::ParseError> {
        Url::parse(&format!("{}{path}", self.text))
    }

    /// The path as the API sees it: percent-encoded, without query, and without the path of the base URL.
    pub(crate) fn api_path<'a>(&self, url: &'a Url) -> &'a str {
        url.path().get(self.path..).unwrap_or_default()
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn api_path_is_without_the_path_of_the_base_and_without_query() {
        for (base, url) in [
            ("https://api.dfns.io/", "https://api.dfns.io/wallets/wa%20x?limit=1"),
            (
                "http://127.0.0.1:8080/dfns/",
                "http://127.0.0.1:8080/dfns/wallets/wa%20x",
            ),
        ] {
            let base = BaseUrl::parse(base).expect("a base URL");
            assert_eq!(base.api_path(&url.parse().expect("a URL")), "/wallets/wa%20x");
        }
    }
}
