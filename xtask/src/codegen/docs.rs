//! Doc comments: from the prose of the specification to lines that rustdoc and a reader like.

use proc_macro2::TokenStream;
use quote::quote;

/// How wide a line of documentation is at most.
const WIDTH: usize = 110;

/// Attributes for a doc comment of the specification's own words: brackets in it are text, not links.
pub(crate) fn prose(text: &str) -> TokenStream {
    paragraphs([escape(text).as_str()])
}

/// Attributes for a doc comment of these paragraphs, each wrapped; empty paragraphs are left out.
pub(crate) fn paragraphs<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        for block in paragraph.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(wrap(block));
        }
    }
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// What rustdoc would take for HTML or for a link is escaped, outside of code spans.
pub(crate) fn escape(text: &str) -> String {
    let (mut escaped, mut in_code) = (String::new(), false);
    for character in text.chars() {
        match character {
            '`' => in_code = !in_code,
            '<' | '>' | '[' | ']' if !in_code => escaped.push('\\'),
            _ => {}
        }
        escaped.push(character);
    }
    escaped
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The first sentence of a description.
pub(crate) fn first_sentence(text: &str) -> &str {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    match paragraph.find(". ") {
        Some(end) => &paragraph[..=end],
        None => paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_prose_is_wrapped_and_never_split_inside_a_word() {
        let lines = wrap(&"words ".repeat(40));
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| line.len() <= WIDTH && !line.starts_with(' ')));
    }

    #[test]
    fn angle_and_square_brackets_are_escaped_outside_of_code() {
        assert_eq!(escape("a <b> `c<d>[e]` [f]"), r"a \<b\> `c<d>[e]` \[f\]");
    }

    #[test]
    fn a_first_sentence_keeps_its_full_stop() {
        assert_eq!(first_sentence("One. Two."), "One.");
        assert_eq!(first_sentence("One v1.2 only."), "One v1.2 only.");
    }
}
