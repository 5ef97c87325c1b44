//! Who is calling, and what they may do.

pub(crate) mod application;
pub(crate) mod caller;
pub(crate) mod operation_names;
pub(crate) mod permission;
pub(crate) mod session;
pub(crate) mod tokens;

pub(crate) use caller::Caller;
