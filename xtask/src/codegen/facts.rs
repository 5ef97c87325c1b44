//! What the generators must know of the document beyond what progenitor keeps: unions, ids, operations, domains.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names;

/// Components that hand-written code of `dfns-types` and `dfns` names.
const NAMED_BY_HAND: [&str; 13] = [
    "ApiError",
    "AuthenticationChallenge",
    "BlockchainKind",
    "CompleteChallengeRequest",
    "CreateUserActionChallengeRequest",
    "EvmTransactionFields",
    "FirstFactorAssertion",
    "KeyCurve",
    "KeyScheme",
    "Network",
    "RawPayloadObject",
    "UserActionHttpMethod",
    "UserActionSignature",
];

/// The status of the answer to a change that policy holds back.
pub(crate) const HELD: &str = "202";

/// A component that is an id: its prefix and description.
#[derive(Clone, Debug)]
pub struct Id {
    /// The component, which is the type.
    pub name: String,
    /// What the ids that the API makes begin with.
    pub prefix: String,
    /// The component's own words.
    pub description: String,
}

/// A component that is a union of objects told apart by a tag.
#[derive(Clone, Debug)]
pub struct Union {
    /// The property that tells the kind.
    pub tag: String,
    /// Each kind with the component of its payload, in the order of the specification.
    pub members: Vec<(String, String)>,
}

/// What the values of a status say of how far something got. A value that stands nowhere is on its way.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Awaits an approval.
    pub held: Vec<String>,
    /// Nothing more is to be waited for.
    pub done: Vec<String>,
    /// Came to nothing.
    pub failed: Vec<String>,
}

/// How policy can hold an operation back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// It answers 202, with this component.
    Change(String),
    /// It answers the entity itself, which says that it is held.
    Entity,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub wire: String,
    /// Stands in the query, not in the path.
    pub in_query: bool,
    /// What it is, in words.
    pub description: String,
    /// What the API takes, as written; `null` if there is no limit.
    pub limits: Value,
}

/// One operation.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, as the specification states it"
)]
pub struct Operation {
    /// `createWallet`.
    pub id: String,
    /// `create_wallet`.
    pub function: String,
    /// `POST`.
    pub method: String,
    /// `/wallets`.
    pub path: String,
    /// The domain.
    pub tag: String,
    /// The group of the call, `wallets`.
    pub group: String,
    /// The method within the group, `create`.
    pub call: String,
    /// The method of a handle, if it does not follow from the call.
    pub handle: Option<String>,
    /// What it does, in one sentence.
    pub summary: String,
    /// What else there is to say.
    pub description: String,
    /// `token`, `temporaryToken` or `none`.
    pub security: String,
    /// Needs a user action signature.
    pub user_action: bool,
    /// Recognises a repeated request.
    pub idempotent: bool,
    /// Answers pages.
    pub paged: bool,
    /// Answers CSV text.
    pub csv: bool,
    /// Takes a file beside its JSON.
    pub multipart: bool,
    /// How policy can hold it back, if it can.
    pub pending: Option<Pending>,
    /// Permissions, as written.
    pub permissions: Vec<String>,
    /// Who may call, as written.
    pub principals: Vec<String>,
    /// `current`, `deprecated` or `legacy`.
    pub lifecycle: String,
    /// The component of the request body.
    pub body: Option<String>,
    /// The HTTP status of success.
    pub status: u16,
    /// The component of the answer.
    pub answer: Option<String>,
    /// The parameters, in the order of the specification.
    pub parameters: Vec<Parameter>,
}

/// The facts of one document.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// All operations, in the order of their snake-case ids.
    pub operations: Vec<Operation>,
    /// All unions by component.
    pub unions: BTreeMap<String, Union>,
    /// All string enums by component, with their values.
    pub enums: BTreeMap<String, Vec<String>>,
    /// The enums that say how far something got.
    pub progress: BTreeMap<String, Progress>,
    /// All ids.
    pub ids: Vec<Id>,
    /// Components that are a type written by hand, with its name.
    pub hand_written: BTreeMap<String, String>,
    /// Components that the API leaves entirely free: any JSON, `null` included.
    pub anything: BTreeSet<String>,
    /// All plain objects by component: the schema as written.
    pub objects: BTreeMap<String, Value>,
    /// Description by component.
    pub descriptions: BTreeMap<String, String>,
    /// Components that occur in request bodies and in no answer.
    pub only_sent: BTreeSet<String>,
    /// The domains that reach each component.
    pub reached_by: BTreeMap<String, BTreeSet<String>>,
    /// Components that hand-written code names, with all that they are made of: they are there whatever the features.
    pub always: BTreeSet<String>,
    /// The domains, in the order of the specification.
    pub tags: Vec<String>,
    /// Description of each domain.
    pub tag_descriptions: BTreeMap<String, String>,
}

impl Facts {
    /// Reads the facts of a document that passed the lint.
    pub fn read(document: &Value) -> Self {
        let mut facts = Self::default();
        for tag in array(&document["tags"]) {
            let name = text(&tag["name"]);
            facts.tag_descriptions.insert(name.clone(), text(&tag["description"]));
            facts.tags.push(name);
        }
        let schemas = object(&document["components"]["schemas"]);
        for (name, schema) in schemas {
            facts.read_component(name, schema);
        }
        for (path, item) in object(&document["paths"]) {
            for method in ["get", "post", "put", "delete"] {
                if let Some(operation) = item.get(method) {
                    facts.read_operation(document, path, item, method, operation);
                }
            }
        }
        facts.operations.sort_by(|a, b| a.function.cmp(&b.function));
        facts.only_sent = only_sent(document);
        for name in NAMED_BY_HAND.iter().filter(|name| schemas.contains_key(**name)) {
            let reference = serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
            reach(document, &reference, &mut facts.always);
        }
        facts
    }

    fn read_component(&mut self, name: &str, schema: &Value) {
        self.descriptions.insert(name.to_owned(), text(&schema["description"]));
        if let Some(rust) = schema["x-rust-type"].as_str() {
            self.hand_written.insert(name.to_owned(), rust.to_owned());
        } else if let Some(prefix) = schema["x-id-prefix"].as_str() {
            self.ids.push(Id {
                name: name.to_owned(),
                prefix: prefix.to_owned(),
                description: text(&schema["description"]),
            });
        } else if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            let tag = text(&schema["discriminator"]["propertyName"]);
            let by_member: BTreeMap<&str, &str> = mapping
                .iter()
                .filter_map(|(kind, target)| Some((component(target.as_str()?), kind.as_str())))
                .collect();
            let members = array(&schema["oneOf"])
                .iter()
                .filter_map(|member| {
                    let member = component(member["$ref"].as_str()?);
                    Some(((*by_member.get(member)?).to_owned(), member.to_owned()))
                })
                .collect();
            self.unions.insert(name.to_owned(), Union { tag, members });
        } else if schema["type"] == "string" && schema["enum"].is_array() {
            self.enums
                .insert(name.to_owned(), array(&schema["enum"]).iter().map(text).collect());
            if let Some(progress) = schema.get("x-progress") {
                let list = |name: &str| array(&progress[name]).iter().map(text).collect();
                let progress = Progress {
                    held: list("held"),
                    done: list("done"),
                    failed: list("failed"),
                };
                self.progress.insert(name.to_owned(), progress);
            }
        } else if schema["properties"].is_object() {
            self.objects.insert(name.to_owned(), schema.clone());
        } else if schema["x-free-form"].is_string() && schema["type"].is_null() {
            self.anything.insert(name.to_owned());
        }
    }

    fn read_operation(&mut self, document: &Value, path: &str, item: &Value, method: &str, operation: &Value) {
        let id = text(&operation["operationId"]);
        let tag = text(&operation["tags"][0]);
        let call = text(&operation["x-call"]);
        let (group, call) = call.split_once('.').unwrap_or(("", &call));
        let security = operation.get("security").unwrap_or(&document["security"]);
        let parameters: Vec<&Value> = array(&item["parameters"])
            .iter()
            .chain(array(&operation["parameters"]))
            .map(|p| resolve(document, p))
            .collect();
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let answers = object(&operation["responses"]);
        let success = answers
            .iter()
            .find(|(status, _)| status.starts_with('2') && *status != HELD);
        let answer = success.map(|(_, answer)| &answer["content"]["application/json"]["schema"]);
        let held = &operation["responses"][HELD]["content"]["application/json"]["schema"];

        let mut reached = BTreeSet::new();
        let callbacks = &operation["callbacks"];
        for value in parameters
            .iter()
            .copied()
            .chain([body, callbacks])
            .chain(answers.values())
        {
            reach(document, value, &mut reached);
        }
        for name in reached {
            self.reached_by.entry(name).or_default().insert(tag.clone());
        }

        self.operations.push(Operation {
            function: names::snake(&id),
            id,
            method: method.to_uppercase(),
            path: path.to_owned(),
            group: group.to_owned(),
            call: call.to_owned(),
            handle: operation["x-handle"].as_str().map(str::to_owned),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            security: security
                .as_array()
                .and_then(|alternatives| alternatives.first())
                .and_then(|first| first.as_object()?.keys().next())
                .map_or_else(|| "none".to_owned(), Clone::clone),
            user_action: operation["x-user-action"] == true,
            idempotent: operation["x-idempotent"].is_string(),
            paged: operation["x-paging"].is_string(),
            csv: operation["x-csv"] == true,
            multipart: operation["x-multipart"] == true,
            pending: match operation["x-pending"].as_str() {
                Some("change-request") => held["$ref"]
                    .as_str()
                    .map(|target| Pending::Change(component(target).to_owned())),
                Some(_) => Some(Pending::Entity),
                None => None,
            },
            permissions: array(&operation["x-permission"]).iter().map(text).collect(),
            principals: array(&operation["x-principals"]).iter().map(text).collect(),
            lifecycle: operation["x-lifecycle"].as_str().unwrap_or("current").to_owned(),
            body: body["$ref"].as_str().map(|target| component(target).to_owned()),
            status: success.and_then(|(status, _)| status.parse().ok()).unwrap_or(200),
            answer: answer.and_then(|schema| Some(component(schema["$ref"].as_str()?).to_owned())),
            parameters: parameters
                .iter()
                .map(|parameter| Parameter {
                    wire: text(&parameter["name"]),
                    in_query: parameter["in"] == "query",
                    description: text(&parameter["description"]),
                    limits: parameter["schema"]["x-limits"].clone(),
                })
                .collect(),
            tag,
        });
    }

    /// Fields of a component that an update can clear: optional and nullable, in something that is only sent.
    pub fn patched(&self, component: &str, property: &str) -> bool {
        let Some(schema) = self.objects.get(component) else {
            return false;
        };
        self.only_sent.contains(component)
            && schema["properties"][property]["nullable"] == true
            && !array(&schema["required"]).iter().any(|required| required == property)
    }

    /// The operation with this snake-case id.
    pub fn operation(&self, function: &str) -> Option<&Operation> {
        // Sorted by function.
        let found = self
            .operations
            .binary_search_by(|operation| operation.function.as_str().cmp(function));
        found.ok().and_then(|position| self.operations.get(position))
    }
}

/// Components that only requests reach, so that nothing ever decodes them out of an answer.
fn only_sent(document: &Value) -> BTreeSet<String> {
    let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for item in object(&document["paths"]).values() {
        for operation in object(item).values() {
            reach(document, &operation["requestBody"], &mut sent);
            reach(document, &operation["responses"], &mut answered);
            // The application reads them, as it reads answers.
            reach(document, &operation["callbacks"], &mut answered);
        }
    }
    sent.difference(&answered).cloned().collect()
}

/// The component that a reference names.
pub(crate) fn component(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn object(value: &Value) -> &serde_json::Map<String, Value> {
    static EMPTY: std::sync::LazyLock<serde_json::Map<String, Value>> = std::sync::LazyLock::new(serde_json::Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

/// Follows a reference to a component of any sort.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"]
        .as_str()
        .and_then(|target| document.pointer(target.trim_start_matches('#')))
    {
        Some(target) => target,
        None => value,
    }
}

/// Collects every schema component that `value` leads to.
pub(crate) fn reach(document: &Value, value: &Value, reached: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                let is_schema = target.starts_with("#/components/schemas/");
                if !is_schema || reached.insert(component(target).to_owned()) {
                    reach(document, resolve(document, value), reached);
                }
            }
            for (key, field) in fields {
                if key != "discriminator" {
                    reach(document, field, reached);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| reach(document, item, reached)),
        _ => {}
    }
}
