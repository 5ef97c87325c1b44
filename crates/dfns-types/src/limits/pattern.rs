//! The form of a text: a regular expression, taken apart when the code was generated.

/// A regular expression over the whole of a text.
#[derive(Debug)]
pub struct Pattern {
    /// As the specification has it, for people.
    pub text: &'static str,
    /// The alternatives, each a sequence.
    pub alternatives: &'static [&'static [Piece]],
}

/// A part of a sequence.
#[derive(Debug)]
pub enum Piece {
    /// These bytes.
    Text(&'static str),
    /// So many bytes of a class, at least and at most.
    Bytes(Class, usize, usize),
    /// One of the alternatives.
    Group(&'static [&'static [Piece]]),
    /// One of the alternatives, or nothing.
    Optional(&'static [&'static [Piece]]),
}

/// Bytes, as ranges with both ends.
pub type Class = &'static [(u8, u8)];

/// So long a text is not matched: no form of the API is that of a longer one.
const LONGEST: usize = 64 * 1024;

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// True if the whole text has this form.
    pub fn matches(&self, text: &str) -> bool {
        text.len() <= LONGEST && alternatives(self.alternatives, text.as_bytes(), &<[u8]>::is_empty)
    }
}

type Rest<'a> = &'a dyn Fn(&[u8]) -> bool;

fn alternatives(alternatives: &[&[Piece]], text: &[u8], rest: Rest) -> bool {
    alternatives.iter().any(|pieces| sequence(pieces, text, rest))
}

fn sequence(pieces: &[Piece], text: &[u8], rest: Rest) -> bool {
    let Some((piece, more)) = pieces.split_first() else {
        return rest(text);
    };
    let next = |text: &[u8]| sequence(more, text, rest);
    match piece {
        Piece::Text(piece) => text.strip_prefix(piece.as_bytes()).is_some_and(next),
        Piece::Bytes(class, least, most) => {
            let fits = |byte: &u8| class.iter().any(|(first, last)| (first..=last).contains(&byte));
            let found = text.iter().take(*most).take_while(|byte| fits(byte)).count();
            (*least..=found).rev().any(|length| next(&text[length..]))
        }
        Piece::Group(group) => alternatives(group, text, &next),
        Piece::Optional(group) => alternatives(group, text, &next) || next(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Piece};

    const DIGIT: &[(u8, u8)] = &[(b'0', b'9')];
    const HEX: &[(u8, u8)] = &[(b'0', b'9'), (b'a', b'f')];

    #[test]
    fn whole_text_must_have_the_form() {
        let digits = Pattern {
            text: "",
            alternatives: &[&[Piece::Bytes(DIGIT, 1, usize::MAX)]],
        };
        assert!(digits.matches("0") && digits.matches("0123456789"));
        for text in ["", "a", "1a", "a1", "1 ", "1\n", "١"] {
            assert!(!digits.matches(text), "{text:?}");
        }
    }

    #[test]
    fn sequence_gives_back_what_the_next_piece_needs() {
        // ^[0-9a-f]+[0-9]{2}$
        let form = Pattern {
            text: "",
            alternatives: &[&[Piece::Bytes(HEX, 1, usize::MAX), Piece::Bytes(DIGIT, 2, 2)]],
        };
        assert!(form.matches("a12") && form.matches("112") && form.matches("abc1234"));
        assert!(!form.matches("12") && !form.matches("a1b2"));
    }

    #[test]
    fn groups_are_tried_in_turn_and_may_be_left_out() {
        // ^(a|b1)?0(x|y)$
        let form = Pattern {
            text: "",
            alternatives: &[&[
                Piece::Optional(&[&[Piece::Text("a")], &[Piece::Text("b1")]]),
                Piece::Text("0"),
                Piece::Group(&[&[Piece::Bytes(&[(b'x', b'y')], 1, 1)]]),
            ]],
        };
        for (text, expected) in [
            ("0x", true),
            ("a0y", true),
            ("b10x", true),
            ("b0x", false),
            ("a0", false),
            ("0xx", false),
        ] {
            assert_eq!(form.matches(text), expected, "{text}");
        }
    }
}
