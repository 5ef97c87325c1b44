//! The names of all rules that the specification is held against.
//!
//! Invariant: each name stands here once; a test fails if no fixture breaks the rule.

macro_rules! rules {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: &str = $name;)*

        /// Every rule.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

rules! {
    // the files
    /// A file or folder that cannot be read.
    FILE_UNREADABLE = "file-unreadable";
    /// A file that is no part of the specification.
    FILE_UNKNOWN = "file-unknown";
    /// A file that is not UTF-8.
    FILE_ENCODING = "file-encoding";
    /// Text that is not YAML.
    YAML_SYNTAX = "yaml-syntax";
    /// A file without content.
    YAML_EMPTY = "yaml-empty";
    /// More than one document in a file.
    YAML_DOCUMENTS = "yaml-documents";
    /// An anchor, an alias or a merge key.
    YAML_ALIAS = "yaml-alias";
    /// A YAML tag such as `!!str`.
    YAML_TAG = "yaml-tag";
    /// A file that is too large.
    YAML_SIZE = "yaml-size";
    /// Lists and mappings nested too deep.
    YAML_DEPTH = "yaml-depth";
    /// A key that is not text.
    YAML_KEY = "yaml-key";
    /// A key that stands twice.
    YAML_DUPLICATE_KEY = "yaml-duplicate-key";
    /// A key without a value.
    YAML_NULL = "yaml-null";
    /// A value that YAML readers take for different things.
    YAML_AMBIGUOUS = "yaml-ambiguous";

    // the bundle
    /// A number, `true` or `false` where text is meant.
    TEXT_EXPECTED = "text-expected";
    /// A key that does not belong where it stands.
    UNKNOWN_KEY = "unknown-key";
    /// A list where a mapping is needed, and the like.
    WRONG_SHAPE = "wrong-shape";
    /// `openapi.yaml` without its version, title or tags.
    OPENAPI_HEAD = "openapi-head";
    /// A path or method that stands twice.
    DUPLICATE_PATH = "duplicate-path";
    /// A component that stands twice.
    DUPLICATE_COMPONENT = "duplicate-component";
    /// An operation id that stands twice.
    DUPLICATE_OPERATION_ID = "duplicate-operation-id";
    /// A reference that leads nowhere.
    UNKNOWN_REFERENCE = "unknown-reference";
    /// References that lead in a circle.
    CYCLIC_REFERENCE = "cyclic-reference";

    // operations
    /// An operation without an id in camelCase.
    OPERATION_ID = "operation-id";
    /// An operation whose tag is not the name of its file.
    OPERATION_TAG = "operation-tag";
    /// A tag that no operation has.
    UNUSED_TAG = "unused-tag";
    /// An operation without a summary.
    SUMMARY = "summary";
    /// A missing, malformed or repeated `x-call`.
    CALL = "call";
    /// A `security` that says nothing, or names an unknown scheme.
    SECURITY = "security";
    /// A body that is not required JSON of a named type.
    REQUEST_BODY = "request-body";
    /// A body beside a file that does not say which.
    FORM = "form";
    /// A body that is not called a request.
    REQUEST_NAME = "request-name";
    /// A callback that is not a post of JSON.
    CALLBACK = "callback";
    /// No answer, or several answers, that count as success.
    ONE_SUCCESS = "one-success";
    /// An answer that is neither JSON of a named type nor empty.
    ANSWER = "answer";
    /// A refusal that an operation writes itself.
    OWN_REFUSAL = "own-refusal";
    /// A paged list without its parameters or fields.
    PAGING = "paging";
    /// A list that is called a page, or a page that is called a list.
    LIST_NAME = "list-name";
    /// A malformed path.
    PATH_TEMPLATE = "path-template";
    /// A parameter of a path that is not declared, or declared but not there.
    PATH_PARAMETER = "path-parameter";
    /// A parameter without name, place or schema, or one that the client sets itself.
    PARAMETER = "parameter";
    /// An extension that nobody reads.
    UNKNOWN_EXTENSION = "unknown-extension";
    /// A flag of an operation that is neither `true` nor left out.
    OPERATION_FLAG = "operation-flag";
    /// A malformed permission.
    PERMISSION = "permission";
    /// An unknown kind of caller.
    PRINCIPALS = "principals";
    /// `x-idempotent` without the field it speaks of.
    IDEMPOTENT = "idempotent";
    /// `x-lifecycle` without `deprecated`, or the other way round.
    LIFECYCLE = "lifecycle";
    /// A wrong `x-pending`.
    PENDING = "pending";
    /// A status whose values do not say how far something got.
    PROGRESS = "progress";
    /// A wrong `x-inferred`.
    INFERRED = "inferred";

    // names
    /// A component whose name is not in PascalCase, or only numbered.
    COMPONENT_NAME = "component-name";
    /// A component with a name that the generator makes itself.
    RESERVED_NAME = "reserved-name";
    /// Names that differ in capitals or punctuation only.
    NAME_CLASH = "name-clash";
    /// A component of several domains in the file of one.
    COMPONENT_FILE = "component-file";
    /// A component that no operation uses.
    UNUSED_COMPONENT = "unused-component";

    // schemas
    /// An object, enum or union without a name.
    INLINE = "inline";
    /// A schema with a `title`.
    TITLE = "title";
    /// A keyword that makes types refuse answers, or that has no type.
    FORBIDDEN_KEYWORD = "forbidden-keyword";
    /// An `allOf` that is more than a reference.
    ALL_OF = "all-of";
    /// Something beside a `$ref`.
    REFERENCE_SIBLING = "reference-sibling";
    /// A missing, unknown or half-written type.
    TYPE = "type";
    /// A `required` that names no field.
    REQUIRED = "required";
    /// A wrong `nullable`.
    NULLABLE = "nullable";
    /// A union without two members or without a tag.
    UNION = "union";
    /// A mapping that does not fit the members of its union.
    UNION_MAPPING = "union-mapping";
    /// A member without the tag of its union.
    UNION_TAG = "union-tag";
    /// A member of more than one union, or no plain object.
    UNION_MEMBER = "union-member";
    /// A number without a width.
    NUMBER_FORMAT = "number-format";
    /// A format that no type stands for.
    TEXT_FORMAT = "text-format";
    /// An id that is not written as one.
    ID = "id";
    /// An enum of something other than text.
    ENUM = "enum";
    /// A secret that a log would show.
    SECRET = "secret";
    /// Something free without a name or a reason.
    FREE_FORM = "free-form";
    /// A hand-written type in a wrong place.
    RUST_TYPE = "rust-type";
    /// A limit that nobody checks.
    LIMITS = "limits";

    // words
    /// A component or an answer without a description.
    DESCRIPTION = "description";
    /// A description that is no sentence.
    SENTENCE = "sentence";
}
