//! A body with a file: the form `multipart/form-data` of RFC 7578, JSON in its part `data`, the file in its part `file`.
//!
//! Invariant: no part holds the boundary, and nothing in a file's name ends the line that it stands in.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

/// What every boundary begins with, and its delimiter too after two dashes.
const PREFIX: &[u8] = b"--dfns-form-";
/// So many hexadecimal digits follow, so that no boundary is the beginning of another one.
const DIGITS: usize = 16;
/// What a file is called by the API's own clients.
const DEFAULT_NAME: &str = "upload.bin";

/// A file that goes beside the JSON of a call. Cheap to clone: the clones share its content.
///
/// Made of bytes, by itself or by `into()`; it is in memory as a whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    name: String,
    content: Bytes,
}

impl Upload {
    /// A file called `upload.bin`.
    pub fn new(content: impl Into<Bytes>) -> Self {
        Self {
            name: DEFAULT_NAME.to_owned(),
            content: content.into(),
        }
    }

    /// The same file under another name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// The name that the API is told.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of the file.
    pub fn content(&self) -> &Bytes {
        &self.content
    }
}

impl From<Bytes> for Upload {
    fn from(content: Bytes) -> Self {
        Self::new(content)
    }
}

impl From<Vec<u8>> for Upload {
    fn from(content: Vec<u8>) -> Self {
        Self::new(content)
    }
}

impl From<&'static [u8]> for Upload {
    fn from(content: &'static [u8]) -> Self {
        Self::new(content)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Upload({:?}, {} bytes)", self.name, self.content.len())
    }
}

/// The form of the two, with its media type. The same for the same parts, whenever it is made.
pub(super) fn encode(data: &[u8], file: &Upload) -> (HeaderValue, Bytes) {
    let delimiter = delimiter(&[data, &file.content, file.name.as_bytes()]);
    let name = escaped(&file.name);
    let pieces: [&[u8]; 12] = [
        delimiter.as_bytes(),
        b"\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n",
        data,
        b"\r\n",
        delimiter.as_bytes(),
        b"\r\nContent-Disposition: form-data; name=\"file\"; filename=\"",
        name.as_bytes(),
        b"\"\r\nContent-Type: application/octet-stream\r\n\r\n",
        &file.content,
        b"\r\n",
        delimiter.as_bytes(),
        b"--\r\n",
    ];
    let boundary = delimiter.trim_start_matches('-');
    // A boundary is letters, digits and dashes.
    let media_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
        .unwrap_or(HeaderValue::from_static("multipart/form-data"));
    (media_type, pieces.concat().into())
}

/// The first delimiter that none of the parts holds. One look at each is enough, whatever somebody has put into them.
fn delimiter(parts: &[&[u8]]) -> String {
    let mut taken: Vec<u64> = parts.iter().flat_map(|part| numbers(part)).collect();
    taken.sort_unstable();
    let free = taken
        .iter()
        .fold(0, |free, taken| if *taken == free { free + 1 } else { free });
    format!("{}{free:0width$x}", String::from_utf8_lossy(PREFIX), width = DIGITS)
}

/// The numbers of all delimiters in a part.
fn numbers(part: &[u8]) -> impl Iterator<Item = u64> {
    let length = PREFIX.len() + DIGITS;
    part.windows(length).filter_map(|window| {
        let digits = window.strip_prefix(PREFIX)?;
        u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    })
}

/// As browsers write it (WHATWG's `multipart/form-data`): what would end the name or its line is percent-encoded.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
