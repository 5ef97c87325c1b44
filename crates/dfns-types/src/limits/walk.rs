//! Holds a body in JSON against its limits.

use serde_json::Value;

use super::{Limits, Shape};

/// A value that the API would not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it stands, such as `tags[2]`.
    pub path: String,
    /// What is wrong, and what is expected. The value itself is not shown: it may be a secret.
    pub problem: String,
}

/// Checks a body, in the order of the specification.
///
/// # Errors
/// The first [`Violation`]. A body of another shape is not for these limits to judge.
pub fn check(body: &Value, shape: &Shape) -> Result<(), Violation> {
    match body {
        Value::Object(object) => {
            let mut shape = shape;
            if let Some((tag, kinds)) = shape.kinds {
                let kind = object.get(tag).and_then(Value::as_str);
                // Kinds that are not known have no limits.
                let Some((_, known)) = kinds.iter().find(|(name, _)| Some(*name) == kind) else {
                    return Ok(());
                };
                shape = known;
            }
            for field in shape.fields {
                if let Some(value) = object.get(field.name) {
                    let at = At {
                        limits: &field.limits,
                        items: &field.items,
                        shape: field.shape,
                    };
                    at.value(value).map_err(|violation| beneath(field.name, violation))?;
                }
            }
            Ok(())
        }
        Value::Array(_) => {
            let at = At {
                limits: &Limits::NONE,
                items: &Limits::NONE,
                shape: Some(shape),
            };
            at.value(body)
        }
        _ => Ok(()),
    }
}

/// What a value is held against.
pub(super) struct At<'a> {
    pub(super) limits: &'a Limits,
    pub(super) items: &'a Limits,
    pub(super) shape: Option<&'a Shape>,
}

impl At<'_> {
    fn value(&self, value: &Value) -> Result<(), Violation> {
        match value {
            Value::Null | Value::Bool(_) => Ok(()),
            Value::Number(number) => number.as_f64().map_or(Ok(()), |number| self.number(number)),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let at = At {
                    limits: self.items,
                    items: &Limits::NONE,
                    shape: self.shape,
                };
                for (position, item) in items.iter().enumerate() {
                    at.value(item)
                        .map_err(|violation| beneath(&format!("[{position}]"), violation))?;
                }
                self.length(items.len(), "items")
            }
            Value::Object(_) => self.shape.map_or(Ok(()), |shape| check(value, shape)),
        }
    }

    pub(super) fn text(&self, text: &str) -> Result<(), Violation> {
        let limits = self.limits;
        if limits.shortest > 0 || limits.longest < usize::MAX {
            self.length(text.chars().count(), "characters")?;
        }
        match limits.pattern {
            Some(pattern) if !pattern.matches(text) => wrong(format!("it has not the form {}", pattern.text)),
            _ => Ok(()),
        }
    }

    fn length(&self, length: usize, unit: &str) -> Result<(), Violation> {
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
        wrong(format!("it has {length} {unit}, expected {expected}"))
    }

    pub(super) fn number(&self, number: f64) -> Result<(), Violation> {
        let Limits { least, greatest, .. } = *self.limits;
        if (least..=greatest).contains(&number) {
            return Ok(());
        }
        let expected = match (least.is_finite(), greatest.is_finite()) {
            (true, true) => format!("{least} to {greatest}"),
            (true, false) => format!("at least {least}"),
            _ => format!("at most {greatest}"),
        };
        wrong(format!("it is {number}, expected {expected}"))
    }
}

fn wrong(problem: String) -> Result<(), Violation> {
    Err(Violation {
        path: String::new(),
        problem,
    })
}

/// Puts a step in front of the path of a violation.
fn beneath(step: &str, mut violation: Violation) -> Violation {
    let separator = if violation.path.is_empty() || violation.path.starts_with('[') {
        ""
    } else {
        "."
    };
    violation.path = format!("{step}{separator}{}", violation.path);
    violation
}

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
        let body = body.parse().expect("JSON");
        let Violation { path, problem } = check(&body, &BODY).err()?;
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
