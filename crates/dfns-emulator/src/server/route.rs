//! From method and path to the operation that is meant.
//!
//! Invariant: a segment that a template spells out wins over one that it leaves open, from left to right, so that
//! `/wallets/all/history` is never a wallet called `all`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use dfns_types::operation::{self, Operation};

use super::encoding;

/// What a path leads to.
#[derive(Debug, PartialEq)]
pub(crate) enum Match<T> {
    /// An entry, with the decoded parameters of its path.
    Found(T, BTreeMap<&'static str, String>),
    /// The path is known; these methods are, too.
    OtherMethods(Vec<&'static str>),
    /// No template fits.
    Unknown,
    /// A segment is no percent-encoded UTF-8.
    Malformed,
}

/// Path templates with what they lead to.
pub(crate) struct Table<T> {
    rows: Vec<Row<T>>,
}

struct Row<T> {
    method: &'static str,
    segments: Vec<Segment>,
    target: T,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    // Declared first: compares less, and so wins.
    Literal(&'static str),
    Parameter(&'static str),
}

impl<T: Copy> Table<T> {
    /// A table of `(method, template, target)`.
    pub(crate) fn new(rows: impl IntoIterator<Item = (&'static str, &'static str, T)>) -> Self {
        let rows = rows.into_iter().map(|(method, template, target)| Row {
            method,
            segments: parse(template),
            target,
        });
        Self { rows: rows.collect() }
    }

    /// What `method` and the still encoded `path` lead to.
    pub(crate) fn find(&self, method: &str, path: &str) -> Match<T> {
        let Some(rest) = path.strip_prefix('/') else {
            return Match::Unknown;
        };
        let Some(sent) = rest.split('/').map(encoding::decode).collect::<Option<Vec<String>>>() else {
            return Match::Malformed;
        };
        let fits = |row: &&Row<T>| {
            row.segments.len() == sent.len()
                && row.segments.iter().zip(&sent).all(|(segment, text)| match segment {
                    Segment::Literal(literal) => literal == text,
                    Segment::Parameter(_) => !text.is_empty(),
                })
        };
        let fitting: Vec<&Row<T>> = self.rows.iter().filter(fits).collect();
        let openness = |row: &&&Row<T>| -> Vec<bool> {
            row.segments
                .iter()
                .map(|segment| matches!(segment, Segment::Parameter(_)))
                .collect()
        };
        match fitting.iter().filter(|row| row.method == method).min_by_key(openness) {
            Some(row) => {
                let parameters = row
                    .segments
                    .iter()
                    .zip(sent)
                    .filter_map(|(segment, text)| match segment {
                        Segment::Parameter(name) => Some((*name, text)),
                        Segment::Literal(_) => None,
                    });
                Match::Found(row.target, parameters.collect())
            }
            None if fitting.is_empty() => Match::Unknown,
            None => {
                let methods: BTreeSet<&str> = fitting.iter().map(|row| row.method).collect();
                Match::OtherMethods(methods.into_iter().collect())
            }
        }
    }
}

fn parse(template: &'static str) -> Vec<Segment> {
    let segment = |text: &'static str| match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(name) => Segment::Parameter(name),
        None => Segment::Literal(text),
    };
    template.trim_start_matches('/').split('/').map(segment).collect()
}

/// Methods by which operations went, or go elsewhere: the documentation of old says PUT for the first, the published clients
/// before 0.7 and 0.6 say POST for the others.
const OTHER_METHODS: [(&str, &str); 3] = [
    ("sendRecoveryCode", "PUT"),
    ("updateApplication", "POST"),
    ("logout", "POST"),
];

/// The table of all operations of the API.
pub(crate) static OPERATIONS: LazyLock<Table<&'static Operation>> = LazyLock::new(|| {
    let all = operation::OPERATIONS.iter();
    let documented = all
        .clone()
        .map(|operation| (operation.method.as_str(), operation.path, operation));
    let other = all.filter_map(|operation| {
        let (_, method) = OTHER_METHODS.iter().find(|(id, _)| *id == operation.id)?;
        Some((*method, operation.path, operation))
    });
    Table::new(documented.chain(other))
});

/// The operation that a request asks for, if there is one.
pub(crate) fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    match OPERATIONS.find(method, path) {
        Match::Found(operation, _) => Some(operation),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<u8> {
        Table::new([
            ("GET", "/wallets/{walletId}/history", 1),
            ("GET", "/wallets/all/history", 2),
            ("GET", "/wallets", 3),
            ("POST", "/wallets", 4),
            ("DELETE", "/auth/credentials/{credentialUuid}", 5),
            ("PUT", "/auth/credentials/activate", 6),
        ])
    }

    #[test]
    fn a_spelt_out_segment_wins_over_a_parameter() {
        assert_eq!(
            table().find("GET", "/wallets/all/history"),
            Match::Found(2, BTreeMap::new())
        );
    }

    #[test]
    fn a_parameter_is_percent_decoded() {
        let expected = BTreeMap::from([("walletId", "wa/ä".to_owned())]);
        assert_eq!(
            table().find("GET", "/wallets/wa%2F%C3%A4/history"),
            Match::Found(1, expected)
        );
    }

    #[test]
    fn the_method_decides_between_templates_that_fit() {
        let expected = BTreeMap::from([("credentialUuid", "activate".to_owned())]);
        assert_eq!(
            table().find("DELETE", "/auth/credentials/activate"),
            Match::Found(5, expected)
        );
        assert_eq!(
            table().find("PUT", "/auth/credentials/activate"),
            Match::Found(6, BTreeMap::new())
        );
    }

    #[test]
    fn a_known_path_with_another_method_names_the_methods() {
        assert_eq!(
            table().find("DELETE", "/wallets"),
            Match::OtherMethods(vec!["GET", "POST"])
        );
    }

    #[test]
    fn an_operation_is_found_by_the_method_of_other_versions_of_the_clients_too() {
        for (methods, path, id) in [
            (["POST", "PUT"], "/auth/recover/user/code", "sendRecoveryCode"),
            (["PUT", "POST"], "/auth/apps/ap-1", "updateApplication"),
            (["PUT", "POST"], "/auth/logout", "logout"),
        ] {
            for method in methods {
                assert_eq!(operation(method, path).map(|found| found.id), Some(id), "{method}");
            }
        }
        assert!(operation("POST", "/auth/apps/ap-1/activate").is_none());
    }

    #[test]
    fn an_unknown_path_is_unknown() {
        for path in ["/", "/nope", "/wallets/", "/wallets//history", "wallets"] {
            assert_eq!(table().find("GET", path), Match::Unknown, "{path}");
        }
    }

    #[test]
    fn a_broken_escape_is_malformed() {
        for path in ["/wallets/%/history", "/wallets/%ff/history", "/wallets/%4/history"] {
            assert_eq!(table().find("GET", path), Match::Malformed, "{path}");
        }
    }
}
