//! Text for a snapshot: what moves from run to run or release to release is replaced by its name.

/// Values of these fields and headers are secrets, or made of the time.
const HIDDEN: [&str; 7] = [
    "challengeIdentifier",
    "challenge",
    "clientData",
    "credId",
    "signature",
    "token",
    "temporaryAuthenticationToken",
];

/// Replaces tokens, signatures, challenges and versions by their names, and ids by their prefix and a number in the order
/// of appearance, so that two that are the same still look the same.
pub fn shown(text: &str) -> String {
    let mut text = text.replace(concat!("dfns-rs/", env!("CARGO_PKG_VERSION")), "dfns-rs/[version]");
    for field in HIDDEN {
        text = hide(&text, &format!("\"{field}\":\""), '"', field);
    }
    text = hide(&text, "authorization: Bearer ", '\n', "token");
    text = hide(&text, "x-dfns-useraction: ", '\n', "user action");
    number_ids(&text)
}

/// Replaces what stands between every `before` and the next `after`.
fn hide(text: &str, before: &str, after: char, name: &str) -> String {
    let mut pieces = text.split(before);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(after).unwrap_or(piece.len());
        result.extend([before, "[", name, "]", &piece[end..]]);
    }
    result
}

/// `wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs` becomes `wa-[1]`.
fn number_ids(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let (mut result, mut word) = (String::new(), String::new());
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || character == '-' {
            word.push(character);
            continue;
        }
        if is_id(&word) {
            let place = seen.iter().position(|id| *id == word).unwrap_or_else(|| {
                seen.push(word.clone());
                seen.len() - 1
            });
            let prefix = word.split('-').next().unwrap_or_default();
            result.extend([prefix, "-[", &(place + 1).to_string(), "]"]);
        } else {
            result.push_str(&word);
        }
        word.clear();
        result.push(character);
    }
    result.pop();
    result
}

fn is_id(word: &str) -> bool {
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    matches!(parts[..], [2 | 3, 5, 5, 14..=16])
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn two_ids_that_are_the_same_look_the_same() {
        let text = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs/us-00000-00000-0000000000000000/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs";
        assert_eq!(shown(text), "wa-[1]/us-[2]/wa-[1]");
    }

    #[test]
    fn secrets_are_replaced_by_their_names_and_the_rest_is_kept() {
        let text = "authorization: Bearer a.b.c\nx-dfns-useraction: d\n\n{\"challenge\":\"x\",\"name\":\"y-1\"}";
        let expected = "authorization: Bearer [token]\nx-dfns-useraction: [user action]\n\n{\"challenge\":\"[challenge]\",\"name\":\"y-1\"}";
        assert_eq!(shown(text), expected);
    }
}
