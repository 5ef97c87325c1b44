//! The extractor itself, on a source made for it.

use crate::extract::surface;

const SOURCE: &str = r#"
//! A module.
pub use inner::{One, Two as Three};
/// A wallet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wallet<T> {
    /// The name.
    pub name: Option<String>,
    hidden: T,
    pub tags: ::std::collections::BTreeMap<String, Vec<&'static [u8; 32]>>,
}
object! {
    Wallet {
        "Name" => name: optional,
        "tags" => tags: collection,
    }
}
pub struct Pair(pub u8, u16);
struct Private;
impl Debug for Private {}
pub(crate) struct Internal;
pub enum Kind {
    A,
    #[serde(rename = "b-b")]
    B(u8),
    C {
        /// Of the kind of [`u8`](u8), ][ and "all".
        x: u8,
    },
    Unknown(String),
}
open_enum!(Kind);
impl Kind {
    pub fn as_str(&self) -> &str {
        match self {
            Self::A => "a-a",
            Self::Unknown(value) => value,
        }
    }
}
id_type!(WalletId, "wa", "Id of a wallet, with a comma.");
impl<T> Wallet<T> {
    pub const LIMIT: usize = 7;
    pub async fn send(mut self, to: impl Into<String>) -> Result<(), Error<T>> where T: Clone { todo() }
    #[deprecated]
    pub const fn old(&mut self) {}
    fn own(&self) {}
}
impl<T: Clone> From<u8> for Wallet<T> { fn from(n: u8) -> Self { n.into() } }
pub trait Signer: Send + Sync {
    fn sign<'a>(&'a self, challenge: &'a str) -> Future<'a>;
}
pub type Cause = Arc<dyn StdError + Send + Sync>;
pub fn free() {}
pub mod nested { pub struct Inside { pub at: u8 } }
macro_rules! skipped { ($name:ident) => { pub struct $name; } }
crate::options::call_options!(CreateWalletCall, GetWalletCall);
#[cfg(test)]
mod tests { pub struct NotPublic; }
"#;

#[test]
fn every_kind_of_item_gets_its_line() {
    let expected = [
        "use inner::{ One, Two as Three }",
        "struct Wallet<T> [non_exhaustive] [Clone, Debug]",
        "Wallet.name: Option<String> = \"Name\" optional",
        "Wallet.tags: ::std::collections::BTreeMap<String, Vec<&'static [u8; 32]>> = \"tags\" collection",
        "struct Pair(u8, _)",
        "enum Kind",
        "Kind::A = \"a-a\"",
        "Kind::B(u8) [rename = \"b-b\"]",
        "Kind::C { x: u8 }",
        "Kind::Unknown(String)",
        "open enum Kind",
        "fn Kind::as_str(&self) -> &str",
        "id WalletId = \"wa\"",
        "const Wallet<T>::LIMIT: usize",
        "async fn Wallet<T>::send(self, to: impl Into<String>) -> Result<(), Error<T>> where T: Clone",
        "const fn Wallet<T>::old(&mut self) [deprecated]",
        "impl<T: Clone> From<u8> for Wallet<T>",
        "trait Signer: Send + Sync",
        "fn Signer::sign<'a>(&'a self, challenge: &'a str) -> Future<'a>",
        "type Cause = Arc<dyn StdError + Send + Sync>",
        "fn free()",
        "mod nested",
        "struct Inside",
        "Inside.at: u8",
        "impl CallOptions for 2 calls",
    ];
    assert_eq!(surface(SOURCE).unwrap(), expected);
}

#[test]
fn a_macro_that_is_not_known_is_an_error() {
    let error = surface("thread_local! { pub static X: u8 = 1; }").unwrap_err();
    assert_eq!(error, "the macro thread_local is not understood");
}

#[test]
fn a_field_on_the_wire_that_is_not_declared_is_an_error() {
    let error = surface("object! { Wallet { \"name\" => name: optional, } }").unwrap_err();
    assert_eq!(error, "Wallet.name:  is not declared");
}
