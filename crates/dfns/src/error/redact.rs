//! Keeps what could be a token out of text that others wrote.

/// The shortest run of token characters that is taken for a secret. Ids have at most 39.
const SUSPICIOUS: usize = 40;

/// The text, cut to so many characters, white space collapsed, with everything that could be a token replaced by `…`.
///
/// Hex stays, since transaction hashes and addresses are what such text is about.
pub(super) fn redact(text: &str, limit: usize) -> String {
    let mut output = String::new();
    for word in text.split_whitespace() {
        if !output.is_empty() {
            output.push(' ');
        }
        for piece in word.split_inclusive(|character| !is_token_character(character)) {
            let run = piece.trim_end_matches(|character| !is_token_character(character));
            if run.len() >= SUSPICIOUS && !is_hex(run) {
                output.push('…');
                output.push_str(piece.get(run.len()..).unwrap_or_default());
            } else {
                output.push_str(piece);
            }
        }
    }
    match output.char_indices().nth(limit) {
        Some((end, _)) => {
            output.truncate(end);
            output.push('…');
            output
        }
        None => output,
    }
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '+' | '/' | '=' | '~')
}

fn is_hex(text: &str) -> bool {
    text.strip_prefix("0x")
        .unwrap_or(text)
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn redact_replaces_a_token_and_keeps_the_words_around_it() {
        let token = format!("eyJ{}.{}.{}", "a".repeat(20), "b".repeat(30), "c".repeat(40));
        assert_eq!(
            redact(&format!("bad token \"{token}\", sorry"), 200),
            "bad token \"…\", sorry"
        );
    }

    #[test]
    fn redact_keeps_ids_and_hashes() {
        let text = format!("wallet wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs: 0x{}", "ab".repeat(32));
        assert_eq!(redact(&text, 200), text);
    }

    #[test]
    fn redact_cuts_at_a_character_and_says_so() {
        assert_eq!(redact("äöü äöü", 4), "äöü …");
    }
}
