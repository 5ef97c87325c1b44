//! Is the path that was declared the path that was sent?

use crate::server::{decode, decode_query};

/// True if both name the same path, however it is escaped. A query counts only if one was declared: some clients
/// declare the path alone, others with its query.
pub(super) fn is_same(declared: &str, sent_path: &str, sent_query: &str) -> bool {
    let (declared_path, declared_query) = declared.split_once('?').unwrap_or((declared, ""));
    let is_same_path = matches!((segments(declared_path), segments(sent_path)), (Some(a), Some(b)) if a == b);
    let is_same_query = || match (decode_query(declared_query), decode_query(sent_query)) {
        (Some(declared), Some(sent)) => declared == sent,
        _ => false,
    };
    is_same_path && (declared_query.is_empty() || is_same_query())
}

/// The decoded segments. The path is split first, so that an escaped slash does not make two segments of one.
fn segments(path: &str) -> Option<Vec<String>> {
    path.split('/').map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_matter_but_slashes_do() {
        assert!(is_same("/keys/a%3Ab", "/keys/a:b", ""));
        assert!(!is_same("/keys/a%2Fb", "/keys/a/b", ""));
        assert!(!is_same("/keys/a", "/keys/a/", ""));
        assert!(!is_same("keys/a", "/keys/a", ""));
        assert!(!is_same("/keys/%", "/keys/%", ""));
    }

    #[test]
    fn a_query_counts_only_if_it_was_declared() {
        assert!(is_same("/keys/a", "/keys/a", "force=true"));
        assert!(is_same("/keys/a?force=true", "/keys/a", "force=true"));
        assert!(is_same("/keys/a?x=a%20b", "/keys/a", "x=a+b"));
        assert!(!is_same("/keys/a?force=true", "/keys/a", ""));
        assert!(!is_same("/keys/a?force=true", "/keys/a", "force=false"));
    }
}
