//! The Dfns API client.
