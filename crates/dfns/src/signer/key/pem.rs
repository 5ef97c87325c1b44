//! Finds the private key in PEM text.
//!
//! Invariant: an error names a line and what is wrong there, never what stands there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;

/// The forms in which PEM text can hold a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `PRIVATE KEY`
    Pkcs8,
    /// `ENCRYPTED PRIVATE KEY`
    EncryptedPkcs8,
    /// `EC PRIVATE KEY`
    Sec1,
    /// `RSA PRIVATE KEY`
    Pkcs1,
}

pub(super) const ACCEPTED: &str =
    "`PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY` (PKCS#1) in PEM text";

/// The first private key in the text: its form and its DER bytes.
pub(super) fn read(text: &str) -> Result<(Form, Zeroizing<Vec<u8>>), KeyError> {
    // Some editors put a mark of the byte order in front.
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    while let Some((line, content)) = lines.next() {
        let Some(label) = content.strip_prefix("-----BEGIN ") else {
            continue;
        };
        let whole = label.strip_suffix("-----").filter(|label| !has(label, "-----"));
        let Some(label) = whole else {
            return Err(KeyError::Pem {
                line,
                problem: unfinished_begin(label),
            });
        };
        let form = match label {
            "PRIVATE KEY" => Form::Pkcs8,
            "EC PRIVATE KEY" => Form::Sec1,
            "RSA PRIVATE KEY" => Form::Pkcs1,
            "ENCRYPTED PRIVATE KEY" => Form::EncryptedPkcs8,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(KeyError::PublicKey),
            // OpenSSL writes the curve in front of an EC key; the key names its curve itself.
            "EC PARAMETERS" => continue,
            other => {
                return Err(KeyError::WrongForm {
                    found: quote(other),
                    expected: ACCEPTED,
                });
            }
        };
        return Ok((form, read_body(label, line, lines)?));
    }
    Err(KeyError::Pem {
        line: 1,
        problem: "no `-----BEGIN … PRIVATE KEY-----` line in the whole text",
    })
}

fn read_body<'a>(
    label: &str,
    begin: usize,
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut body = Zeroizing::new(String::new());
    let mut last = begin;
    for (line, content) in lines {
        last = line;
        if let Some(end) = content.strip_prefix("-----END ") {
            if end.strip_suffix("-----") != Some(label) {
                return Err(KeyError::Pem {
                    line,
                    problem: "the END line does not repeat the label of the BEGIN line",
                });
            }
            return match STANDARD.decode(body.as_bytes()) {
                Ok(der) if !der.is_empty() => Ok(Zeroizing::new(der)),
                Ok(_) => Err(KeyError::Pem {
                    line,
                    problem: "there is nothing between BEGIN and END",
                }),
                Err(_) => Err(KeyError::Pem {
                    line,
                    problem: "the base64 text before END is cut short or badly padded",
                }),
            };
        }
        if content.starts_with("Proc-Type:") && content.ends_with("ENCRYPTED") {
            let found = "the traditional OpenSSL encryption, which is too weak";
            return Err(KeyError::UnsupportedEncryption { found });
        }
        if !content
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        {
            return Err(KeyError::Pem {
                line,
                problem: "a character that is not base64",
            });
        }
        body.push_str(content);
    }
    Err(KeyError::Pem {
        line: last,
        problem: "the text ends without an END line",
    })
}

fn unfinished_begin(rest: &str) -> &'static str {
    if has(rest, "\\n") {
        "line breaks are written as the two characters \\n, expected real line breaks"
    } else if has(rest, "-----") {
        "the key stands on the BEGIN line, expected it on the lines below"
    } else {
        "the BEGIN line does not end in -----"
    }
}

/// What `str::contains` does, whose search for long texts is a lot of code.
fn has(text: &str, piece: &str) -> bool {
    let mut windows = text.as_bytes().windows(piece.len());
    windows.any(|window| window == piece.as_bytes())
}

/// PEM text with lines of 64 characters.
pub(crate) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    // With room for everything, so that no copy of a secret is left behind by growing.
    let mut pem = Zeroizing::new(String::with_capacity(
        body.len() + body.len() / 64 + 2 * label.len() + 40,
    ));
    pem.push_str("-----BEGIN ");
    pem.push_str(label);
    pem.push_str("-----\n");
    for line in body.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}

/// A label, unless it looks like something that strayed there.
fn quote(label: &str) -> String {
    let plain = label.len() <= 40
        && label
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'0'..=b'9'));
    if plain {
        format!("`{label}`")
    } else {
        "an unknown PEM label".to_owned()
    }
}
