//! Amounts of an asset, in its smallest unit.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An amount in the smallest unit of its asset (wei, lamport, satoshi): a whole number of any size, never a float.
///
/// On the wire it is text of decimal digits, `"1000000000000000000"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Amount(Box<str>);

/// Text that is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountError(Box<str>);

impl fmt::Display for AmountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?} is no amount, expected 1 to {MAX_DIGITS} decimal digits",
            self.0
        )
    }
}

impl std::error::Error for AmountError {}

/// 2^256 has 78 digits; no chain counts further.
const MAX_DIGITS: usize = 78;

impl Amount {
    /// No unit at all.
    pub fn zero() -> Self {
        Self("0".into())
    }

    /// The digits, without leading zeros.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the amount is zero.
    pub fn is_zero(&self) -> bool {
        &*self.0 == "0"
    }

    /// The value, if it fits 128 bits.
    pub fn to_u128(&self) -> Option<u128> {
        self.0.parse().ok()
    }

    /// The sum; `None` if it has more than 78 digits.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        let (mut left, mut right) = (self.digits_from_the_right(), other.digits_from_the_right());
        let (mut digits, mut carry) = (Vec::with_capacity(self.0.len().max(other.0.len()) + 1), 0);
        loop {
            let (a, b) = (left.next(), right.next());
            if a.is_none() && b.is_none() && carry == 0 {
                return Self::from_digits_reversed(digits);
            }
            let sum = a.unwrap_or(0) + b.unwrap_or(0) + carry;
            digits.push(sum % 10);
            carry = sum / 10;
        }
    }

    /// The difference; `None` if `other` is the larger.
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        if *self < *other {
            return None;
        }
        let mut right = other.digits_from_the_right();
        let (mut digits, mut borrow) = (Vec::with_capacity(self.0.len()), 0);
        for a in self.digits_from_the_right() {
            let b = right.next().unwrap_or(0) + borrow;
            borrow = u8::from(a < b);
            digits.push(a + 10 * borrow - b);
        }
        Self::from_digits_reversed(digits)
    }

    fn digits_from_the_right(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().rev().map(|digit| digit - b'0')
    }

    fn from_digits_reversed(mut digits: Vec<u8>) -> Option<Self> {
        while digits.len() > 1 && digits.last() == Some(&0) {
            digits.pop();
        }
        let text: String = digits.iter().rev().map(|&digit| char::from(b'0' + digit)).collect();
        if text.is_empty() {
            Some(Self::zero())
        } else {
            text.parse().ok()
        }
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AmountError(text.into()));
        }
        let digits = text.trim_start_matches('0');
        match digits.len() {
            0 => Ok(Self::zero()),
            1..=MAX_DIGITS => Ok(Self(digits.into())),
            _ => Err(AmountError(text.into())),
        }
    }
}

impl From<u64> for Amount {
    fn from(value: u64) -> Self {
        Self(value.to_string().into())
    }
}

impl From<u128> for Amount {
    fn from(value: u128) -> Self {
        Self(value.to_string().into())
    }
}

impl From<&Amount> for Amount {
    fn from(value: &Amount) -> Self {
        value.clone()
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::open_enum::deserialize_text(deserializer, "Amount", str::parse)?.map_err(serde::de::Error::custom)
    }
}
