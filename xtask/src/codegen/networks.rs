//! The table of networks, from `spec/networks.tsv`.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{Error, Facts, names};

/// Where the rows stand.
pub(crate) const SOURCE: &str = "spec/networks.tsv";

const COLUMNS: [&str; 12] = [
    "id",
    "family",
    "scheme",
    "curve",
    "net",
    "native_symbol",
    "native_decimals",
    "address_pattern",
    "transfer_kinds",
    "signature_kinds",
    "broadcast_kinds",
    "inferred",
];

/// The contents of `networks.rs`: one row for each value of `Network`, sorted by id.
pub(crate) fn generate(table: &str, facts: &Facts) -> Result<TokenStream, Error> {
    let mut lines = table.lines();
    if lines.next().map(|header| header.split('\t').collect::<Vec<_>>()) != Some(COLUMNS.to_vec()) {
        return Err(wrong(
            1,
            format!("the header must be the columns {}", COLUMNS.join(", ")),
        ));
    }
    let mut rows = BTreeMap::new();
    for (index, line) in lines.enumerate() {
        let number = index + 2;
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != COLUMNS.len() {
            return Err(wrong(
                number,
                format!("{} columns, expected {}", cells.len(), COLUMNS.len()),
            ));
        }
        let id = cells[0].to_owned();
        if rows.insert(id, row(number, &cells, facts)?).is_some() {
            return Err(wrong(number, format!("{} stands twice", cells[0])));
        }
    }
    let known = facts.enums.get("Network").map_or(&[][..], Vec::as_slice);
    let missing: Vec<&String> = known.iter().filter(|value| !rows.contains_key(*value)).collect();
    let strange: Vec<&String> = rows.keys().filter(|id| !known.contains(id)).collect();
    if !missing.is_empty() || !strange.is_empty() {
        return Err(wrong(
            1,
            format!("values of `Network` without a row: {missing:?}; rows without a value: {strange:?}"),
        ));
    }
    let (count, rows) = (rows.len(), rows.values());
    Ok(quote! {
        use crate::network::{NativeCurrency, NetworkInfo};
        use crate::{BlockchainKind, KeyCurve, KeyScheme, Network};

        pub(crate) static NETWORKS: [NetworkInfo; #count] = [#(#rows),*];
    })
}

fn wrong(line: usize, problem: impl std::fmt::Display) -> Error {
    Error::pass("networks", format!("{SOURCE}:{line}: {problem}"))
}

fn row(line: usize, cells: &[&str], facts: &Facts) -> Result<TokenStream, Error> {
    let member = |component: &'static str, value: &str| {
        if facts
            .enums
            .get(component)
            .is_some_and(|values| values.iter().any(|known| known == value))
        {
            let (component, variant) = (names::ident(component), names::variant(value));
            Ok(quote!(#component::#variant))
        } else {
            Err(wrong(line, format!("{value:?} is no value of `{component}`")))
        }
    };
    let list = |cell: &str| -> Vec<String> {
        cell.split(',')
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let network = member("Network", cells[0])?;
    let family = member("BlockchainKind", cells[1])?;
    let schemes = list(cells[2])
        .iter()
        .map(|scheme| member("KeyScheme", scheme))
        .collect::<Result<Vec<_>, _>>()?;
    let curve = member("KeyCurve", cells[3])?;
    let testnet = match cells[4] {
        "mainnet" => false,
        "testnet" => true,
        other => return Err(wrong(line, format!("{other:?} is neither mainnet nor testnet"))),
    };
    let native = match (cells[5], cells[6]) {
        ("", "") => quote!(None),
        (symbol, decimals) if !symbol.is_empty() => {
            let decimals: u8 = decimals
                .parse()
                .map_err(|_| wrong(line, format!("native_decimals {decimals:?} is no number to 255")))?;
            quote!(Some(NativeCurrency { symbol: #symbol, decimals: #decimals }))
        }
        _ => return Err(wrong(line, "native_decimals without native_symbol")),
    };
    let pattern = if cells[7].is_empty() {
        quote!(None)
    } else {
        let pattern = cells[7];
        quote!(Some(#pattern))
    };
    let [transfers, signatures, broadcasts, inferred] = [8, 9, 10, 11].map(|index| list(cells[index]));
    if let Some(column) = inferred.iter().find(|column| !COLUMNS.contains(&column.as_str())) {
        return Err(wrong(line, format!("inferred names {column:?}, which is no column")));
    }
    Ok(quote! {
        NetworkInfo {
            network: #network,
            family: #family,
            key_schemes: &[#(#schemes),*],
            key_curve: #curve,
            is_testnet: #testnet,
            native_currency: #native,
            address_pattern: #pattern,
            transfer_kinds: &[#(#transfers),*],
            signature_kinds: &[#(#signatures),*],
            broadcast_kinds: &[#(#broadcasts),*],
            inferred: &[#(#inferred),*],
        }
    })
}
