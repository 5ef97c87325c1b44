//! Holds a body in JSON against its limits.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Limits, Shape};
use crate::object::Key;

/// A value that the API would not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it stands, such as `tags[2]`.
    pub path: String,
    /// What is wrong, and what is expected. The value itself is not shown: it may be a secret.
    pub problem: String,
}

/// Checks a body in JSON.
///
/// # Errors
/// The first [`Violation`]. A body that is no JSON, or of another shape, is not for these limits to judge.
#[inline]
pub fn check(body: &[u8], shape: &Shape) -> Result<(), Violation> {
    let mut found = None;
    let at = At {
        limits: &Limits::NONE,
        items: &Limits::NONE,
        shape: Some(shape),
        found: &mut found,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    // An error is ours, and has its violation, or the text's.
    let _ = at.deserialize(&mut json);
    found.map_or(Ok(()), Err)
}

/// A value and what it is held against.
pub(super) struct At<'a> {
    pub(super) limits: &'a Limits,
    pub(super) items: &'a Limits,
    pub(super) shape: Option<&'a Shape>,
    pub(super) found: &'a mut Option<Violation>,
}

impl At<'_> {
    fn wrong<T, E: Error>(&mut self, problem: String) -> Result<T, E> {
        *self.found = Some(Violation {
            path: String::new(),
            problem,
        });
        Err(E::custom("a limit"))
    }

    fn length<E: Error>(&mut self, length: usize, unit: &str) -> Result<(), E> {
        let Limits { shortest, longest, .. } = *self.limits;
        if (shortest..=longest).contains(&length) {
            return Ok(());
        }
        let expected = match (shortest, longest) {
            (shortest, usize::MAX) => format!("at least {shortest}"),
            (0, longest) => format!("at most {longest}"),
            (shortest, longest) if shortest == longest => shortest.to_string(),
            (shortest, longest) => format!("{shortest} to {longest}"),
        };
        self.wrong(format!("it has {length} {unit}, expected {expected}"))
    }

    fn number<E: Error>(&mut self, number: f64) -> Result<(), E> {
        let Limits { least, greatest, .. } = *self.limits;
        if (least..=greatest).contains(&number) {
            return Ok(());
        }
        let expected = match (least.is_finite(), greatest.is_finite()) {
            (true, true) => format!("{least} to {greatest}"),
            (true, false) => format!("at least {least}"),
            _ => format!("at most {greatest}"),
        };
        self.wrong(format!("it is {number}, expected {expected}"))
    }
}

/// Puts a step in front of the path of a violation that was found beneath.
fn step<T, E>(result: Result<T, E>, found: &mut Option<Violation>, step: impl FnOnce() -> String) -> Result<T, E> {
    if result.is_err()
        && let Some(violation) = found
    {
        let separator = if violation.path.is_empty() || violation.path.starts_with('[') {
            ""
        } else {
            "."
        };
        violation.path = format!("{}{separator}{}", step(), violation.path);
    }
    result
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "limits are small; a number near 2^64 is on the same side of them"
    )]
    fn visit_i64<E: Error>(mut self, number: i64) -> Result<(), E> {
        self.number(number as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "limits are small; a number near 2^64 is on the same side of them"
    )]
    fn visit_u64<E: Error>(mut self, number: u64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        let limits = self.limits;
        if limits.shortest > 0 || limits.longest < usize::MAX {
            self.length(text.chars().count(), "characters")?;
        }
        match limits.pattern {
            Some(pattern) if !pattern.matches(text) => self.wrong(format!("it has not the form {}", pattern.text)),
            _ => Ok(()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        loop {
            let item = At {
                limits: self.items,
                items: &Limits::NONE,
                shape: self.shape,
                found: self.found,
            };
            let next = items.next_element_seed(item);
            if step(next, self.found, || format!("[{count}]"))?.is_none() {
                return self.length(count, "items");
            }
            count += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut shape = self.shape;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let name = key.as_str();
            // The tag comes first: it is what a union writes first. Kinds that are not known have no limits.
            if let Some((tag, kinds)) = shape.and_then(|shape| shape.kinds)
                && tag == name
            {
                let kind = map.next_value::<Text<'de>>()?;
                shape = kinds
                    .iter()
                    .find(|(known, _)| *known == kind.0)
                    .map(|(_, shape)| *shape);
                continue;
            }
            let field = shape.and_then(|shape| shape.fields.iter().find(|field| field.name == name));
            match field {
                Some(field) => {
                    let value = At {
                        limits: &field.limits,
                        items: &field.items,
                        shape: field.shape,
                        found: self.found,
                    };
                    step(map.next_value_seed(value), self.found, || name.to_owned())?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The tag of a union.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::super::{Field, Limits, Shape};
    use super::{Violation, check};

    const UNLIMITED: Field = Field {
        name: "",
        limits: Limits::NONE,
        items: Limits::NONE,
        shape: None,
    };
    static NAMED: Shape = Shape {
        fields: &[Field {
            name: "name",
            limits: Limits {
                shortest: 1,
                longest: 3,
                ..Limits::NONE
            },
            ..UNLIMITED
        }],
        kinds: None,
    };
    static BODY: Shape = Shape {
        fields: &[
            Field {
                name: "tags",
                limits: Limits {
                    longest: 2,
                    ..Limits::NONE
                },
                items: Limits {
                    shortest: 2,
                    longest: 2,
                    ..Limits::NONE
                },
                shape: None,
            },
            Field {
                name: "days",
                limits: Limits {
                    least: 1.0,
                    greatest: 730.0,
                    ..Limits::NONE
                },
                ..UNLIMITED
            },
            Field {
                name: "people",
                shape: Some(&NAMED),
                ..UNLIMITED
            },
            Field {
                name: "order",
                shape: Some(&ORDER),
                ..UNLIMITED
            },
        ],
        kinds: None,
    };
    static ORDER: Shape = Shape {
        fields: &[],
        kinds: Some(("kind", &[("Named", &NAMED)])),
    };

    fn problem(body: &str) -> Option<String> {
        let Violation { path, problem } = check(body.as_bytes(), &BODY).err()?;
        Some(format!("{path}: {problem}"))
    }

    #[test]
    fn what_is_within_its_limits_or_has_none_is_taken() {
        for body in [
            r#"{"tags":["ab","cd"],"days":730,"people":[{"name":"äöü"}],"more":"xxxxxxxx","order":{"kind":"Named","name":"a"}}"#,
            r#"{"order":{"kind":"Other","name":"a long name"}}"#,
            r#"{"name":"a long name","tags":null,"days":true}"#,
            "{}",
            "[1,2,3]",
            "{\"tags\":",
            "",
        ] {
            assert_eq!(problem(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_not_is_named_with_what_is_expected() {
        for (body, expected) in [
            (
                r#"{"tags":["ab","cd","ef"]}"#,
                "tags: it has 3 items, expected at most 2",
            ),
            (r#"{"tags":["ab","c\n\n"]}"#, "tags[1]: it has 3 characters, expected 2"),
            (r#"{"days":731}"#, "days: it is 731, expected 1 to 730"),
            (r#"{"days":0.5}"#, "days: it is 0.5, expected 1 to 730"),
            (
                r#"{"people":[{"name":"a"},{"name":""}]}"#,
                "people[1].name: it has 0 characters, expected 1 to 3",
            ),
            (
                r#"{"order":{"kind":"Named","name":"long"}}"#,
                "order.name: it has 4 characters, expected 1 to 3",
            ),
        ] {
            assert_eq!(problem(body).as_deref(), Some(expected), "{body}");
        }
    }
}
