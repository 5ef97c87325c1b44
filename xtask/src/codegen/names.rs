//! Names: from the text of the specification to Rust identifiers.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::Span;
use syn::Ident;

/// `EthereumSepolia` from `EthereumSepolia`, `AuthUsersRead` from `Auth:Users:Read`, `X0fns` from `0fns`.
///
/// A value of which nothing can be said aloud (`>`) is spelled by the names of its characters.
pub(crate) fn variant(text: &str) -> Ident {
    let spelled: String = if text.chars().any(char::is_alphanumeric) {
        // Inner capitals are kept: `XrpLedger`, `KeyECDSA`, `Eip1559`.
        text.split(|c: char| !c.is_alphanumeric()).map(capitalised).collect()
    } else {
        text.chars().map(spell).collect()
    };
    let name = if spelled.starts_with(|c: char| c.is_ascii_digit()) {
        format!("X{spelled}")
    } else {
        spelled
    };
    let name = if name.is_empty() { "Empty".to_owned() } else { name };
    ident(if name == "Self" || name == "Unknown" {
        format!("{name}Value")
    } else {
        name
    })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn spell(character: char) -> &'static str {
    match character {
        '>' => "GreaterThan",
        '<' => "LessThan",
        '=' => "Equal",
        '!' => "Not",
        '*' => "Star",
        '+' => "Plus",
        '-' => "Minus",
        '/' => "Slash",
        '%' => "Percent",
        '&' => "And",
        '|' => "Or",
        _ => "Sign",
    }
}

/// `create_wallet` from `createWallet`; what progenitor makes of an operation id.
pub(crate) fn snake(text: &str) -> String {
    text.to_snake_case()
}

/// `ServiceAccounts` from `service_accounts`.
pub(crate) fn pascal(text: &str) -> String {
    text.to_upper_camel_case()
}

/// An identifier; a keyword gets an underscore, as progenitor does it.
pub(crate) fn ident(name: impl AsRef<str>) -> Ident {
    let name = name.as_ref();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("x{name}")
    } else {
        name.to_owned()
    };
    match syn::parse_str::<Ident>(&name) {
        Ok(ident) => ident,
        Err(_) => Ident::new(&format!("{name}_"), Span::call_site()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_readable_whatever_the_value() {
        let cases = [
            ("EthereumSepolia", "EthereumSepolia"),
            ("Auth:Users:Read", "AuthUsersRead"),
            ("0fns", "X0fns"),
            (">", "GreaterThan"),
            (">=", "GreaterThanEqual"),
            ("", "Empty"),
            ("Self", "SelfValue"),
            ("Unknown", "UnknownValue"),
            ("secp256k1", "Secp256k1"),
            ("public-key", "PublicKey"),
        ];
        for (value, expected) in cases {
            assert_eq!(variant(value).to_string(), expected, "{value:?}");
        }
    }

    #[test]
    fn keywords_get_an_underscore() {
        assert_eq!(ident("type").to_string(), "type_");
        assert_eq!(ident("network").to_string(), "network");
        assert_eq!(ident("0fns").to_string(), "x0fns");
    }
}
