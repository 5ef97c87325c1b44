//! What several rooms of these tests use.

pub(crate) mod fixtures;
pub(crate) mod keys;
pub(crate) mod server;
pub(crate) mod tls;
