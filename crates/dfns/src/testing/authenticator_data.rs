//! What an authenticator states about itself and its user: `authData` of a registration, `authenticatorData` of an
//! assertion.

use ring::digest::{SHA256, digest};

use super::passkey::Passkey;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED_CREDENTIAL: u8 = 0x40;
/// The model of the authenticator. All zero: it does not say.
const MODEL: [u8; 16] = [0; 16];

/// What happened to the user while the authenticator was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceremony {
    pub(super) user_present: bool,
    pub(super) user_verified: bool,
}

impl Ceremony {
    fn flags(self) -> u8 {
        let present = if self.user_present { USER_PRESENT } else { 0 };
        let verified = if self.user_verified { USER_VERIFIED } else { 0 };
        present | verified
    }

    /// The 37 bytes of an assertion: hash of the relying party, flags, counter.
    pub(super) fn assertion(self, passkey: &Passkey) -> Vec<u8> {
        self.header(passkey, 0)
    }

    /// Those and the new credential: model, id, COSE key.
    pub(super) fn registration(self, passkey: &Passkey) -> Vec<u8> {
        let mut data = self.header(passkey, ATTESTED_CREDENTIAL);
        data.extend(MODEL);
        // Ids are 32 bytes, or what a test handed in, which `Passkey` holds to the 1023 bytes of the standard.
        data.extend(u16::try_from(passkey.id.len()).unwrap_or(u16::MAX).to_be_bytes());
        data.extend_from_slice(&passkey.id);
        data.extend(passkey.key.cose().encode());
        data
    }

    fn header(self, passkey: &Passkey, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, passkey.relying_party.as_bytes()).as_ref().to_vec();
        data.push(self.flags() | more);
        data.extend(passkey.sign_count.to_be_bytes());
        data
    }
}
