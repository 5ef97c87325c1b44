//! Reads the public items off a source.
//!
//! Invariant: what it does not understand is an error, not a gap.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprLit, Fields, FnArg, ImplItem, Item, ItemImpl, Lit, Pat, Signature, Stmt, TraitItem, Visibility,
};

/// One line for every public item, in the order of the source.
pub(crate) fn surface(source: &str) -> Result<Vec<String>, String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let mut surface = Surface::default();
    surface.items(&file.items)?;
    surface.put_wire_names_in()?;
    let Surface { mut lines, private, .. } = surface;
    lines.retain(|line| {
        let implementation = line.strip_prefix("impl").and_then(|rest| rest.split_once(" for "));
        let owner = implementation.and_then(|(_, owner)| owner.split(['<', ' ']).next());
        owner.is_none_or(|owner| !private.iter().any(|name| name == owner))
    });
    Ok(lines)
}

#[derive(Default)]
struct Surface {
    lines: Vec<String>,
    /// What `object!` says of a field: the beginning of its line, and what comes behind it.
    wire: Vec<(String, String)>,
    /// Types of the source that are not public; what is implemented for them is nobody's business.
    private: Vec<String>,
}

impl Surface {
    fn items(&mut self, items: &[Item]) -> Result<(), String> {
        items.iter().try_for_each(|item| self.item(item))
    }

    fn item(&mut self, item: &Item) -> Result<(), String> {
        match item {
            Item::Struct(item) if public(&item.vis) => {
                let name = item.ident.to_string();
                let head = format!("struct {name}{}", text(&item.generics));
                let tuple = match &item.fields {
                    Fields::Unnamed(fields) => {
                        let fields: Vec<String> = fields
                            .unnamed
                            .iter()
                            .map(|field| {
                                if public(&field.vis) {
                                    text(&field.ty)
                                } else {
                                    "_".to_owned()
                                }
                            })
                            .collect();
                        format!("({})", fields.join(", "))
                    }
                    _ => String::new(),
                };
                self.line(format!("{head}{tuple}"), &item.attrs);
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|field| public(&field.vis)) {
                        let field_name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                        self.line(format!("{name}.{field_name}: {}", text(&field.ty)), &field.attrs);
                    }
                }
            }
            Item::Enum(item) if public(&item.vis) => {
                self.line(format!("enum {}{}", item.ident, text(&item.generics)), &item.attrs);
                for variant in &item.variants {
                    let fields = match &variant.fields {
                        Fields::Named(fields) => format!(" {}", text(fields)),
                        fields => text(fields),
                    };
                    self.line(format!("{}::{}{fields}", item.ident, variant.ident), &variant.attrs);
                }
            }
            Item::Trait(item) if public(&item.vis) => {
                let above = if item.supertraits.is_empty() {
                    String::new()
                } else {
                    format!(": {}", text(&item.supertraits))
                };
                self.line(
                    format!("trait {}{}{above}", item.ident, text(&item.generics)),
                    &item.attrs,
                );
                for member in &item.items {
                    match member {
                        TraitItem::Fn(function) => {
                            self.function(&format!("{}::", item.ident), &function.sig, &function.attrs);
                        }
                        TraitItem::Type(kind) => self.line(format!("type {}::{}", item.ident, kind.ident), &kind.attrs),
                        other => return Err(format!("a member of a trait that is not understood: {}", text(other))),
                    }
                }
            }
            Item::Fn(item) if public(&item.vis) => self.function("", &item.sig, &item.attrs),
            Item::Type(item) if public(&item.vis) => {
                self.line(
                    format!("type {}{} = {}", item.ident, text(&item.generics), text(&item.ty)),
                    &item.attrs,
                );
            }
            Item::Const(item) if public(&item.vis) => {
                self.line(format!("const {}: {}", item.ident, text(&item.ty)), &item.attrs);
            }
            Item::Static(item) if public(&item.vis) => {
                self.line(format!("static {}: {}", item.ident, text(&item.ty)), &item.attrs);
            }
            Item::Use(item) if public(&item.vis) => self.line(format!("use {}", text(&item.tree)), &item.attrs),
            Item::Mod(item) if !is_test(&item.attrs) => {
                if public(&item.vis) {
                    self.line(format!("mod {}", item.ident), &item.attrs);
                }
                if let Some((_, items)) = &item.content {
                    self.items(items)?;
                }
            }
            Item::Impl(item) => self.implementation(item)?,
            Item::Macro(item) => self.expansion(item)?,
            Item::Struct(syn::ItemStruct { ident, .. }) | Item::Enum(syn::ItemEnum { ident, .. }) => {
                self.private.push(ident.to_string());
            }
            Item::Union(_) | Item::TraitAlias(_) | Item::ExternCrate(_) | Item::Verbatim(_) => {
                return Err(format!("an item that is not understood: {}", text(item)));
            }
            _ => {}
        }
        Ok(())
    }

    fn implementation(&mut self, item: &ItemImpl) -> Result<(), String> {
        let owner = text(&item.self_ty);
        if let Some((of, _)) = &item.trait_ {
            self.line(
                format!("impl{} {} for {owner}", text(&item.generics), text(of)),
                &item.attrs,
            );
            return Ok(());
        }
        for member in &item.items {
            match member {
                ImplItem::Fn(function) => {
                    if public(&function.vis) {
                        self.function(&format!("{owner}::"), &function.sig, &function.attrs);
                    }
                    if function.sig.ident == "as_str" {
                        self.wire_values(&owner, &function.block.stmts);
                    }
                }
                ImplItem::Const(constant) if public(&constant.vis) => {
                    self.line(
                        format!("const {owner}::{}: {}", constant.ident, text(&constant.ty)),
                        &constant.attrs,
                    );
                }
                ImplItem::Const(_) => {}
                other => return Err(format!("a member that is not understood: {}", text(other))),
            }
        }
        Ok(())
    }

    /// What a macro of ours makes, by its name.
    fn expansion(&mut self, item: &syn::ItemMacro) -> Result<(), String> {
        let name = text(&item.mac.path);
        let arguments = item.mac.tokens.to_string();
        match name.as_str() {
            "macro_rules" => {}
            "open_enum" => self.lines.push(format!("open enum {}", arguments.trim())),
            "id_type" => {
                let parts: Vec<&str> = arguments.splitn(3, ',').map(str::trim).collect();
                let [id, prefix, _] = parts[..] else {
                    return Err(format!("an id that is not understood: {arguments}"));
                };
                self.lines.push(format!("id {id} = {prefix}"));
            }
            "object" => {
                let (owner, fields) = arguments.split_once('{').ok_or("an object without fields")?;
                let fields = fields.trim().strip_suffix('}').ok_or("an object without an end")?;
                for field in fields.split(',').map(str::trim).filter(|field| !field.is_empty()) {
                    let (wire, rest) = field
                        .split_once("=>")
                        .ok_or_else(|| format!("a field without =>: {field}"))?;
                    let (field, presence) = rest
                        .split_once(':')
                        .ok_or_else(|| format!("a field without presence: {rest}"))?;
                    let line = format!("{}.{}: ", owner.trim(), field.trim());
                    self.wire.push((line, format!("{} {}", wire.trim(), presence.trim())));
                }
            }
            "crate::options::call_options" => {
                let calls = arguments.split(',').filter(|call| !call.trim().is_empty()).count();
                self.lines.push(format!("impl CallOptions for {calls} calls"));
            }
            _ => return Err(format!("the macro {name} is not understood")),
        }
        Ok(())
    }

    /// What the variants of an open enum are on the wire: the arms of its `as_str`.
    fn wire_values(&mut self, owner: &str, body: &[Stmt]) {
        let [Stmt::Expr(Expr::Match(arms), _)] = body else {
            return;
        };
        for arm in &arms.arms {
            if let (
                Pat::Path(variant),
                Expr::Lit(ExprLit {
                    lit: Lit::Str(value), ..
                }),
            ) = (&arm.pat, &*arm.body)
            {
                let variant = text(variant).replace("Self::", &format!("{owner}::"));
                self.wire.push((variant, format!("{:?}", value.value())));
            }
        }
    }

    fn function(&mut self, owner: &str, signature: &Signature, attributes: &[Attribute]) {
        let arguments: Vec<String> = signature
            .inputs
            .iter()
            .map(|argument| match argument {
                // Whether the body changes its own copy is nobody's business.
                FnArg::Receiver(receiver) => text(receiver).trim_start_matches("mut ").to_owned(),
                FnArg::Typed(typed) => text(typed).trim_start_matches("mut ").to_owned(),
            })
            .collect();
        let line = format!(
            "{}{}fn {owner}{}{}({}){}{}",
            if signature.constness.is_some() { "const " } else { "" },
            if signature.asyncness.is_some() { "async " } else { "" },
            signature.ident,
            text(&signature.generics),
            arguments.join(", "),
            match text(&signature.output) {
                output if output.is_empty() => output,
                output => format!(" {output}"),
            },
            match &signature.generics.where_clause {
                Some(clause) => format!(" {}", text(clause)),
                None => String::new(),
            },
        );
        self.line(line, attributes);
    }

    fn line(&mut self, line: String, attributes: &[Attribute]) {
        let marks = ["non_exhaustive", "deprecated"]
            .into_iter()
            .filter(|mark| attributes.iter().any(|attribute| attribute.path().is_ident(mark)));
        let renamed = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"))
            .map(|attribute| match &attribute.meta {
                syn::Meta::List(list) => format!("[{}]", list.tokens),
                other => text(other),
            });
        let derived = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("derive"))
            .filter_map(|attribute| attribute.meta.require_list().ok())
            .map(|list| format!("[{}]", text(&list.tokens).replace("::serde::", "")));
        let marks: Vec<String> = marks
            .map(|mark| format!("[{mark}]"))
            .chain(renamed)
            .chain(derived)
            .collect();
        self.lines
            .push(format!("{line} {}", marks.join(" ")).trim_end().to_owned());
    }

    /// Puts what is on the wire behind the line of its field or variant; there must be one.
    fn put_wire_names_in(&mut self) -> Result<(), String> {
        for (beginning, wire) in &self.wire {
            let is_it = |line: &&mut String| {
                line.strip_prefix(beginning).is_some_and(|rest| {
                    beginning.ends_with(": ") || !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
                })
            };
            let line = self
                .lines
                .iter_mut()
                .find(is_it)
                .ok_or_else(|| format!("{beginning} is not declared"))?;
            line.extend([" = ", wire]);
        }
        Ok(())
    }
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| matches!(list.tokens.to_string().as_str(), "test" | "doctest"))
    })
}

/// Tokens as a person writes them; without attributes and documentation, which only fields have here.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = without_attributes(tokens.to_token_stream()).to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("-> ", "->"),
        (" ,", ","),
        (",}", " }"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("& ", "&"),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
        (" :", ":"),
        ("* ", "*"),
        ("->", "-> "),
        ("? ", "?"),
        (", }", " }"),
        (",)", ")"),
        (",>", ">"),
    ] {
        text = text.replace(spaced, tight);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tokens without attributes at any depth. Documentation is one, and its text may hold any bracket.
fn without_attributes(tokens: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let attribute = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
        match token {
            _ if attribute => drop(tokens.next()),
            TokenTree::Group(group) => {
                let inner = without_attributes(group.stream());
                kept.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => kept.extend([other]),
        }
    }
    kept
}
