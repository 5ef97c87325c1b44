//! Files that calls send beside their JSON.
//!
//! Invariant: the checksum that is signed is that of the file that is sent.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::Upload;

/// What the body of a form says of its file, so that the signature over the body holds for the file too: SHA-256, in
/// lower-case hexadecimal digits.
pub(crate) fn checksum(file: &Upload) -> String {
    Sha256::digest(file.content())
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ok = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::checksum;
    use crate::Upload;

    #[test]
    fn checksum_is_sha_256_in_lower_case_digits() {
        // The vector of FIPS 180.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checksum(&Upload::new("abc").named("letters")), expected);
    }
}
