//! Pass: what takes its time says how far it got. `Tracked` is implemented for every struct whose status the
//! specification explains, for what consists of such steps, and for the unions of them.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, Type};

use super::facts::Progress;
use super::structs::{FieldFacts, Presence, StructFacts, Structs, element_of};
use super::{Error, Facts, names};

/// The field that holds the steps of something.
const STEPS: &str = "actions";

/// Adds the implementations, and says which components have one.
pub(crate) fn track(items: &mut Vec<Item>, facts: &Facts, structs: &Structs) -> Result<BTreeSet<String>, Error> {
    for (name, progress) in &facts.progress {
        items.extend(parse(status(name, progress))?);
    }
    let mut tracked = BTreeSet::new();
    // What has steps comes after its steps.
    for with_steps in [false, true] {
        for (name, fields) in structs {
            let has_steps = fields.fields.iter().any(|field| field.wire == STEPS);
            if facts.only_sent.contains(name) || with_steps != has_steps {
                continue;
            }
            if let Some(tokens) = object(name, fields, steps(fields, &tracked), facts) {
                items.extend(parse(tokens)?);
                tracked.insert(name.clone());
            }
        }
    }
    for (name, union) in &facts.unions {
        let members: Vec<&(String, String)> = union
            .members
            .iter()
            .filter(|(_, member)| tracked.contains(member))
            .collect();
        if !members.is_empty() && !facts.only_sent.contains(name) {
            items.extend(parse(of_union(name, &members, members.len() == union.members.len()))?);
            tracked.insert(name.clone());
        }
    }
    Ok(tracked)
}

fn parse(tokens: TokenStream) -> Result<Vec<Item>, Error> {
    Ok(syn::parse2::<syn::File>(tokens)?.items)
}

/// `TransferStatus::progress()`.
fn status(name: &str, progress: &Progress) -> TokenStream {
    let ident = names::ident(name);
    let arm = |values: &[String], progress: &str| {
        let variants = values.iter().map(|value| names::variant(value));
        let progress = names::ident(progress);
        (!values.is_empty()).then(|| quote!(#(Self::#variants)|* => crate::Progress::#progress,))
    };
    let held = arm(&progress.held, "Held");
    let done = arm(&progress.done, "Done");
    let failed = arm(&progress.failed, "Failed");
    quote! {
        impl #ident {
            /// How far that is. A value that this release does not know is taken for one on the way.
            pub fn progress(&self) -> crate::Progress {
                match self {
                    #held
                    #done
                    #failed
                    _ => crate::Progress::Underway,
                }
            }
        }
    }
}

/// The field with the steps of something, if they are tracked.
fn steps<'a>(fields: &'a StructFacts, tracked: &BTreeSet<String>) -> Option<&'a FieldFacts> {
    let field = fields.fields.iter().find(|field| field.wire == STEPS)?;
    let element = name_of(element_of(&field.ty)?)?;
    tracked.contains(&element).then_some(field)
}

fn object(name: &str, fields: &StructFacts, steps: Option<&FieldFacts>, facts: &Facts) -> Option<TokenStream> {
    let field = |wire: &str| fields.fields.iter().find(|field| field.wire == wire);
    let status =
        field("status").filter(|status| name_of(&status.ty).is_some_and(|name| facts.progress.contains_key(&name)));
    if status.is_none() && steps.is_none() {
        return None;
    }
    let ident = names::ident(name);
    let newest = steps.map(|field| {
        let field = &field.ident;
        quote!(let newest = self.#field.iter().max_by_key(|step| step.date_created);)
    });
    let (own_progress, own_status) = match status {
        Some(status) => {
            let field = &status.ident;
            if status.presence == Presence::Required {
                (quote!(self.#field.progress()), quote!(self.#field.as_str()))
            } else {
                (
                    quote!(self.#field.as_ref().map_or(crate::Progress::Underway, |status| status.progress())),
                    quote!(self.#field.as_ref().map_or("", |status| status.as_str())),
                )
            }
        }
        None => (
            quote!(newest.map_or(crate::Progress::Done, crate::Tracked::progress)),
            quote!(newest.map_or("", crate::Tracked::status)),
        ),
    };
    let approval = field("approvalId").map(|field| &field.ident);
    let progress = if newest.is_some() && status.is_some() {
        // What was last done with it can be held while it is as it was.
        quote! {
            match newest.map(crate::Tracked::progress) {
                Some(crate::Progress::Held) => crate::Progress::Held,
                _ => #own_progress,
            }
        }
    } else if let Some(approval) = approval {
        // Some networks start with the same status and await nobody.
        quote! {
            match #own_progress {
                crate::Progress::Held if self.#approval.is_none() => crate::Progress::Underway,
                progress => progress,
            }
        }
    } else {
        own_progress
    };
    let approval = approval.map(|field| {
        quote! {
            fn approval_id(&self) -> Option<&crate::ApprovalId> {
                self.#field.as_ref()
            }
        }
    });
    let reasons: Vec<&syn::Ident> = ["rejectionReason", "failureReason", "reason"]
        .into_iter()
        .filter_map(field)
        .filter(|field| field.presence == Presence::Optional)
        .map(|field| &field.ident)
        .collect();
    let reason = match (reasons.as_slice(), &newest) {
        ([first, ..], _) => Some(quote!(self.#first.as_deref())),
        ([], Some(newest)) => Some(quote!(#newest newest.and_then(crate::Tracked::reason))),
        ([], None) => None,
    };
    let reason = reason.map(|reason| {
        quote! {
            fn reason(&self) -> Option<&str> {
                #reason
            }
        }
    });
    let newest_of_status = status.is_none().then_some(&newest);
    Some(quote! {
        impl crate::Tracked for #ident {
            fn progress(&self) -> crate::Progress {
                #newest
                #progress
            }
            fn status(&self) -> &str {
                #newest_of_status
                #own_status
            }
            #reason
            #approval
        }
    })
}

/// Of members that say nothing, nothing is known; an unknown member may have an approval all the same.
fn of_union(name: &str, members: &[&(String, String)], all: bool) -> TokenStream {
    let ident = names::ident(name);
    let variants: Vec<_> = members.iter().map(|(kind, _)| names::variant(kind)).collect();
    let rest = |value: TokenStream| {
        if all {
            quote!(Self::Unknown(_) => #value,)
        } else {
            quote!(_ => #value,)
        }
    };
    let (progress, status, nothing) = (
        rest(quote!(crate::Progress::Underway)),
        rest(quote!("")),
        rest(quote!(None)),
    );
    quote! {
        impl crate::Tracked for #ident {
            fn progress(&self) -> crate::Progress {
                match self {
                    #(Self::#variants(member) => member.progress(),)*
                    #progress
                }
            }
            fn status(&self) -> &str {
                match self {
                    #(Self::#variants(member) => crate::Tracked::status(member),)*
                    #status
                }
            }
            fn reason(&self) -> Option<&str> {
                match self {
                    #(Self::#variants(member) => crate::Tracked::reason(member),)*
                    #nothing
                }
            }
            fn approval_id(&self) -> Option<&crate::ApprovalId> {
                match self {
                    #(Self::#variants(member) => crate::Tracked::approval_id(member),)*
                    #nothing
                }
            }
        }
    }
}

fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}
