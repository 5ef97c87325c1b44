//! What is asked of every row of the tables.

mod anything;
mod counts;
mod enums;
mod objects;
pub(crate) mod unions;
mod values;
