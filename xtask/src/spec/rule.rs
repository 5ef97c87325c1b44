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
}
