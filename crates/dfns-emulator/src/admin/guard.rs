//! Keeps pages of other sites away from the admin interface of a developer who has them open in the same browser.
//!
//! A browser says where a request comes from (`Origin`, `Sec-Fetch-Site`); programs say nothing, and are let in.
//!
//! Invariant: a page of another site changes nothing and reads nothing here. No header lets it read an answer, either.

use crate::server::{Call, Refusal};

/// Lets a request in, or refuses it.
///
/// # Errors
/// 403 if a page of another site has sent it, or it was sent to a name that somebody may have made up to look like ours.
pub(crate) fn check(call: &Call, base_url: &str) -> Result<(), Refusal> {
    let host = call.header("host").unwrap_or_default();
    // Listening where only this machine can reach it, the emulator is known by no other name than the machine's own.
    if is_local(authority(base_url)) && !host.is_empty() && !is_local(host) {
        return Err(Refusal::forbidden(
            "the admin interface answers to localhost and addresses only",
        ));
    }
    if call.method == "GET" {
        return Ok(());
    }
    let is_foreign_origin = call.header("origin").is_some_and(|origin| authority(origin) != host);
    let is_foreign_site = call
        .header("sec-fetch-site")
        .is_some_and(|site| !["same-origin", "none"].contains(&site));
    if is_foreign_origin || is_foreign_site {
        return Err(Refusal::forbidden(
            "a page of another site may not use the admin interface",
        ));
    }
    Ok(())
}

fn authority(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, authority)| authority)
}

/// Whether a host (with or without a port) is this machine's own.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = |address: std::net::IpAddr| address.is_loopback();
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    const LOCAL: &str = "http://127.0.0.1:8080";

    fn status(method: &str, base_url: &str, headers: &[(&'static str, &'static str)]) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let call = Call::new(method, "/__admin/reset", "", map, bytes::Bytes::new()).unwrap();
        check(&call, base_url).err().map(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn programs_and_the_page_itself_are_let_in() {
        for headers in [
            &[("host", "127.0.0.1:8080")][..],
            &[
                ("host", "localhost:8080"),
                ("origin", "http://localhost:8080"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")],
        ] {
            assert_eq!(status("POST", LOCAL, headers), None, "{headers:?}");
        }
    }

    #[test]
    fn pages_of_other_sites_change_nothing() {
        for headers in [
            &[("host", "127.0.0.1:8080"), ("origin", "https://evil.example")][..],
            &[("host", "127.0.0.1:8080"), ("origin", "null")],
            &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:3000")],
            &[("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")],
            &[("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-site")],
        ] {
            assert_eq!(status("POST", LOCAL, headers), Some(403), "{headers:?}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_point_here_reads_nothing_either() {
        let rebound = [("host", "evil.example:8080"), ("origin", "http://evil.example:8080")];
        assert_eq!(status("GET", LOCAL, &rebound), Some(403));
        let in_a_container = [("host", "emulator:8080")];
        assert_eq!(status("POST", "http://0.0.0.0:8080", &in_a_container), None);
    }
}
