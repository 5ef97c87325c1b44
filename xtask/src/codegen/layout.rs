//! Which generated file holds what.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use super::client::Client;
use super::limits::Limits;
use super::openness::Tables;
use super::render::Renderer;
use super::requests::Requests;
use super::{Error, Facts, Files, coverage, free_form, ids, names, networks, operations, split};
use crate::spec::Spec;

const TYPES: &str = "crates/dfns-types/src/generated";
const TYPES_TESTS: &str = "crates/dfns-types/tests/generated";
const API: &str = "crates/dfns-api/src/generated";
const DFNS: &str = "crates/dfns/src/generated";
const EMULATOR: &str = "crates/dfns-emulator/src/generated";

/// The types, one file a domain, and the ids.
pub(crate) fn types(
    files: &mut Files,
    render: &Renderer,
    modules: &BTreeMap<String, Vec<Item>>,
    facts: &Facts,
    network_rows: Option<&str>,
) -> Result<(), Error> {
    for (module, items) in modules {
        let imports: Vec<Item> = syn::parse2::<syn::File>(quote! {
            #[allow(unused_imports, reason = "not every domain refers to another")]
            use super::*;
        })?
        .items;
        let items = imports.into_iter().chain(items.iter().cloned()).collect();
        let about = match facts.tag_descriptions.get(module) {
            Some(description) => format!("The domain `{module}`. {description}"),
            None => "What several domains use.".to_owned(),
        };
        files.insert(format!("{TYPES}/{}.rs", file_name(module)), render.rust(&about, items)?);
    }
    files.insert(
        format!("{TYPES}/ids.rs"),
        render.rust_tokens("Ids, one type an entity.", ids::generate(facts))?,
    );
    let door = modules_and_exports(modules.keys(), &quote!());
    let mut door = quote!(#door mod ids; pub use ids::*; pub(crate) mod limits_table; pub(crate) mod operations;);
    if let Some(rows) = network_rows {
        let table = render.rust_tokens("The table of networks.", networks::generate(rows, facts)?)?;
        files.insert(format!("{TYPES}/networks_table.rs"), table);
        door.extend(quote!(
            pub(crate) mod networks_table;
        ));
    }
    files.insert(
        format!("{TYPES}/mod.rs"),
        render.rust_tokens("Everything that comes from the specification.", door)?,
    );
    Ok(())
}

/// The table of operations, and those of the limits of their bodies.
pub(crate) fn operations(files: &mut Files, render: &Renderer, facts: &Facts, limits: &Limits) -> Result<(), Error> {
    let table = render.rust_tokens("The table of operations.", operations::generate(facts, limits))?;
    files.insert(format!("{TYPES}/operations.rs"), table);
    let table = render.rust_tokens("The limits of request bodies and queries.", limits.tokens.clone())?;
    files.insert(format!("{TYPES}/limits_table.rs"), table);
    Ok(())
}

/// The tables that the proof of forward compatibility runs over.
pub(crate) fn openness(files: &mut Files, render: &Renderer, tables: &Tables) -> Result<(), Error> {
    let door = format!(
        "use super::Counts;\n\npub(crate) mod enums;\npub(crate) mod objects;\npub(crate) mod unions;\npub(crate) mod values;\n\n{}",
        tables.counts
    );
    for (name, about, text) in [
        ("mod", "What the specification has, and how many of each.", &door),
        ("enums", "Every enum, with its values.", &tables.enums),
        ("objects", "Every object, with samples.", &tables.objects),
        ("unions", "Every union, with its members.", &tables.unions),
        (
            "values",
            "Every other component, with a sample of each form.",
            &tables.values,
        ),
    ] {
        files.insert(format!("{TYPES_TESTS}/{name}.rs"), render.rust_text(about, text)?);
    }
    Ok(())
}

/// The low-level client, one file a domain.
pub(crate) fn api(files: &mut Files, render: &Renderer, client: &Client) -> Result<(), Error> {
    for (domain, calls) in &client.domains {
        let tokens = quote! {
            #[allow(unused_imports, reason = "not every domain has answers of every kind")]
            use crate::runtime::{Call, CallError, Change, Client, Empty, Entity, Text};
            use dfns_types as types;
            impl Client {
                #(#calls)*
            }
        };
        let about = format!("Calls of the domain `{domain}`.");
        files.insert(
            format!("{API}/{}.rs", file_name(domain)),
            render.rust_tokens(&about, tokens)?,
        );
    }
    let domains = client.domains.keys().map(|domain| {
        let module = names::ident(file_name(domain));
        quote!(#[cfg(feature = #domain)] mod #module;)
    });
    let door = quote!(#(#domains)*);
    files.insert(
        format!("{API}/mod.rs"),
        render.rust_tokens("The calls, one file a domain.", door)?,
    );
    Ok(())
}

/// The fluent requests, one file a domain.
pub(crate) fn requests(files: &mut Files, render: &Renderer, requests: &Requests) -> Result<(), Error> {
    for (domain, tokens) in &requests.domains {
        let about = format!("Fluent calls of the domain `{domain}`.");
        files.insert(
            format!("{DFNS}/{}.rs", file_name(domain)),
            render.rust_tokens(&about, tokens.clone())?,
        );
    }
    let door = modules_and_exports(requests.domains.keys(), &requests.accessors);
    files.insert(
        format!("{DFNS}/mod.rs"),
        render.rust_tokens("Fluent calls, one file a domain.", door)?,
    );
    Ok(())
}

/// What the emulator holds requests against.
pub(crate) fn contract(files: &mut Files, render: &Renderer, contract: TokenStream) -> Result<(), Error> {
    let door = quote!(
        pub(crate) mod contract;
    );
    for (name, about, tokens) in [
        ("mod", "Everything that comes from the specification.", door),
        ("contract", "What each operation takes and answers.", contract),
    ] {
        files.insert(format!("{EMULATOR}/{name}.rs"), render.rust_tokens(about, tokens)?);
    }
    Ok(())
}

/// The bundle and the documents.
pub(crate) fn documents(
    files: &mut Files,
    render: &Renderer,
    spec: &Spec,
    facts: &Facts,
    implemented: &[String],
) -> Result<(), Error> {
    files.insert("spec/dfns.openapi.json".to_owned(), spec.bundle_json());
    let coverage = render.markdown(&coverage::document(facts, implemented)?);
    files.insert("crates/dfns-emulator/COVERAGE.md".to_owned(), coverage);
    let free_form = render.markdown(&free_form::document(&spec.document)?);
    files.insert("docs/free-form.md".to_owned(), free_form);
    Ok(())
}

/// Each domain behind the feature of its name; what is shared, always.
fn modules_and_exports<'a>(domains: impl Iterator<Item = &'a String>, rest: &TokenStream) -> TokenStream {
    let doors = domains.map(|domain| {
        let module = names::ident(file_name(domain));
        let condition = (domain != split::SHARED).then(|| quote!(#[cfg(feature = #domain)]));
        quote!(#condition mod #module; #condition pub use #module::*;)
    });
    quote!(#(#doors)* #rest)
}

/// `fee_sponsors` from `fee-sponsors`.
fn file_name(domain: &str) -> String {
    domain.replace('-', "_")
}
