//! Shamir's secret sharing: a secret is the value at zero of a polynomial, the shares are its values at 1, 2, 3, …

use super::group::Group;

/// The value at `at` of the polynomial that goes through the points; nothing if two points have the same place.
pub(super) fn interpolate<G: Group>(points: &[(u64, G::Scalar)], at: u64) -> Option<G::Scalar> {
    let place = G::Scalar::from(at);
    let mut sum = G::Scalar::from(0);
    for (number, (this, value)) in points.iter().enumerate() {
        let this = G::Scalar::from(*this);
        let (mut above, mut below) = (*value, G::Scalar::from(1));
        for (_, (other, _)) in points.iter().enumerate().filter(|(index, _)| *index != number) {
            let other = G::Scalar::from(*other);
            above = above * (place - other);
            below = below * (this - other);
        }
        sum = sum + above * G::invert(&below)?;
    }
    Some(sum)
}

/// The values at 1 to `count` of the polynomial with these coefficients, the secret first.
pub(super) fn split<G: Group>(coefficients: &[G::Scalar], count: u64) -> Vec<(u64, G::Scalar)> {
    let value_at = |place: u64| {
        let place = G::Scalar::from(place);
        coefficients
            .iter()
            .rev()
            .fold(G::Scalar::from(0), |sum, coefficient| sum * place + *coefficient)
    };
    (1..=count).map(|place| (place, value_at(place))).collect()
}

/// The secret behind the shares at 1, 2, 3, …, if they all lie on one polynomial that `threshold` of them determine.
pub(super) fn combine<G: Group>(shares: &[G::Scalar], threshold: usize) -> Option<G::Scalar> {
    let points: Vec<(u64, G::Scalar)> = (1..).zip(shares.iter().copied()).collect();
    let (enough, others) = points.split_at_checked(threshold)?;
    for (place, value) in others {
        if interpolate::<G>(enough, *place)? != *value {
            return None;
        }
    }
    interpolate::<G>(enough, 0)
}

#[cfg(test)]
mod tests {
    use super::super::group::{Ed25519, Group, Secp256k1, Stark};
    use super::{combine, split};

    fn check<G: Group>() {
        let coefficients: Vec<G::Scalar> = [42, 7, 9].map(G::Scalar::from).to_vec();
        let shares: Vec<G::Scalar> = split::<G>(&coefficients, 5)
            .into_iter()
            .map(|(_, share)| share)
            .collect();
        assert!(combine::<G>(&shares, 3) == Some(G::Scalar::from(42)));
        assert!(combine::<G>(&shares, 5) == Some(G::Scalar::from(42)));
        assert!(combine::<G>(&shares, 2).is_none());
        assert!(combine::<G>(&shares, 6).is_none());
        let mut changed = shares;
        changed[4] = changed[4] + G::Scalar::from(1);
        assert!(combine::<G>(&changed, 3).is_none());
    }

    #[test]
    fn shares_combine_only_if_they_lie_on_one_polynomial_of_the_threshold() {
        check::<Secp256k1>();
        check::<Ed25519>();
        check::<Stark>();
    }
}
