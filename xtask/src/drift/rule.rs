//! What a change means: one rule a sort of change, each with its class on the wire and for a caller in Rust.
//!
//! Invariant: a class hangs on the rule alone, never on where the change stands. The table in `README.md` is this one.

use std::fmt;

/// How much of a change a caller feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that a caller relies on.
    Neutral,
    /// More is possible; what worked goes on working.
    Additive,
    /// Something that worked may fail, or no longer compiles.
    Breaking,
}

impl Class {
    /// The class as it is written in every format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A sort of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// The name, in kebab case; part of the id of a change, so it stays as it is.
    pub name: &'static str,
    /// What it means to a program that speaks HTTP by itself.
    pub wire: Class,
    /// What it means to a program that calls `dfns`, or uses `dfns-types`.
    pub rust: Class,
    /// Why the classes are what they are.
    pub why: &'static str,
}

impl Rule {
    /// The worse of the two classes.
    #[must_use]
    pub fn class(&self) -> Class {
        self.wire.max(self.rust)
    }
}

/// The rule for what is sent, and the rule for what is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) request: Rule,
    pub(crate) response: Rule,
}

macro_rules! rules {
    ($($constant:ident = $name:literal, $wire:ident, $rust:ident, $why:literal;)*) => {
        $(
            #[doc = $why]
            pub const $constant: Rule = Rule {
                name: $name,
                wire: Class::$wire,
                rust: Class::$rust,
                why: $why,
            };
        )*
        /// All rules, in the order of the table in `README.md`.
        pub const ALL: &[Rule] = &[$($constant),*];
    };
}

rules! {
    OPERATION_ADDED = "operation-added", Additive, Additive, "A new call, which nobody makes yet.";
    OPERATION_REMOVED = "operation-removed", Breaking, Breaking, "The call is refused, and its method is gone.";
    OPERATION_MOVED = "operation-moved", Breaking, Neutral, "The old address is refused; the method of the same operation goes to the new one.";
    OPERATION_ID_CHANGED = "operation-id-changed", Neutral, Breaking, "The id is not sent, but requests, functions and the operation table are named after it.";
    OPERATION_CALL_CHANGED = "operation-call-changed", Neutral, Breaking, "`x-call` names the method.";
    OPERATION_DOMAIN_CHANGED = "operation-domain-changed", Neutral, Breaking, "The tag names the module and the feature that hold the types.";
    OPERATION_PAGING_CHANGED = "operation-paging-changed", Neutral, Breaking, "`send()` yields a page or the whole answer, and `stream()` comes or goes.";
    OPERATION_DEPRECATED = "operation-deprecated", Neutral, Additive, "It still works; `#[deprecated]` warns.";
    OPERATION_DEPRECATION_LIFTED = "operation-deprecation-lifted", Neutral, Neutral, "A warning goes away.";
    OPERATION_FACT_CHANGED = "operation-fact-changed", Neutral, Neutral, "Permissions, principals, idempotence: the call itself is the same.";
    PATH_PARAMETER_RENAMED = "path-parameter-renamed", Neutral, Neutral, "The name is not sent, and arguments have no names in Rust.";
    SECURITY_ADDED = "security-added", Breaking, Breaking, "Whoever called without a token is refused.";
    SECURITY_REMOVED = "security-removed", Additive, Additive, "A token is no longer needed, and does no harm.";
    SECURITY_CHANGED = "security-changed", Breaking, Breaking, "Another sort of token is needed.";
    USER_ACTION_ADDED = "user-action-added", Breaking, Breaking, "A request without a signature is refused, and a client without a signer cannot make one.";
    USER_ACTION_REMOVED = "user-action-removed", Additive, Additive, "A signature is no longer needed.";
    PARAMETER_ADDED = "parameter-added", Additive, Additive, "A new setter.";
    PARAMETER_ADDED_REQUIRED = "parameter-added-required", Breaking, Breaking, "A request without it is refused; the method takes one more argument.";
    PARAMETER_REMOVED = "parameter-removed", Breaking, Breaking, "It no longer has an effect; its setter or argument is gone.";
    PARAMETER_REQUIRED = "parameter-required", Breaking, Breaking, "A request without it is refused; the setter becomes an argument.";
    PARAMETER_OPTIONAL = "parameter-optional", Additive, Breaking, "It may be left out; the argument becomes a setter.";
    PARAMETER_STYLE_CHANGED = "parameter-style-changed", Breaking, Neutral, "A list is written in another way, which the client takes care of.";
    REQUEST_BODY_ADDED = "request-body-added", Additive, Additive, "A body may be sent; the method gains setters.";
    REQUEST_BODY_ADDED_REQUIRED = "request-body-added-required", Breaking, Breaking, "A request without a body is refused.";
    REQUEST_BODY_REMOVED = "request-body-removed", Breaking, Breaking, "What was sent no longer has an effect; arguments and setters are gone.";
    REQUEST_BODY_REQUIRED = "request-body-required", Breaking, Breaking, "A request without a body is refused.";
    REQUEST_BODY_OPTIONAL = "request-body-optional", Additive, Breaking, "The body may be left out; its arguments become optional.";
    REQUEST_CONTENT_ADDED = "request-content-added", Additive, Neutral, "The body may be sent in another form; the client keeps to its own.";
    REQUEST_CONTENT_REMOVED = "request-content-removed", Breaking, Breaking, "A form of the body is refused.";
    RESPONSE_CONTENT_ADDED = "response-content-added", Additive, Neutral, "The answer may be asked for in another form.";
    RESPONSE_CONTENT_REMOVED = "response-content-removed", Breaking, Breaking, "A form of the answer is gone.";
    RESPONSE_BODY_ADDED = "response-body-added", Additive, Breaking, "An empty answer has content; `send()` yields it in place of `()`.";
    RESPONSE_BODY_REMOVED = "response-body-removed", Breaking, Breaking, "The answer is empty; `send()` yields `()`.";
    SUCCESS_STATUS_ADDED = "success-status-added", Breaking, Neutral, "A caller that knows only the other status meets one it does not know; the client knows both.";
    SUCCESS_STATUS_REMOVED = "success-status-removed", Neutral, Neutral, "A status that is no longer answered.";
    SUCCESS_STATUS_CHANGED = "success-status-changed", Breaking, Neutral, "Whoever looks for the old status does not find it; the client does it itself.";
    REQUEST_FIELD_ADDED = "request-field-added", Additive, Additive, "It may be left out; a new setter.";
    REQUEST_FIELD_ADDED_REQUIRED = "request-field-added-required", Breaking, Breaking, "A request without it is refused; `new` takes one more argument.";
    REQUEST_FIELD_REMOVED = "request-field-removed", Breaking, Breaking, "It is refused or has no effect; the field is gone.";
    REQUEST_FIELD_REQUIRED = "request-field-required", Breaking, Breaking, "A request without it is refused; the setter becomes an argument.";
    REQUEST_FIELD_OPTIONAL = "request-field-optional", Additive, Breaking, "It may be left out; the argument of `new` becomes a setter.";
    REQUEST_NULLABLE = "request-nullable", Additive, Breaking, "`null` may be sent; the type becomes `Option` or `Patch`.";
    REQUEST_NOT_NULLABLE = "request-not-nullable", Breaking, Breaking, "`null` is refused; `Option` or `Patch` goes away.";
    REQUEST_TYPE_WIDENED = "request-type-widened", Additive, Breaking, "Everything that was sent is still taken; the type is another.";
    REQUEST_TYPE_CHANGED = "request-type-changed", Breaking, Breaking, "What was sent may be refused; the type is another.";
    REQUEST_FORMAT_WIDENED = "request-format-widened", Additive, Breaking, "Everything that was sent is still taken; the type is another.";
    REQUEST_FORMAT_CHANGED = "request-format-changed", Breaking, Breaking, "What was sent may be refused; the type is another.";
    REQUEST_ENUM_VALUE_ADDED = "request-enum-value-added", Additive, Additive, "One more value to choose.";
    REQUEST_ENUM_VALUE_REMOVED = "request-enum-value-removed", Breaking, Breaking, "The value is refused; its variant is gone.";
    REQUEST_UNION_MEMBER_ADDED = "request-union-member-added", Additive, Additive, "One more sort to choose.";
    REQUEST_UNION_MEMBER_REMOVED = "request-union-member-removed", Breaking, Breaking, "The sort is refused; its variant is gone.";
    REQUEST_LIMIT_RELAXED = "request-limit-relaxed", Additive, Additive, "More values are taken.";
    REQUEST_DEFAULT_CHANGED = "request-default-changed", Breaking, Breaking, "The same request means something else.";
    RESPONSE_FIELD_ADDED = "response-field-added", Additive, Additive, "Readers pass over it; structs are `#[non_exhaustive]`.";
    RESPONSE_FIELD_ADDED_REQUIRED = "response-field-added-required", Additive, Breaking, "Readers pass over it; `new` takes one more argument, which matters to tests that build answers.";
    RESPONSE_FIELD_REMOVED = "response-field-removed", Breaking, Breaking, "Readers miss it; the field is gone.";
    RESPONSE_FIELD_REQUIRED = "response-field-required", Additive, Breaking, "It is always there; `Option<T>` becomes `T`.";
    RESPONSE_FIELD_OPTIONAL = "response-field-optional", Breaking, Breaking, "Readers may miss it; `T` becomes `Option<T>`.";
    RESPONSE_NULLABLE = "response-nullable", Breaking, Breaking, "Readers may meet `null`; `T` becomes `Option<T>`.";
    RESPONSE_NOT_NULLABLE = "response-not-nullable", Additive, Breaking, "Readers no longer meet `null`; `Option<T>` becomes `T`.";
    RESPONSE_OPTIONAL_NULLABLE = "response-optional-nullable", Breaking, Neutral, "Readers may meet `null` where the field was left out; it is `Option<T>` in both cases.";
    RESPONSE_OPTIONAL_NOT_NULLABLE = "response-optional-not-nullable", Additive, Neutral, "Readers no longer meet `null`; it is `Option<T>` in both cases.";
    RESPONSE_TYPE_NARROWED = "response-type-narrowed", Additive, Breaking, "Readers get less than they understand; the type is another.";
    RESPONSE_TYPE_CHANGED = "response-type-changed", Breaking, Breaking, "Readers may not understand it; the type is another.";
    RESPONSE_FORMAT_NARROWED = "response-format-narrowed", Additive, Breaking, "Readers get less than they understand; the type is another.";
    RESPONSE_FORMAT_CHANGED = "response-format-changed", Breaking, Breaking, "Readers may not understand it; the type is another.";
    RESPONSE_ENUM_VALUE_ADDED = "response-enum-value-added", Additive, Additive, "Enums are open: the value used to be `Unknown`.";
    RESPONSE_ENUM_VALUE_REMOVED = "response-enum-value-removed", Neutral, Breaking, "It is no longer answered; its variant is gone.";
    RESPONSE_UNION_MEMBER_ADDED = "response-union-member-added", Additive, Additive, "Unions are open: the sort used to be `Unknown`.";
    RESPONSE_UNION_MEMBER_REMOVED = "response-union-member-removed", Neutral, Breaking, "It is no longer answered; its variant is gone.";
    UNION_TAG_CHANGED = "union-tag-changed", Breaking, Breaking, "Another field tells the members apart.";
    LIMIT_CHANGED = "limit-changed", Neutral, Neutral, "Limits are no part of the types; the API checks them.";
    NUMBER_FORMAT_STATED = "number-format-stated", Neutral, Neutral, "One side says how wide the number is, the other says nothing.";
    FIELD_DEPRECATED = "field-deprecated", Neutral, Neutral, "It still works.";
    FIELD_DEPRECATION_LIFTED = "field-deprecation-lifted", Neutral, Neutral, "It goes on working.";
    TYPE_RENAMED = "type-renamed", Neutral, Breaking, "The name of a component is not sent, but a type is named after it.";
    RUST_TYPE_CHANGED = "rust-type-changed", Neutral, Breaking, "`x-rust-type`, or a format of ours (`id`, `amount`, `hex`, `password`): the same text in another type.";
    ARGUMENT_ORDER_CHANGED = "argument-order-changed", Neutral, Breaking, "`required` gives the order of the arguments of `new`.";
}

macro_rules! pairs {
    ($($constant:ident = $request:ident, $response:ident;)*) => {
        $(pub(crate) const $constant: Pair = Pair { request: $request, response: $response };)*
    };
}

pairs! {
    FIELD_ADDED = REQUEST_FIELD_ADDED, RESPONSE_FIELD_ADDED;
    FIELD_ADDED_REQUIRED = REQUEST_FIELD_ADDED_REQUIRED, RESPONSE_FIELD_ADDED_REQUIRED;
    FIELD_REMOVED = REQUEST_FIELD_REMOVED, RESPONSE_FIELD_REMOVED;
    FIELD_REQUIRED = REQUEST_FIELD_REQUIRED, RESPONSE_FIELD_REQUIRED;
    FIELD_OPTIONAL = REQUEST_FIELD_OPTIONAL, RESPONSE_FIELD_OPTIONAL;
    NULLABLE = REQUEST_NULLABLE, RESPONSE_NULLABLE;
    NOT_NULLABLE = REQUEST_NOT_NULLABLE, RESPONSE_NOT_NULLABLE;
    OPTIONAL_NULLABLE = REQUEST_NULLABLE, RESPONSE_OPTIONAL_NULLABLE;
    OPTIONAL_NOT_NULLABLE = REQUEST_NOT_NULLABLE, RESPONSE_OPTIONAL_NOT_NULLABLE;
    TYPE_WIDENED = REQUEST_TYPE_WIDENED, RESPONSE_TYPE_CHANGED;
    TYPE_NARROWED = REQUEST_TYPE_CHANGED, RESPONSE_TYPE_NARROWED;
    TYPE_CHANGED = REQUEST_TYPE_CHANGED, RESPONSE_TYPE_CHANGED;
    FORMAT_WIDENED = REQUEST_FORMAT_WIDENED, RESPONSE_FORMAT_CHANGED;
    FORMAT_NARROWED = REQUEST_FORMAT_CHANGED, RESPONSE_FORMAT_NARROWED;
    FORMAT_CHANGED = REQUEST_FORMAT_CHANGED, RESPONSE_FORMAT_CHANGED;
    ENUM_VALUE_ADDED = REQUEST_ENUM_VALUE_ADDED, RESPONSE_ENUM_VALUE_ADDED;
    ENUM_VALUE_REMOVED = REQUEST_ENUM_VALUE_REMOVED, RESPONSE_ENUM_VALUE_REMOVED;
    UNION_MEMBER_ADDED = REQUEST_UNION_MEMBER_ADDED, RESPONSE_UNION_MEMBER_ADDED;
    UNION_MEMBER_REMOVED = REQUEST_UNION_MEMBER_REMOVED, RESPONSE_UNION_MEMBER_REMOVED;
    LIMIT_RELAXED = REQUEST_LIMIT_RELAXED, LIMIT_CHANGED;
}
