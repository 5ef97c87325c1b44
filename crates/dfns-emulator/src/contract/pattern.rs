//! The regular expressions of the specification, each compiled when it is first needed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use regex_lite::Regex;

static COMPILED: Mutex<BTreeMap<&'static str, Regex>> = Mutex::new(BTreeMap::new());

/// Whether a text is what a pattern describes. A pattern that is none, which a test refuses, fits nothing.
pub(super) fn fits(pattern: &'static str, text: &str) -> bool {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if !compiled.contains_key(pattern) {
        match Regex::new(pattern) {
            Ok(regex) => compiled.insert(pattern, regex),
            Err(_) => return false,
        };
    }
    compiled.get(pattern).is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::shape::Shape;
    use crate::generated::contract::SHAPES;

    #[test]
    fn every_pattern_of_the_specification_compiles() {
        let patterns = SHAPES.iter().filter_map(|shape| match shape {
            Shape::Text(_, _, pattern) => *pattern,
            _ => None,
        });
        let mut count = 0;
        for pattern in patterns {
            Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            count += 1;
        }
        assert!(count > 5, "only {count} patterns");
    }

    #[test]
    fn a_pattern_is_held_against_the_whole_text_as_it_says() {
        assert!(fits("^0x[0-9a-fA-F]{4}$", "0xaBc1"));
        assert!(!fits("^0x[0-9a-fA-F]{4}$", "0xaBc1\n0xaBc1"));
    }
}
