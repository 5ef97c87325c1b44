//! The keys that the emulator holds: making, finding, deriving, delegating.
//!
//! Invariant: key material is made anew from the seed, from its master key, or from what was imported, each time it is
//! needed; the public half of every key in the store is that of this material.

use dfns_types::{Hex, Key, KeyId, KeyOrigin, KeyStatus, SigningKey, Timestamp, UserId, Wallet, WebhookEventKind};
use serde::{Deserialize, Serialize};

use super::key_owner::{KeyOwner, visible_owner};
use super::refusals::{invalid_field, key_refusal, parsed};
use crate::context::Context;
use crate::entropy::id_text;
use crate::keys::{Curve, DerivationPath, KeyMaterial, Scheme};
use crate::server::Refusal;
use crate::store::{Document, Filing, Listing};

impl Document for Key {
    const KIND: &'static str = "key";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Document for Wallet {
    const KIND: &'static str = "wallet";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// What the API does not show of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// Where the private half comes from.
    pub(crate) origin: Origin,
    /// The end user to whom the key is delegated.
    pub(crate) delegated_to: Option<String>,
    /// True if the key was made to be delegated later.
    pub(crate) can_be_delegated: bool,
}

/// Where the private half of a key comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// From the seed of the emulator and the id of the key.
    Seed,
    /// From another key of the store, at a path below it.
    Child { parent: String, path: String },
    /// From outside: the secret scalar in hexadecimal, big-endian.
    Imported { secret: String },
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seed => formatter.write_str("Seed"),
            Self::Child { parent, path } => write!(formatter, "Child({parent} {path})"),
            Self::Imported { .. } => formatter.write_str("Imported(…)"),
        }
    }
}

/// Where the private half of a new key is to come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A key of its own.
    New,
    /// A child of a master key; without a path the first free one.
    DerivedFrom { parent: Key, path: Option<String> },
    /// A key that somebody else made.
    Imported(KeyMaterial),
}

/// A key to make.
#[derive(Clone, Debug)]
pub(crate) struct NewKey {
    pub(crate) scheme: Scheme,
    pub(crate) curve: Curve,
    pub(crate) source: Source,
    pub(crate) name: Option<String>,
    /// True if other keys may be derived from it.
    pub(crate) is_master: bool,
    pub(crate) owner: KeyOwner,
}

/// The scheme and curve of a request, checked to go together.
///
/// # Errors
/// 400 that names the field with an unknown value, or the combination that does not exist.
pub(crate) fn format_of(scheme: &str, curve: &str) -> Result<(Scheme, Curve), Refusal> {
    let unknown = |field, value: &str| invalid_field(field, &format!("unknown value {value:?}"));
    let scheme = Scheme::from_name(scheme).ok_or_else(|| unknown("scheme", scheme))?;
    let curve = Curve::from_name(curve).ok_or_else(|| unknown("curve", curve))?;
    match (scheme, curve) {
        (Scheme::Ecdsa | Scheme::Schnorr | Scheme::DiffieHellman, Curve::Secp256k1)
        | (Scheme::EdDsa, Curve::Ed25519)
        | (Scheme::Ecdsa, Curve::Stark) => Ok((scheme, curve)),
        _ => {
            let pairs = "DH/secp256k1, ECDSA/secp256k1, ECDSA/stark, EdDSA/ed25519 and Schnorr/secp256k1";
            let problem = format!("{scheme} keys do not exist on the curve {curve}; the pairs are {pairs}");
            Err(invalid_field("curve", &problem))
        }
    }
}

/// Makes a key and keeps it.
///
/// # Errors
/// 400 if the emulator holds no such keys, or the path cannot be followed; 409 if the path is taken.
pub(crate) fn create_key(context: &Context<'_>, new: NewKey) -> Result<Key, Refusal> {
    let NewKey {
        scheme,
        curve,
        source,
        name,
        is_master,
        owner,
    } = new;
    let org = context.caller()?.org();
    let id = context.new_id("key")?;
    let (material, origin) = match source {
        Source::New => {
            let seed = context.services.seed.as_bytes();
            (
                KeyMaterial::derive(seed, &id, scheme, curve).map_err(key_refusal)?,
                Origin::Seed,
            )
        }
        Source::DerivedFrom { parent, path } => {
            let path = child_path(context, &parent, path)?;
            let parsed_path = DerivationPath::parse(&path).map_err(key_refusal)?;
            let material = material(context, &parent)?.child(&parsed_path).map_err(key_refusal)?;
            (
                material,
                Origin::Child {
                    parent: parent.id.to_string(),
                    path,
                },
            )
        }
        Source::Imported(material) => {
            let secret = Hex::from_bytes_bare(*material.shared_scalar()).to_string();
            (material, Origin::Imported { secret })
        }
    };
    let new = NewMaterial {
        material: &material,
        origin,
        name,
        is_master,
        owner,
    };
    keep(context, (org, context.now), &id, new)
}

/// A key to keep, whose private half is known.
#[derive(Debug)]
pub(crate) struct NewMaterial<'a> {
    pub(crate) material: &'a KeyMaterial,
    pub(crate) origin: Origin,
    pub(crate) name: Option<String>,
    /// True if other keys may be derived from it.
    pub(crate) is_master: bool,
    pub(crate) owner: KeyOwner,
}

/// Keeps a key of an organisation, as made at some time.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn keep(
    context: &Context<'_>,
    (org, at): (&str, Timestamp),
    id: &str,
    new: NewMaterial<'_>,
) -> Result<Key, Refusal> {
    let NewMaterial {
        material,
        origin,
        name,
        is_master,
        owner,
    } = new;
    let KeyOwner {
        delegated_to,
        can_be_delegated,
    } = owner;
    let mut key = Key::new(
        parsed::<KeyId>(id)?,
        dfns_types::KeyScheme::from(material.scheme().name()),
        dfns_types::KeyCurve::from(material.curve().name()),
        Hex::from_bytes_bare(material.public_key()),
        KeyStatus::Active,
        delegated_to.is_none(),
        at,
    );
    key.name = name;
    key.master_key = is_master.then_some(true);
    match &origin {
        Origin::Seed => {}
        Origin::Child { parent, path } => {
            key.derived_from = Some(KeyOrigin::new(parsed::<KeyId>(parent)?, path.clone()));
        }
        Origin::Imported { .. } => key.imported = Some(true),
    }
    let filing = Filing {
        org,
        parent: "",
        owner: delegated_to.as_deref().unwrap_or_default(),
    };
    context.store.insert(&key, filing)?;
    context.store.set_private::<Key>(
        id,
        &KeyRecord {
            origin,
            delegated_to,
            can_be_delegated,
        },
    )?;
    context.emit_at(org, at, &WebhookEventKind::KeyCreated, ("key", &key))?;
    Ok(key)
}

/// The path of the usual form with this number.
pub(crate) fn usual_path(parent: &Key, number: usize) -> String {
    match parent.curve {
        dfns_types::KeyCurve::Ed25519 => format!("m/44'/501'/{number}'/0'"),
        _ => format!("m/44'/60'/0'/0/{number}"),
    }
}

/// The path of a new child: the one that is asked for, or the first free one of the usual form.
fn child_path(context: &Context<'_>, parent: &Key, wanted: Option<String>) -> Result<String, Refusal> {
    if parent.master_key != Some(true) {
        return Err(invalid_field(
            "deriveFrom.keyId",
            &format!("{} is no master key", parent.id),
        ));
    }
    let wanted = wanted.map(|path| DerivationPath::parse(&path).and_then(|path| path.of_child()));
    let wanted = wanted.transpose().map_err(key_refusal)?;
    let org = context.caller()?.org();
    let keys = context.store.all::<Key>(Listing {
        org,
        parent: None,
        owner: None,
    })?;
    let is_taken = |path: &str| {
        keys.iter().any(|key| {
            key.derived_from
                .as_ref()
                .is_some_and(|origin| origin.key_id == parent.id && origin.path == path)
        })
    };
    match wanted {
        Some(path) if is_taken(&path) => Err(Refusal::conflict(format!(
            "a key at the path {path} of {} exists already",
            parent.id
        ))),
        Some(path) => Ok(path),
        None => {
            // One of the first n + 1 paths is free, where n keys exist.
            let free = (0..=keys.len())
                .map(|index| usual_path(parent, index))
                .find(|path| !is_taken(path));
            free.ok_or_else(|| Refusal::conflict(format!("no path of {} is free", parent.id)))
        }
    }
}

/// The private half of a key of the caller's organisation.
///
/// # Errors
/// 500 if the store does not hold what it takes.
pub(crate) fn material(context: &Context<'_>, key: &Key) -> Result<KeyMaterial, Refusal> {
    material_in(context, context.caller()?.org(), key)
}

/// The private half of a key of any organisation: what moves with time has no caller.
///
/// # Errors
/// 500 if the store does not hold what it takes.
pub(crate) fn material_in(context: &Context<'_>, org: &str, key: &Key) -> Result<KeyMaterial, Refusal> {
    let unusable = |problem: &dyn std::fmt::Display| {
        Refusal::internal(&std::io::Error::other(format!("{} cannot be used: {problem}", key.id)))
    };
    let (scheme, curve) = Scheme::from_name(key.scheme.as_str())
        .zip(Curve::from_name(key.curve.as_str()))
        .ok_or_else(|| unusable(&"unknown scheme or curve"))?;
    match record(context, key)?.origin {
        Origin::Seed => {
            let (seed, materials) = (context.services.seed.as_bytes(), &context.services.materials);
            let material = materials.derive(seed, key.id.as_str(), scheme, curve);
            material.map_err(|error| unusable(&error))
        }
        Origin::Child { parent, path } => {
            let parent: Option<Key> = context.store.get(org, &parent)?;
            let parent = parent.ok_or_else(|| unusable(&"its master key is gone"))?;
            let path = DerivationPath::parse(&path).map_err(|error| unusable(&error))?;
            material_in(context, org, &parent)?
                .child(&path)
                .map_err(|error| unusable(&error))
        }
        Origin::Imported { secret } => {
            let secret: Hex = secret.parse().map_err(|error| unusable(&error))?;
            let secret = secret
                .to_bytes()
                .try_into()
                .map_err(|_| unusable(&"its secret is not 32 bytes"))?;
            KeyMaterial::from_scalar(scheme, curve, &secret).map_err(|error| unusable(&error))
        }
    }
}

/// What the API does not show of a key.
///
/// # Errors
/// 500 if the store does not hold it.
pub(crate) fn record(context: &Context<'_>, key: &Key) -> Result<KeyRecord, Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} has no record", key.id)));
    context
        .store
        .private::<Key, KeyRecord>(key.id.as_str())?
        .ok_or_else(missing)
}

/// A key that the caller can see.
///
/// # Errors
/// 404 if there is none.
pub(crate) fn find_key(context: &Context<'_>, id: &str) -> Result<Key, Refusal> {
    let org = context.caller()?.org();
    let not_found = || Refusal::not_found("key", "keyId", id, org);
    let key: Key = context.store.get(org, id)?.ok_or_else(not_found)?;
    match visible_owner(context)? {
        Some(user) if record(context, &key)?.delegated_to.as_deref() != Some(user) => Err(not_found()),
        _ => Ok(key),
    }
}

/// Refuses a key that can no longer be used, or not by the caller: a delegated key serves its end user only.
///
/// # Errors
/// 400 if the key is archived or exported; 403 if it is delegated to somebody else.
pub(crate) fn check_usable(context: &Context<'_>, key: &Key) -> Result<(), Refusal> {
    check_exportable(context, key)?;
    match key.exported {
        Some(true) => Err(Refusal::invalid(format!(
            "key {} was exported and can no longer be used",
            key.id
        ))),
        _ => Ok(()),
    }
}

/// Refuses a key that is archived or somebody else's; one that was exported can be exported again.
///
/// # Errors
/// 400 if the key is archived; 403 if it is delegated to somebody else.
pub(crate) fn check_exportable(context: &Context<'_>, key: &Key) -> Result<(), Refusal> {
    if key.status != KeyStatus::Active {
        return Err(Refusal::invalid(format!("key {} is archived", key.id)));
    }
    let caller = context.caller()?;
    match record(context, key)?.delegated_to {
        Some(owner) if owner != caller.user_id() => Err(Refusal::forbidden(format!(
            "key {} is delegated to another user",
            key.id
        ))),
        _ => Ok(()),
    }
}

/// The wallets that are built on a key, newest first.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn wallets_of_key(context: &Context<'_>, key_id: &KeyId) -> Result<Vec<Wallet>, Refusal> {
    let org = context.caller()?.org();
    // A wallet is filed under its key.
    Ok(context.store.all::<Wallet>(Listing {
        org,
        parent: Some(key_id.as_str()),
        owner: None,
    })?)
}

/// The key as wallets show it.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn signing_key(context: &Context<'_>, key: &Key) -> Result<SigningKey, Refusal> {
    let mut shown = SigningKey::new(&key.id, key.scheme.clone(), key.curve.clone(), &key.public_key);
    shown.delegated_to = record(context, key)?
        .delegated_to
        .as_deref()
        .map(parsed::<UserId>)
        .transpose()?;
    Ok(shown)
}

/// The id of the key store of the caller's organisation.
///
/// # Errors
/// 500 if the operation has no caller.
pub(crate) fn key_store_id(context: &Context<'_>) -> Result<String, Refusal> {
    let org = context.caller()?.org();
    Ok(id_text(
        "ks",
        &context.services.seed.derive("key store", &[org.as_bytes()]),
    ))
}
