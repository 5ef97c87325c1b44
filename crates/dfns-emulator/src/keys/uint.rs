//! Unsigned integers of 256 bits, as requests write them and as chains store them.
//!
//! Invariant: a number that does not fit is refused, never cut.

use serde_json::Value;

use super::hex;

/// An unsigned integer in 32 big-endian bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Uint256(pub(crate) [u8; 32]);

impl Uint256 {
    /// Reads decimal digits, or `0x` and hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("0x") {
            Some(digits) if (1..=64).contains(&digits.len()) => hex::decode_array(&format!("{digits:0>64}")).map(Self),
            Some(_) => None,
            None => Self::parse_decimal(text),
        }
    }

    fn parse_decimal(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > 78 {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for digit in text.bytes() {
            if !digit.is_ascii_digit() {
                return None;
            }
            let mut carry = u16::from(digit - b'0');
            for byte in bytes.iter_mut().rev() {
                let value = u16::from(*byte) * 10 + carry;
                let [high, low] = value.to_be_bytes();
                *byte = low;
                carry = u16::from(high);
            }
            if carry != 0 {
                return None;
            }
        }
        Some(Self(bytes))
    }

    /// Reads a JSON integer or a text; numbers with a fraction or an exponent give nothing.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => number.as_u64().map(Self::from),
            _ => None,
        }
    }

    /// The bytes without the leading zeros; none for zero.
    pub(crate) fn significant(&self) -> &[u8] {
        let zeros = self.0.iter().take_while(|byte| **byte == 0).count();
        &self.0[zeros..]
    }

    /// How many bits the number needs.
    pub(crate) fn bits(&self) -> usize {
        let bytes = self.significant();
        bytes
            .first()
            .map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize)
    }

    /// The number, if it fits into 64 bits.
    pub(crate) fn to_u64(self) -> Option<u64> {
        if self.bits() > 64 {
            return None;
        }
        self.0[24..].try_into().ok().map(u64::from_be_bytes)
    }

    /// The number, if it fits into 128 bits.
    pub(crate) fn to_u128(self) -> Option<u128> {
        if self.bits() > 128 {
            return None;
        }
        self.0[16..].try_into().ok().map(u128::from_be_bytes)
    }

    /// The number in decimal digits.
    pub(crate) fn to_decimal(self) -> String {
        let (mut bytes, mut digits) = (self.0, Vec::new());
        while bytes.iter().any(|byte| *byte != 0) {
            let mut rest = 0_u16;
            for byte in &mut bytes {
                let value = rest * 256 + u16::from(*byte);
                // Less than 256, because the rest of a division by ten is less than ten.
                *byte = u8::try_from(value / 10).unwrap_or(u8::MAX);
                rest = value % 10;
            }
            digits.push(char::from(b'0' + u8::try_from(rest).unwrap_or(0)));
        }
        if digits.is_empty() {
            digits.push('0');
        }
        digits.into_iter().rev().collect()
    }

    /// The two's complement: what a negative number of this size is stored as.
    pub(crate) fn negated(self) -> Self {
        let mut bytes = self.0.map(|byte| !byte);
        for byte in bytes.iter_mut().rev() {
            let (sum, overflowed) = byte.overflowing_add(1);
            *byte = sum;
            if !overflowed {
                break;
            }
        }
        Self(bytes)
    }
}

impl From<u64> for Uint256 {
    fn from(number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&number.to_be_bytes());
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Uint256;

    #[test]
    fn decimal_hexadecimal_and_json_numbers_are_the_same_number() {
        for value in [json!(1_000_000), json!("1000000"), json!("0xf4240"), json!("0x00f4240")] {
            assert_eq!(Uint256::from_json(&value), Some(Uint256::from(1_000_000)), "{value}");
        }
    }

    #[test]
    fn the_largest_number_fits_and_the_next_does_not() {
        let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(Uint256::parse(largest), Some(Uint256([0xff; 32])));
        assert_eq!(
            Uint256::parse("115792089237316195423570985008687907853269984665640564039457584007913129639936"),
            None
        );
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        for value in [
            json!("-1"),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("0x"),
            json!("1e3"),
            json!(null),
            json!("0xg"),
        ] {
            assert_eq!(Uint256::from_json(&value), None, "{value}");
        }
    }

    #[test]
    fn bits_and_negation_follow_the_value() {
        assert_eq!(Uint256::default().bits(), 0);
        assert_eq!(Uint256::from(256).bits(), 9);
        assert_eq!(Uint256::from(1).negated(), Uint256([0xff; 32]));
        assert_eq!(Uint256::default().negated(), Uint256::default());
        assert_eq!(Uint256([0xff; 32]).to_u64(), None);
        assert_eq!(Uint256::from(7).to_u64(), Some(7));
    }

    #[test]
    fn a_number_is_written_as_it_was_read() {
        let most = format!("0x{}", "f".repeat(64));
        let digits = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(Uint256::parse(&most).unwrap().to_decimal(), digits);
        for digits in ["0", "7", "10", "256", "1000000000000000000"] {
            assert_eq!(Uint256::parse(digits).unwrap().to_decimal(), digits);
        }
    }
}
