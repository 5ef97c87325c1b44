//! PKCS#8 and SEC1, taken apart: which algorithm, which curve, and where the key stands.
//!
//! By hand, since the parsers for any type of ASN.1 are generic over everything, and were an eighth of what this crate compiled
//! to; these two need a tag, a length and what is between. Only DER is read: each value in its shortest form, and nothing
//! behind the last.
//!
//! Invariant: nothing is copied, so that no secret is left behind.

use std::fmt::Write as _;

use super::der::{self, BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SECOND_FIELD, SEQUENCE};

/// `[0]`, constructed: the attributes in PKCS#8, the curve in SEC1.
const FIRST_FIELD: u8 = 0xa0;
/// `[1]` in place of the tag of a bit string: the public key in PKCS#8.
const PUBLIC_KEY: u8 = 0x81;

/// An object identifier, as it stands in DER.
pub(super) type Identifier<'a> = &'a [u8];

/// `PrivateKeyInfo` of RFC 5958.
pub(super) struct Pkcs8<'a> {
    pub(super) algorithm: Identifier<'a>,
    /// The parameters of the algorithm, if they are an object identifier: the name of a curve.
    pub(super) curve: Option<Identifier<'a>>,
    /// The private key in the form of its algorithm.
    pub(super) key: &'a [u8],
    pub(super) public_key: Option<&'a [u8]>,
}

/// `ECPrivateKey` of RFC 5915.
pub(super) struct Sec1<'a> {
    pub(super) curve: Option<Identifier<'a>>,
    /// The number.
    pub(super) key: &'a [u8],
    /// The point.
    pub(super) public_key: Option<&'a [u8]>,
}

/// Bytes that are not what they should be.
pub(super) struct Invalid;

/// Reads PKCS#8.
pub(super) fn pkcs8(der: &[u8]) -> Result<Pkcs8<'_>, Invalid> {
    let mut fields = Fields(only(der, SEQUENCE)?);
    let version = fields.required(INTEGER)?;
    let mut algorithm = Fields(fields.required(SEQUENCE)?);
    let key = fields.required(OCTET_STRING)?;
    let _attributes = fields.optional(FIRST_FIELD)?;
    let public_key = fields.optional(PUBLIC_KEY)?;
    // The second version is the one with a public key.
    if version != [u8::from(public_key.is_some())] {
        return Err(Invalid);
    }
    // What a later version may add.
    while let Some((tag, _)) = fields.next()? {
        if tag & 0xc0 != 0x80 {
            return Err(Invalid);
        }
    }
    let info = Pkcs8 {
        algorithm: identifier(algorithm.required(OBJECT_IDENTIFIER)?)?,
        curve: match algorithm.next()? {
            Some((OBJECT_IDENTIFIER, curve)) => Some(identifier(curve)?),
            _ => None,
        },
        key,
        public_key: match public_key {
            Some(bits) => Some(bytes(bits)?),
            None => None,
        },
    };
    algorithm.end(info)
}

/// Reads SEC1 with a named curve, or none.
pub(super) fn sec1(der: &[u8]) -> Result<Sec1<'_>, Invalid> {
    let mut fields = Fields(only(der, SEQUENCE)?);
    if fields.required(INTEGER)? != [1] {
        return Err(Invalid);
    }
    let key = Sec1 {
        key: fields.required(OCTET_STRING)?,
        curve: match fields.optional(FIRST_FIELD)? {
            Some(curve) => Some(identifier(only(curve, OBJECT_IDENTIFIER)?)?),
            None => None,
        },
        public_key: match fields.optional(SECOND_FIELD)? {
            Some(bits) => Some(bytes(only(bits, BIT_STRING)?)?),
            None => None,
        },
    };
    fields.end(key)
}

/// An object identifier as people write it: `1.2.840.10045.3.1.7`.
pub(super) fn dotted(identifier: Identifier<'_>) -> String {
    let mut text = String::new();
    let mut arc = 0_u64;
    for byte in identifier {
        arc = (arc << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // Text takes everything.
        let _ = if text.is_empty() {
            let first = (arc / 40).min(2);
            write!(text, "{first}.{}", arc - 40 * first)
        } else {
            write!(text, ".{arc}")
        };
        arc = 0;
    }
    text
}

/// The same, if it is whole: no number without its end, or longer than one that can be shown.
fn identifier(content: &[u8]) -> Result<Identifier<'_>, Invalid> {
    let is_whole = content.last().is_some_and(|last| last & 0x80 == 0);
    let mut numbers = content.split_inclusive(|byte| byte & 0x80 == 0);
    if is_whole && numbers.all(|number| number.len() <= 9 && number.first() != Some(&0x80)) {
        return Ok(content);
    }
    Err(Invalid)
}

/// A bit string of whole bytes.
fn bytes(content: &[u8]) -> Result<&[u8], Invalid> {
    match content {
        [0, bytes @ ..] => Ok(bytes),
        _ => Err(Invalid),
    }
}

/// The content of the one value that there is.
fn only(input: &[u8], tag: u8) -> Result<&[u8], Invalid> {
    match der::read(input) {
        Some((found, content, [])) if found == tag => Ok(content),
        _ => Err(Invalid),
    }
}

/// Values that stand one behind the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Tag and content of the next value, if there is one.
    fn next(&mut self) -> Result<Option<(u8, &'a [u8])>, Invalid> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (tag, content, rest) = der::read(self.0).ok_or(Invalid)?;
        self.0 = rest;
        Ok(Some((tag, content)))
    }

    /// The next value, which has this tag.
    fn required(&mut self, tag: u8) -> Result<&'a [u8], Invalid> {
        match self.next()? {
            Some((found, content)) if found == tag => Ok(content),
            _ => Err(Invalid),
        }
    }

    /// The next value, if it has this tag.
    fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Invalid> {
        if self.0.first() == Some(&tag) {
            return self.required(tag).map(Some);
        }
        Ok(None)
    }

    /// What was read, if there is nothing more.
    fn end<T>(self, read: T) -> Result<T, Invalid> {
        if self.0.is_empty() { Ok(read) } else { Err(Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PKCS#8 with these fields behind the algorithm Ed25519.
    fn ed25519(version: u8, rest: &[&[u8]]) -> Vec<u8> {
        let algorithm = der::write(SEQUENCE, &der::write(OBJECT_IDENTIFIER, &[0x2b, 0x65, 0x70]));
        der::write(
            SEQUENCE,
            &[&der::write(INTEGER, &[version]), &algorithm, &rest.concat()[..]].concat(),
        )
    }

    #[test]
    fn pkcs8_has_a_public_key_in_its_second_version_and_only_there() {
        let key = der::write(OCTET_STRING, b"key");
        let public = der::write(PUBLIC_KEY, b"\0public");
        let attributes = der::write(FIRST_FIELD, b"");
        let read = |der: &[u8]| pkcs8(der).ok().map(|info| info.public_key.map(<[u8]>::to_vec));
        assert_eq!(read(&ed25519(0, &[&key])), Some(None));
        assert_eq!(read(&ed25519(0, &[&key, &attributes])), Some(None));
        assert_eq!(read(&ed25519(1, &[&key, &public])), Some(Some(b"public".to_vec())));
        assert_eq!(
            read(&ed25519(1, &[&key, &attributes, &public])),
            Some(Some(b"public".to_vec()))
        );
        for (version, fields) in [(0, vec![&key, &public]), (1, vec![&key]), (2, vec![&key]), (0, vec![])] {
            let fields: Vec<&[u8]> = fields.into_iter().map(Vec::as_slice).collect();
            assert_eq!(read(&ed25519(version, &fields)), None, "{version} {fields:?}");
        }
    }

    #[test]
    fn what_stands_behind_the_last_value_is_not_passed_over() {
        let key = der::write(OCTET_STRING, b"key");
        let whole = ed25519(0, &[&key]);
        assert!(pkcs8(&whole).is_ok());
        assert!(pkcs8(&[&whole[..], b"x"].concat()).is_err());
        assert!(pkcs8(&ed25519(0, &[&key, &key])).is_err());
        let sec1_of = |rest: &[u8]| der::write(SEQUENCE, &[&[INTEGER, 1, 1], &key[..], rest].concat());
        assert!(sec1(&sec1_of(b"")).is_ok());
        assert!(sec1(&sec1_of(&key)).is_err());
    }

    #[test]
    fn a_length_that_could_be_shorter_is_no_der() {
        for long in [&[SEQUENCE, 0x81, 0][..], &[SEQUENCE, 0x82, 0, 0x80], &[SEQUENCE, 0x80]] {
            assert!(der::read(&[long, &[0; 0x80]].concat()).is_none(), "{long:?}");
        }
    }

    #[test]
    fn identifiers_are_shown_in_numbers() {
        for (content, text) in [
            (&[0x2b, 0x65, 0x70][..], "1.3.101.112"),
            (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], "1.2.840.10045.3.1.7"),
            (&[0x00], "0.0"),
            (&[0x88, 0x37, 0x03], "2.999.3"),
        ] {
            assert_eq!(identifier(content).ok().map(dotted).as_deref(), Some(text));
        }
        for damaged in [&[][..], &[0x2b, 0x86], &[0x2b, 0x80, 0x01], &[0xff; 10]] {
            assert!(identifier(damaged).is_err(), "{damaged:?}");
        }
    }

    #[test]
    fn no_bytes_are_more_than_refused() {
        let whole = ed25519(
            1,
            &[&der::write(OCTET_STRING, b"key"), &der::write(PUBLIC_KEY, b"\0public")],
        );
        for position in 0..whole.len() {
            assert!(pkcs8(&whole[..position]).is_err());
            for byte in 0..=u8::MAX {
                let mut damaged = whole.clone();
                damaged[position] = byte;
                let _ = pkcs8(&damaged);
                let _ = sec1(&damaged);
            }
        }
    }
}
