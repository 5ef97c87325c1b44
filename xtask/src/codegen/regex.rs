//! Takes a regular expression apart, as far as the forms of the specification need: sequences of characters and classes
//! with a count, and groups.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Error;

/// The alternatives of a pattern that begins with `^` and ends with `$`, as tokens of `&[&[Piece]]`.
///
/// # Errors
/// [`Error::Pass`] if something stands in it that this does not know.
pub(crate) fn alternatives(pattern: &str) -> Result<TokenStream, Error> {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    let Some(inner) = inner.filter(|inner| inner.is_ascii()) else {
        return Err(wrong(pattern, "expected `^…$` in ASCII"));
    };
    let mut reader = Reader {
        pattern,
        text: inner.as_bytes(),
        position: 0,
    };
    let alternatives = reader.alternatives()?;
    if reader.position < reader.text.len() {
        return Err(wrong(pattern, "a parenthesis too much"));
    }
    Ok(alternatives)
}

fn wrong(pattern: &str, problem: &str) -> Error {
    Error::pass("limits", format!("pattern `{pattern}`: {problem}"))
}

struct Reader<'a> {
    pattern: &'a str,
    text: &'a [u8],
    position: usize,
}

impl Reader<'_> {
    fn wrong(&self, problem: &str) -> Error {
        wrong(self.pattern, problem)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn next(&mut self) -> Result<u8, Error> {
        let byte = self.peek().ok_or_else(|| self.wrong("it ends too early"))?;
        self.position += 1;
        Ok(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Result<TokenStream, Error> {
        let mut all = vec![self.sequence()?];
        while self.take(b'|') {
            all.push(self.sequence()?);
        }
        Ok(quote!(&[#(#all),*]))
    }

    fn sequence(&mut self) -> Result<TokenStream, Error> {
        let (mut pieces, mut text) = (Vec::new(), String::new());
        while let Some(byte) = self.peek().filter(|byte| !matches!(byte, b'|' | b')')) {
            let piece = if byte == b'(' {
                self.group()?
            } else {
                self.bytes(&mut text)?
            };
            if let Some(piece) = piece {
                pieces.extend(literal(&mut text));
                pieces.push(piece);
            }
        }
        pieces.extend(literal(&mut text));
        Ok(quote!(&[#(#pieces),*]))
    }

    fn group(&mut self) -> Result<Option<TokenStream>, Error> {
        self.position += 1;
        if self.take(b'?') && !self.take(b':') {
            return Err(self.wrong("a group of another sort than `(` and `(?:`"));
        }
        let alternatives = self.alternatives()?;
        if !self.take(b')') {
            return Err(self.wrong("a parenthesis is not closed"));
        }
        match self.peek() {
            Some(b'?') => {
                self.position += 1;
                Ok(Some(quote!(Piece::Optional(#alternatives))))
            }
            Some(b'*' | b'+' | b'{') => Err(self.wrong("a group that is repeated")),
            _ => Ok(Some(quote!(Piece::Group(#alternatives)))),
        }
    }

    /// A class with a count; a single character goes to the text before it.
    fn bytes(&mut self, text: &mut String) -> Result<Option<TokenStream>, Error> {
        let class = match self.next()? {
            b'[' => self.class()?,
            b'\\' => self.escaped()?,
            b'.' => return Err(self.wrong("`.`, which stands for too much")),
            b'*' | b'+' | b'?' | b'{' => return Err(self.wrong("a count without a character before it")),
            byte => vec![(byte, byte)],
        };
        let (least, most) = self.count()?;
        if let ([(first, last)], 1, Some(1)) = (&class[..], least, most)
            && first == last
        {
            text.push(char::from(*first));
            return Ok(None);
        }
        let (least, most) = (Literal::usize_unsuffixed(least), most.map(Literal::usize_unsuffixed));
        let most = most.map_or_else(|| quote!(usize::MAX), |most| quote!(#most));
        let class = class.iter().map(|(from, to)| {
            let (from, to) = (byte_literal(*from), byte_literal(*to));
            quote!((#from, #to))
        });
        Ok(Some(quote!(Piece::Bytes(&[#(#class),*], #least, #most))))
    }

    fn class(&mut self) -> Result<Vec<(u8, u8)>, Error> {
        if self.peek() == Some(b'^') {
            return Err(self.wrong("a class of what it is not"));
        }
        let mut class = Vec::new();
        while !self.take(b']') {
            let first = match self.next()? {
                b'\\' => {
                    let escaped = self.escaped()?;
                    if escaped.len() > 1 || escaped.iter().any(|(first, last)| first != last) {
                        class.extend(escaped);
                        continue;
                    }
                    escaped[0].0
                }
                byte => byte,
            };
            let is_range = self.peek() == Some(b'-') && self.text.get(self.position + 1) != Some(&b']');
            if is_range {
                self.position += 1;
                let last = self.next()?;
                class.push((first, last));
            } else {
                class.push((first, first));
            }
        }
        Ok(class)
    }

    fn escaped(&mut self) -> Result<Vec<(u8, u8)>, Error> {
        Ok(match self.next()? {
            b'd' => vec![(b'0', b'9')],
            b's' => vec![(b' ', b' '), (b'\t', b'\r')],
            b'n' => vec![(b'\n', b'\n')],
            b'r' => vec![(b'\r', b'\r')],
            byte if byte.is_ascii_alphanumeric() => return Err(self.wrong("an escape that is not known")),
            byte => vec![(byte, byte)],
        })
    }

    /// How often, at least and at most.
    fn count(&mut self) -> Result<(usize, Option<usize>), Error> {
        if self.take(b'?') {
            return Ok((0, Some(1)));
        }
        if self.take(b'*') {
            return Ok((0, None));
        }
        if self.take(b'+') {
            return Ok((1, None));
        }
        if !self.take(b'{') {
            return Ok((1, Some(1)));
        }
        let least = self.digits()?;
        let most = if !self.take(b',') {
            Some(least)
        } else if self.peek() == Some(b'}') {
            None
        } else {
            Some(self.digits()?)
        };
        if self.take(b'}') {
            Ok((least, most))
        } else {
            Err(self.wrong("a count is not closed"))
        }
    }

    fn digits(&mut self) -> Result<usize, Error> {
        let start = self.position;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
        }
        let digits = std::str::from_utf8(&self.text[start..self.position]).unwrap_or_default();
        digits.parse().map_err(|_| self.wrong("a count is no number"))
    }
}

fn byte_literal(byte: u8) -> Literal {
    Literal::byte_character(byte)
}

fn literal(text: &mut String) -> Option<TokenStream> {
    let text = std::mem::take(text);
    (!text.is_empty()).then(|| quote!(Piece::Text(#text)))
}

#[cfg(test)]
mod tests {
    use super::alternatives;

    #[test]
    fn pattern_is_taken_apart() {
        for (pattern, expected) in [
            ("^ab\\.$", "&[&[Piece::Text(\"ab.\")]]"),
            ("^\\d+$", "&[&[Piece::Bytes(&[(b'0',b'9')],1,usize::MAX)]]"),
            (
                "^[a-f_\\-]{2,}$",
                "&[&[Piece::Bytes(&[(b'a',b'f'),(b'_',b'_'),(b'-',b'-')],2,usize::MAX)]]",
            ),
            (
                "^(0x)?a|b{3}$",
                "&[&[Piece::Optional(&[&[Piece::Text(\"0x\")]]),Piece::Text(\"a\")],&[Piece::Bytes(&[(b'b',b'b')],3,3)]]",
            ),
        ] {
            let found = alternatives(pattern).expect(pattern).to_string().replace(' ', "");
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for pattern in [
            "a", "^.$", "^(a)+$", "^[^a]$", "^\\w$", "^a)$", "^(a$", "^a{2$", "^(?=a)$", "^ä$",
        ] {
            assert!(alternatives(pattern).is_err(), "{pattern}");
        }
    }
}
