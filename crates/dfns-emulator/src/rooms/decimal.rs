//! Amounts in whole units, for those who do not count in the smallest ones.

use dfns_types::Amount;

/// An amount that counts units of 10^-`places`, as decimal text without zeros at its end.
pub(super) fn decimal(amount: &Amount, places: usize) -> String {
    let digits = format!("{:0>width$}", amount.as_str(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn the_point_stands_before_the_last_places() {
        let shown = |digits: &str, places| decimal(&digits.parse().unwrap(), places);
        assert_eq!(shown("0", 18), "0");
        assert_eq!(shown("1500000", 6), "1.5");
        assert_eq!(shown("7", 2), "0.07");
        assert_eq!(shown("100", 2), "1");
        assert_eq!(shown("42", 0), "42");
    }
}
