//! What payins and payouts share: which assets stand for which money, and what the providers take.
//!
//! The providers are simulated. An asset stands for the currency that its symbol names (USDC and USDT for dollars, EURC for
//! euros), one for one; what other currencies are worth is a table that never moves.

use dfns_types::{Amount, FiatProvider, Wallet};
use serde_json::{Map, Value, json};

use super::assets::{described, record};
use super::refusals::invalid_field;
use super::transfers::refused_field;
use crate::chain::{Asset, Chain};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::AssetRecord;

/// What one dollar is worth in the currencies that are paid out: round numbers, chosen to be easy to count with.
const RATES: [(&str, f64); 10] = [
    ("AUD", 1.5),
    ("BRL", 5.0),
    ("CAD", 1.4),
    ("EUR", 0.9),
    ("GBP", 0.8),
    ("KES", 130.0),
    ("MXN", 20.0),
    ("NGN", 1_500.0),
    ("PHP", 60.0),
    ("USD", 1.0),
];

/// The share that a provider takes.
pub(super) const FEE: f64 = 0.005;

/// What one dollar is worth in a currency; nothing for one that is not known.
pub(super) fn rate(currency: &str) -> Option<f64> {
    RATES.iter().find(|(code, _)| *code == currency).map(|(_, rate)| *rate)
}

/// An asset that stands for money.
#[derive(Clone, Debug)]
pub(super) struct Money {
    pub(super) asset: Asset,
    pub(super) symbol: String,
    pub(super) decimals: u8,
    /// The currency that it stands for, one for one.
    pub(super) currency: &'static str,
}

impl Money {
    /// The asset that a request names, if it stands for money.
    ///
    /// # Errors
    /// 400 that names the field, if it does not.
    pub(super) fn of_request(context: &Context<'_>, chain: Chain, asset: &Value) -> Result<Self, Refusal> {
        let fields = asset.as_object().cloned().unwrap_or_default();
        if !matches!(
            fields.get("kind").and_then(Value::as_str),
            Some("Erc20" | "Spl" | "Spl2022")
        ) {
            return Err(invalid_field("asset.kind", "expected Erc20, Spl or Spl2022"));
        }
        let asset = Asset::of_request(chain, &fields).map_err(|mut problem| {
            problem.field = format!("asset.{}", problem.field);
            refused_field(problem)
        })?;
        Self::of_asset(context, chain, asset)
    }

    /// An asset, if it stands for money.
    ///
    /// # Errors
    /// 400 if it does not.
    pub(super) fn of_asset(context: &Context<'_>, chain: Chain, asset: Asset) -> Result<Self, Refusal> {
        let AssetRecord { symbol, decimals } = record(context, chain, &asset)?;
        let (Some(symbol), Some(decimals)) = (symbol, decimals) else {
            return Err(invalid_field(
                "asset",
                "nothing is known of this asset, not even its decimals",
            ));
        };
        let currency = ["USD", "EUR"].into_iter().find(|currency| symbol.contains(currency));
        let currency = currency.ok_or_else(|| invalid_field("asset", &format!("{symbol} stands for no money")))?;
        Ok(Self {
            asset,
            symbol,
            decimals,
            currency,
        })
    }

    /// What so many whole units are worth in a currency; nothing for a currency that is not known.
    pub(super) fn worth(&self, units: f64, currency: &str) -> Option<f64> {
        Some(units / rate(self.currency)? * rate(currency)?)
    }

    /// The id that vaults know the asset by: its kind, and what tells it from others of the kind.
    pub(super) fn tid(&self) -> String {
        format!("{}:{}", self.asset.kind, self.asset.name().unwrap_or_default())
    }

    /// What is known of it, beside other fields.
    pub(super) fn shown(&self, chain: Chain, more: &Value) -> Value {
        let metadata = json!({ "symbol": self.symbol, "decimals": self.decimals });
        let mut shown = described(&self.asset, json!({ "network": chain.id, "metadata": metadata }));
        if let (Some(shown), Some(more)) = (shown.as_object_mut(), more.as_object()) {
            shown.extend(more.clone());
        }
        shown
    }
}

/// Refuses another provider than the one that does this.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_provider(given: &FiatProvider, expected: &FiatProvider) -> Result<(), Refusal> {
    if given == expected {
        return Ok(());
    }
    let problem = format!("{given} does not do this, or no source says how; expected {expected}");
    Err(invalid_field("provider", &problem))
}

/// Refuses what is no code of a country.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_country(country: &str) -> Result<(), Refusal> {
    if country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err(invalid_field("country", "expected the two letters of a country"))
    }
}

/// How many of the smallest units, of which 10^`places` are one, an amount in decimal text is; nothing if it is none.
pub(super) fn smallest(text: &str, places: u8) -> Option<Amount> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || text.ends_with('.') || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let missing = usize::from(places).checked_sub(fraction.len())?;
    let digits = format!("{whole}{fraction}{}", "0".repeat(missing));
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { "0" } else { digits }.parse().ok()
}

/// Rounds to cents.
pub(super) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

/// The fields of an asset in a body.
pub(super) fn asset_of(body: &Map<String, Value>) -> Value {
    body.get("asset").cloned().unwrap_or(Value::Null)
}

/// Refuses a wallet whose network has a node: providers pay from, and to, the ledger.
///
/// # Errors
/// 400 that names the field.
pub(super) fn refuse_node(context: &Context<'_>, wallet: &Wallet) -> Result<(), Refusal> {
    match context.node(wallet.network.as_str()) {
        Some(_) => Err(invalid_field(
            "walletId",
            &format!("{} has a node, and providers are not there", wallet.network),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_worth_what_its_currency_is() {
        let euro = Money {
            asset: Asset::native(),
            symbol: "EURC".to_owned(),
            decimals: 6,
            currency: "EUR",
        };
        assert_eq!(euro.worth(9.0, "USD").map(cents), Some(10.0));
        assert_eq!(euro.worth(9.0, "EUR").map(cents), Some(9.0));
        assert_eq!(euro.worth(9.0, "XYZ"), None);
    }

    #[test]
    fn an_amount_in_whole_units_is_one_in_the_smallest() {
        let shown = |text: &str, places| smallest(text, places).map(|amount| amount.to_string());
        for (text, places, expected) in [
            ("12.5", 2, "1250"),
            ("0.07", 2, "7"),
            ("100", 6, "100000000"),
            ("0", 2, "0"),
        ] {
            assert_eq!(shown(text, places).as_deref(), Some(expected), "{text}");
        }
        for text in ["", ".", ".5", "5.", "1.234", "-1", "1e3", "1,5", "1.5.5"] {
            assert_eq!(shown(text, 2), None, "{text}");
        }
    }

    #[test]
    fn a_country_has_two_capital_letters() {
        assert!(require_country("DE").is_ok());
        for country in ["", "D", "de", "DEU", "49"] {
            assert!(require_country(country).is_err(), "{country}");
        }
    }
}
