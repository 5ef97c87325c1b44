//! Which proxy a client goes through: none, one that it is told, or that of the environment.
//!
//! Invariant: the environment is read by whoever is asked for it, once; and what it says about plain HTTP is of no interest,
//! for that is spoken on this machine only.

use std::net::IpAddr;

use dfns_types::Secret;

use super::Proxy;
use crate::base_url::BaseUrl;
use crate::engine::connect::unbracketed;
use crate::error::Error;

/// The variables that name a proxy and what is reached without one, in the order in which they are asked.
const PROXY: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Which proxy is asked for.
pub(crate) enum ProxyChoice {
    None,
    This(Secret),
    Environment,
}

impl ProxyChoice {
    /// The setting that made the choice; `None` if none did.
    #[cfg(feature = "reqwest")]
    pub(crate) fn setting(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::This(_) => Some("proxy"),
            Self::Environment => Some("proxy_from_environment"),
        }
    }

    /// The proxy for the API, if there is to be one. `variable` looks a variable of the environment up.
    pub(crate) fn find(
        &self,
        base_url: &BaseUrl,
        variable: &dyn Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Proxy>, Error> {
        match self {
            Self::None => Ok(None),
            Self::This(proxy) => {
                let proxy = Proxy::parse(proxy.expose_secret());
                proxy.map(Some).map_err(|problem| Error::setting("proxy", problem))
            }
            Self::Environment => from_environment(base_url, variable),
        }
    }

    /// How `Debug` shows it.
    pub(crate) fn shown(&self) -> &'static str {
        match self {
            Self::None => "not set",
            Self::This(_) => "set",
            Self::Environment => "of the environment",
        }
    }
}

fn from_environment(
    base_url: &BaseUrl,
    variable: &dyn Fn(&'static str) -> Option<String>,
) -> Result<Option<Proxy>, Error> {
    let first = |names: &[&'static str]| {
        let mut found = names.iter().map(|name| (*name, variable(name).unwrap_or_default()));
        found.find(|(_, text)| !text.trim().is_empty())
    };
    let Some((name, text)) = first(&PROXY).filter(|_| base_url.is_tls()) else {
        return Ok(None);
    };
    let authority = base_url.authority();
    let port = authority.port_u16().unwrap_or(443);
    if let Some((_, list)) = first(&NO_PROXY)
        && is_listed(&list, unbracketed(authority), port)
    {
        return Ok(None);
    }
    let text = text.trim();
    // Other programs take a proxy without its scheme for one of HTTP.
    let has_scheme = text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//"));
    let proxy = if has_scheme {
        Proxy::parse(text)
    } else {
        Proxy::parse(&format!("http://{text}"))
    };
    proxy
        .map(Some)
        .map_err(|problem| Error::setting("proxy_from_environment", format!("{name}: {problem}")))
}

/// True if a list such as `localhost, .example.com, 10.0.0.0/8, host:8443` has a host: by name, as part of a domain, by
/// address or network, or with everything else (`*`).
fn is_listed(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.');
    for entry in list.split(|letter: char| letter == ',' || letter.is_whitespace()) {
        let fits = entry == "*" || is_host(entry, host) || is_host_with_port(entry, host, port);
        if fits && !entry.is_empty() {
            return true;
        }
    }
    false
}

fn is_host_with_port(entry: &str, host: &str, port: u16) -> bool {
    let Some((entry, only)) = entry.rsplit_once(':') else {
        return false;
    };
    only.parse() == Ok(port) && is_host(entry, host)
}

fn is_host(entry: &str, host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        let entry = entry.trim_start_matches('[').trim_end_matches(']');
        return match entry.split_once('/') {
            Some((network, length)) => network
                .parse()
                .is_ok_and(|network| length.parse().is_ok_and(|length| is_within(address, network, length))),
            None => entry.parse() == Ok(address),
        };
    }
    let domain = entry
        .trim_start_matches('*')
        .trim_start_matches('.')
        .trim_end_matches('.');
    let domain = domain.to_ascii_lowercase();
    let before = host.strip_suffix(domain.as_str()).filter(|_| !domain.is_empty());
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// True if the first `length` bits of both are the same.
fn is_within(address: IpAddr, network: IpAddr, length: u32) -> bool {
    let (difference, bits) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => (u128::from(u32::from(address) ^ u32::from(network)), 32_u32),
        (IpAddr::V6(address), IpAddr::V6(network)) => (u128::from(address) ^ u128::from(network), 128),
        _ => return false,
    };
    let rest = bits.checked_sub(length);
    rest.is_some_and(|rest| difference.checked_shr(rest).unwrap_or(0) == 0)
}

#[cfg(test)]
mod tests {
    use super::{ProxyChoice, is_listed};
    use crate::base_url::BaseUrl;

    /// The address of the proxy that these variables name.
    fn found(variables: &[(&str, &str)], base_url: &str) -> Option<String> {
        let base_url = BaseUrl::parse(base_url).expect("a base URL");
        let lookup = |name: &'static str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let proxy = ProxyChoice::Environment.find(&base_url, &lookup);
        proxy
            .expect("no error")
            .map(|proxy| format!("{}:{}", proxy.host, proxy.port))
    }

    #[test]
    fn environment_names_the_proxy_by_the_first_variable_that_says_something() {
        let api = "https://api.dfns.io";
        assert_eq!(found(&[], api), None);
        assert_eq!(
            found(&[("HTTP_PROXY", "http://a:1")], api),
            None,
            "it is for plain HTTP"
        );
        for (variables, proxy) in [
            (
                &[("HTTPS_PROXY", "http://user:pw@a:1"), ("ALL_PROXY", "http://b:1")][..],
                "a:1",
            ),
            (&[("https_proxy", "a:1")], "a:1"),
            (&[("HTTPS_PROXY", " "), ("ALL_PROXY", "http://b:1/")], "b:1"),
            (&[("all_proxy", "b")], "b:80"),
        ] {
            assert_eq!(found(variables, api).as_deref(), Some(proxy), "{variables:?}");
        }
    }

    #[test]
    fn no_proxy_of_the_environment_is_used_for_what_is_excepted_or_on_this_machine_in_plain_http() {
        let proxy = ("HTTPS_PROXY", "http://a:1");
        for name in ["NO_PROXY", "no_proxy"] {
            assert_eq!(
                found(&[proxy, (name, "other.test,dfns.io")], "https://api.dfns.io"),
                None
            );
            assert!(found(&[proxy, (name, "other.test")], "https://api.dfns.io").is_some());
        }
        assert_eq!(
            found(&[proxy, ("ALL_PROXY", "http://a:1")], "http://127.0.0.1:8080"),
            None
        );
        assert!(found(&[proxy], "https://127.0.0.1:8080").is_some());
        assert_eq!(found(&[proxy, ("NO_PROXY", "::1")], "https://[::1]:8080"), None);
    }

    #[test]
    fn proxy_of_the_environment_that_is_none_is_named_by_its_variable_and_not_shown() {
        let base_url = BaseUrl::parse("https://api.dfns.io").expect("a base URL");
        let lookup = |name| (name == "ALL_PROXY").then(|| "socks5://user:secret@proxy.test:1080".to_owned());
        let error = ProxyChoice::Environment
            .find(&base_url, &lookup)
            .err()
            .expect("an error");
        let text = format!("{error:?} {}", error.report());
        assert!(text.contains("ALL_PROXY: it is no proxy"), "{text}");
        assert!(!text.contains("secret") && !text.contains("proxy.test"), "{text}");
    }

    #[test]
    fn list_excepts_names_domains_addresses_and_networks() {
        for (list, host) in [
            ("*", "api.dfns.io"),
            ("a.test, API.dfns.io", "api.dfns.io"),
            ("a.test .dfns.io", "api.dfns.io"),
            ("*.dfns.io", "api.dfns.io"),
            ("dfns.io", "api.dfns.io."),
            ("api.dfns.io:443", "api.dfns.io"),
            ("10.1.2.3", "10.1.2.3"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("0.0.0.0/0", "10.1.2.3"),
            ("[::1]:443", "::1"),
            ("fd00::/8", "fd12::1"),
        ] {
            assert!(is_listed(list, host, 443), "{list}: {host}");
        }
        for (list, host) in [
            ("", "api.dfns.io"),
            (".,", "api.dfns.io"),
            ("fns.io", "api.dfns.io"),
            ("x.api.dfns.io", "api.dfns.io"),
            ("api.dfns.io:8443", "api.dfns.io"),
            ("1.2.3", "0.1.2.3"),
            ("11.0.0.0/8", "10.1.2.3"),
            ("10.0.0.0/33", "10.1.2.3"),
            ("::/0", "10.1.2.3"),
        ] {
            assert!(!is_listed(list, host, 443), "{list}: {host}");
        }
    }
}
