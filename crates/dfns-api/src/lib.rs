//! The low-level Dfns API client that progenitor generates: one function per operation.
