//! Enums take every value: those of the specification, and those that come after it.

use serde_json::json;

use crate::Failures;
use crate::generated::COUNTS;
use crate::generated::enums::ENUMS;

#[test]
fn every_known_value_goes_back_out_unchanged_and_prints_itself() {
    let mut failures = Failures::default();
    for row in ENUMS {
        for value in row.values {
            failures.expect(row.name, "a known value", row.recode, &json!(value), &json!(value));
            failures.compare(row.name, "prints", value, (row.print)(value).as_str(), value);
        }
    }
    failures.finish(2 * COUNTS.enum_values);
}

#[test]
fn every_enum_has_the_values_of_the_specification() {
    let mut failures = Failures::default();
    for row in ENUMS {
        failures.compare(row.name, "its values", row.name, (row.known)().as_slice(), row.values);
    }
    failures.finish(COUNTS.enums);
}

#[test]
fn every_enum_keeps_an_unknown_value_and_prints_it() {
    // The last three are nearly known: an enum that was lenient about case or space would change them.
    let unknown = |known: &str| {
        let texts = [
            "Utopia",
            "",
            "snow \u{2744} \"quoted\"\n",
            &known.to_lowercase(),
            &known.to_uppercase(),
            &format!("{known} "),
        ];
        texts.map(str::to_owned)
    };
    let mut failures = Failures::default();
    for row in ENUMS {
        for text in unknown(row.values[0]) {
            failures.expect(row.name, "an unknown value", row.recode, &json!(text), &json!(text));
            failures.compare(row.name, "prints", &text, &(row.print)(&text), &text);
        }
    }
    failures.finish(2 * 6 * COUNTS.enums);
}

#[test]
fn no_enum_takes_what_is_no_text() {
    let mut failures = Failures::default();
    for row in ENUMS {
        for value in [json!(1), json!(null), json!(["Utopia"]), json!({"kind": "Utopia"})] {
            let refused = (row.recode)(&value.to_string()).is_err_and(|error| error.contains(row.name));
            failures.compare(row.name, "an error with its name", &value.to_string(), refused, true);
        }
    }
    failures.finish(4 * COUNTS.enums);
}
