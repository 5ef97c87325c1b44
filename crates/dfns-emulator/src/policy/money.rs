//! Amounts of US dollars, exact, for rules that compare them with limits.
//!
//! Invariant: what cannot be represented is more than every limit, never less, and rounding goes up: in doubt a rule
//! triggers.

use std::fmt;

/// How many decimal places are kept.
const PLACES: u32 = 18;
const ONE: u128 = 10_u128.pow(PLACES);

/// An amount of US dollars, in units of 10^-18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Usd(u128);

impl Usd {
    /// The amount that a number of JSON stands for; `None` for one below zero. Places beyond the eighteenth are cut off.
    pub(crate) fn of_number(number: f64) -> Option<Self> {
        if !number.is_finite() || number.is_sign_negative() && number != 0.0 {
            return None;
        }
        // The shortest text that reads back as the number: what its author wrote, not what the machine made of it.
        let text = number.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction: String = fraction.chars().chain("0".repeat(18).chars()).take(18).collect();
        let units = whole
            .parse::<u128>()
            .ok()
            .and_then(|whole| whole.checked_mul(ONE))
            .and_then(|whole| whole.checked_add(fraction.parse::<u128>().ok()?));
        // One less than what an amount that is too large becomes, which so stays above every limit.
        Some(Self(units.unwrap_or(u128::MAX - 1)))
    }

    /// What an amount of an asset is worth; `None` if it cannot be told. `digits` is the amount in the smallest unit,
    /// `decimals` the decimal places that such a unit stands for, `price` that of a whole one.
    pub(crate) fn worth(digits: &str, decimals: u8, price: Self) -> Option<Self> {
        if price.0 == 0 {
            return Some(Self(0));
        }
        let unit = 10_u128.checked_pow(u32::from(decimals))?;
        // An amount beyond 128 bits is worth more than any limit, unless its units are worth next to nothing.
        let Ok(amount) = digits.parse::<u128>() else {
            return Some(Self(u128::MAX));
        };
        Some(Self(product_by(amount, price.0, unit)))
    }

    /// The sum of two amounts.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The amount as a number of JSON, as exactly as one can be.
    pub(crate) fn to_number(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::MAX)
    }
}

/// `first * second / divisor`, rounded up, and the largest number if it is larger than that.
fn product_by(first: u128, second: u128, divisor: u128) -> u128 {
    let (mut high, mut low) = wide_product(first, second);
    let mut quotient = 0_u128;
    let mut rest = 0_u128;
    // Division as on paper, bit by bit; the rest is below the divisor, and doubling it fits since a divisor is at most
    // 10^38, less than half of the largest number.
    for _ in 0..256 {
        if quotient >> 127 == 1 {
            return u128::MAX;
        }
        rest = (rest << 1) | (high >> 127);
        high = (high << 1) | (low >> 127);
        low <<= 1;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    quotient.saturating_add(u128::from(rest > 0))
}

/// The upper and lower half of a product.
fn wide_product(first: u128, second: u128) -> (u128, u128) {
    const HALF: u128 = u64::MAX as u128;
    let (first_high, first_low) = (first >> 64, first & HALF);
    let (second_high, second_low) = (second >> 64, second & HALF);
    let low = first_low * second_low;
    let middle = first_high * second_low + (low >> 64);
    let other_middle = first_low * second_high + (middle & HALF);
    let high = first_high * second_high + (middle >> 64) + (other_middle >> 64);
    (high, (other_middle << 64) | (low & HALF))
}

/// `USD 12.5`: without zeros at the end.
impl fmt::Display for Usd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / ONE, self.0 % ONE);
        let fraction = format!("{fraction:018}");
        match fraction.trim_end_matches('0') {
            "" => write!(formatter, "{whole}"),
            fraction => write!(formatter, "{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(number: f64) -> Usd {
        Usd::of_number(number).unwrap()
    }

    #[test]
    fn an_amount_is_worth_its_share_of_the_price() {
        let worth = |digits, decimals, price| Usd::worth(digits, decimals, usd(price)).unwrap();
        assert_eq!(worth("400000000000000000", 18, 2_500.0), usd(1_000.0));
        assert_eq!(worth("3", 1, 0.1), usd(0.03));
        assert_eq!(worth("1500000", 6, 1.0).to_string(), "1.5");
        assert_eq!(worth("1000000000000000000000000", 24, 3.0), usd(3.0));
        assert_eq!(worth("0", 8, 60_000.0), usd(0.0));
        assert_eq!(worth("7", 0, 0.0), usd(0.0));
    }

    #[test]
    fn a_sum_that_floating_point_would_miss_is_exact() {
        let tenth = usd(0.1);
        assert_eq!(tenth.plus(tenth).plus(tenth), usd(0.3));
    }

    #[test]
    fn what_is_too_small_to_be_represented_rounds_up() {
        assert_eq!(Usd::worth("1", 24, usd(1.0)), Some(Usd(1)));
    }

    #[test]
    fn what_is_too_large_is_more_than_every_limit() {
        let limit = usd(f64::MAX);
        for huge in ["340282366920938463463374607431768211455", &"9".repeat(78)] {
            assert!(Usd::worth(huge, 0, usd(1.0)).unwrap() > limit, "{huge}");
        }
    }

    #[test]
    fn an_asset_of_absurd_decimals_has_no_known_worth() {
        assert_eq!(Usd::worth("1", 60, usd(1.0)), None);
    }

    #[test]
    fn only_numbers_from_zero_on_are_amounts() {
        assert_eq!(Usd::of_number(-0.5), None);
        assert_eq!(Usd::of_number(f64::NAN), None);
        assert_eq!(Usd::of_number(-0.0), Some(Usd(0)));
        assert_eq!(usd(1e21).to_string(), "340282366920938463463.374607431768211454");
    }

    #[test]
    fn an_amount_goes_out_as_the_number_that_came_in() {
        for number in [0.0, 0.1, 20.0, 1234.56, 1e-7] {
            assert_eq!(usd(number).to_number().to_string(), number.to_string());
        }
    }
}
