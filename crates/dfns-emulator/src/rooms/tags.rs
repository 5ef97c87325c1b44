//! Tags of wallets, by which policies choose them.
//!
//! Invariant: a wallet has at most ten tags, each of them once.

use dfns_types::{Empty, TagWalletRequest, UntagWalletRequest, Wallet, WebhookEventKind};

use super::refusals::invalid_field;
use super::wallets::wallet_of_path;
use crate::context::Context;
use crate::server::{Refusal, Reply};

/// How many tags a wallet may have.
const MOST_TAGS: usize = 10;

/// `PUT /wallets/{walletId}/tags`.
pub(super) fn add(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: TagWalletRequest = context.call.body()?;
    check(&request.tags)?;
    let mut wallet = wallet_of_path(context)?;
    let tags = merged(&wallet.tags, &request.tags)?;
    set(context, &mut wallet, tags)?;
    Reply::json(&Empty::new())
}

/// `DELETE /wallets/{walletId}/tags`.
pub(super) fn remove(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UntagWalletRequest = context.call.body()?;
    let mut wallet = wallet_of_path(context)?;
    let mut tags = wallet.tags.clone();
    tags.retain(|tag| !request.tags.contains(tag));
    set(context, &mut wallet, tags)?;
    Reply::json(&Empty::new())
}

/// Keeps other tags, and tells webhooks if they are others.
fn set(context: &Context<'_>, wallet: &mut Wallet, tags: Vec<String>) -> Result<(), Refusal> {
    if wallet.tags == tags {
        return Ok(());
    }
    wallet.tags = tags;
    context.store.update(wallet)?;
    context.emit(WebhookEventKind::WalletTagsModified, "wallet", wallet)
}

/// The tags that are there and those that are added, in this order.
///
/// # Errors
/// 400 if one of the added is no tag, or there would be too many.
pub(super) fn merged(present: &[String], added: &[String]) -> Result<Vec<String>, Refusal> {
    check(added)?;
    let mut all = present.to_vec();
    for tag in added {
        if !all.contains(tag) {
            all.push(tag.clone());
        }
    }
    match all.len() {
        0..=MOST_TAGS => Ok(all),
        count => Err(invalid_field(
            "tags",
            &format!("a wallet has at most {MOST_TAGS} tags, this would be {count}"),
        )),
    }
}

fn check(tags: &[String]) -> Result<(), Refusal> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/+-".contains(&byte);
    match tags
        .iter()
        .position(|tag| !(1..=100).contains(&tag.len()) || !tag.bytes().all(is_allowed))
    {
        None => Ok(()),
        Some(index) => Err(invalid_field(
            &format!("tags[{index}]"),
            "expected 1 to 100 letters, digits or characters of _.:/+-",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::merged;

    fn tags(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_tag_that_is_there_already_is_not_added_again() {
        assert_eq!(
            merged(&tags(&["a", "b"]), &tags(&["b", "c", "c"])).unwrap(),
            tags(&["a", "b", "c"])
        );
    }

    #[test]
    fn the_eleventh_tag_is_refused() {
        let ten: Vec<String> = (0..10).map(|number| number.to_string()).collect();
        assert_eq!(merged(&[], &ten).unwrap(), ten);
        assert!(
            merged(&ten, &tags(&["one-more"]))
                .unwrap_err()
                .message
                .contains("at most 10")
        );
    }

    #[test]
    fn a_tag_with_another_character_is_refused_by_its_place() {
        for tag in ["", "a b", "ä", &"x".repeat(101)] {
            let refusal = merged(&[], &tags(&["fine_.:/+-", tag])).unwrap_err();
            assert!(refusal.message.starts_with("tags[1]: "), "{}", refusal.message);
        }
    }
}
