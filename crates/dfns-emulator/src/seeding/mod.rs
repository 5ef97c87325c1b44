//! Fills an organisation with what a document describes: people, permissions, wallets with balances, webhooks, policies.
//!
//! Each entry is the body of the operation that makes such a thing, which checks and performs it as if the first employee
//! had called; what only a test can have (keys, balances) stands beside it. `document` reads entries and says where in
//! them something is wrong, `things` makes them.
//!
//! Invariant: either all that a document describes is made, or nothing; and what is made follows from the document and the
//! state alone.

mod document;
mod things;

use std::collections::BTreeMap;

use bytes::Bytes;
use dfns_types::operation::OPERATIONS;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::auth::Caller;
use crate::auth::session::{self, Holder};
use crate::bootstrap;
use crate::context::Context;
use crate::contract;
use crate::rooms;
use crate::server::{Call, Refusal, Reply};
use crate::store::{TokenKind, UserRecord};
use document::{at, named, refuse, resolved};

/// Makes one thing of an entry: its body, and what stands beside it, taken out.
type Make = fn(&Seeding<'_, '_>, Entry<'_>) -> Result<Made, Refusal>;

/// An entry whose references are resolved.
struct Entry<'a> {
    /// Where it stands, as a JSON pointer.
    at: &'a str,
    /// The operation that makes it.
    operation: &'static str,
    /// What that operation takes.
    body: Map<String, Value>,
    /// What it does not.
    more: Map<String, Value>,
}

/// What an entry became.
struct Made {
    id: String,
    shown: Value,
}

/// What a document can hold.
struct Section {
    name: &'static str,
    operation: &'static str,
    /// The fields that the operation does not take.
    more: &'static [&'static str],
    make: Make,
}

/// In the order in which they are made, so that each can name what comes before it.
const SECTIONS: &[Section] = &[
    section("permissions", "createPermission", &[], things::plain),
    section("users", "createUser", &["isRegistered", "permissions"], things::user),
    section(
        "serviceAccounts",
        "createServiceAccount",
        &["permissions"],
        things::service_account,
    ),
    section("keys", "createKey", &[], things::plain),
    section("wallets", "createWallet", &["assets", "balance"], things::wallet),
    section("feeSponsors", "createFeeSponsor", &[], things::plain),
    section("webhooks", "createWebhook", &[], things::plain),
    // Last, so that none of them holds back what the document asks for.
    section("policies", "createPolicy", &[], things::plain),
];

const fn section(name: &'static str, operation: &'static str, more: &'static [&'static str], make: Make) -> Section {
    Section {
        name,
        operation,
        more,
        make,
    }
}

/// `POST /__admin/seed`: makes what the document describes, in one transaction, and answers what was made and how to act as
/// the people in it.
///
/// # Errors
/// What the operations refuse, 400 for what is no such document; with the JSON pointer of the place in the document.
pub(crate) fn seed(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let document: Value = context.call.body()?;
    let Value::Object(document) = document else {
        return Err(refuse("", "must be an object"));
    };
    if let Some(unknown) = document
        .keys()
        .find(|name| SECTIONS.iter().all(|section| section.name != **name))
    {
        let known: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
        return Err(refuse(&at("", unknown), &format!("is none of {}", known.join(", "))));
    }
    for prepare in rooms::BEFORE_EVERY_CALL {
        prepare(context)?;
    }
    let mut answer = Map::new();
    let mut ids = BTreeMap::new();
    let seeding = Seeding::new(context)?;
    for section in SECTIONS {
        let Some(entries) = document.get(section.name) else {
            continue;
        };
        let place = at("", section.name);
        let entries = entries.as_array().ok_or_else(|| refuse(&place, "must be a list"))?;
        let mut made = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            made.push(seeding.entry(section, &at(&place, &index.to_string()), entry, &mut ids)?);
        }
        answer.insert(section.name.to_owned(), made.into());
    }
    answer.insert("ids".to_owned(), json!(ids));
    Reply::json(&answer)
}

/// A document that is being made, in the name of the first employee.
struct Seeding<'a, 'b> {
    context: &'a Context<'b>,
    caller: Caller,
}

impl<'a, 'b> Seeding<'a, 'b> {
    fn new(context: &'a Context<'b>) -> Result<Self, Refusal> {
        let first = bootstrap::made(context.store)?;
        let employee = &first.employee.user_id;
        let user: Option<UserRecord> = context.store.get(&first.org_id, employee)?;
        let user = user.ok_or_else(|| Refusal::not_found("user", "userId", employee, &first.org_id))?;
        let lifetime = context.services.config.session_lifetime;
        let (_, token) = session::issue(context, Holder::from(&user), TokenKind::Token, "seed", lifetime)?;
        let caller = Caller {
            user,
            token_id: token.id,
            token_kind: token.kind,
            application: None,
        };
        Ok(Self { context, caller })
    }

    fn entry(
        &self,
        section: &Section,
        place: &str,
        entry: &Value,
        ids: &mut BTreeMap<String, String>,
    ) -> Result<Value, Refusal> {
        let Value::Object(mut body) = resolved(entry, place, ids)? else {
            return Err(refuse(place, "must be an object"));
        };
        let name = body.remove("as").map(|name| named(&name, place, ids)).transpose()?;
        let mut more = Map::new();
        for field in section.more {
            more.extend(body.remove_entry(*field));
        }
        if let Some(unknown) = body.keys().find(|field| !contract::takes(section.operation, field)) {
            // The API ignores such a field; here it is a slip of the pen.
            return Err(refuse(&at(place, unknown), "is no field of this"));
        }
        let entry = Entry {
            at: place,
            operation: section.operation,
            body,
            more,
        };
        let Made { id, mut shown } = (section.make)(self, entry)?;
        if let Some(name) = name {
            shown["as"] = name.clone().into();
            ids.insert(name, id);
        }
        Ok(shown)
    }

    /// Performs an operation of the API; what it refuses is refused at this place of the document.
    fn call(&self, place: &str, id: &str, path: Option<(&'static str, &str)>, body: &Value) -> Result<Value, Refusal> {
        let operation = OPERATIONS.iter().find(|operation| operation.id == id);
        let (operation, handler) = operation
            .zip(rooms::handler(id))
            .ok_or_else(|| Refusal::internal(&std::io::Error::other(format!("no operation {id}"))))?;
        let mut target = operation.path.to_owned();
        let parameter = path.map(|(name, value)| {
            target = target.replace(&format!("{{{name}}}"), value);
            (name, value.to_owned())
        });
        let bytes = Bytes::from(body.to_string());
        let mut call = Call::new(operation.method.as_str(), &target, "", HeaderMap::new(), bytes)?;
        call.parameters.extend(parameter);
        let mut context = self.context.of_part(&call);
        context.caller = Some(self.caller.clone());
        let answered = contract::check(id, &call).and_then(|()| handler(&mut context));
        let reply = answered.map_err(|refusal| document::placed(refusal, place))?;
        if reply.status == StatusCode::ACCEPTED {
            return Err(refuse(place, "is held back by a policy"));
        }
        if reply.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&reply.body).map_err(|error| Refusal::internal(&error))
    }
}
