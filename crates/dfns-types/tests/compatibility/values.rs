//! Ids, amounts, bytes, what the API leaves free, and lists and maps with a name: each in every form it can have.

use serde_json::json;

use crate::generated::COUNTS;
use crate::generated::values::VALUES;
use crate::{Failures, read};

#[test]
fn every_form_goes_back_out_unchanged() {
    let (mut failures, mut forms) = (Failures::default(), 0);
    for row in VALUES {
        for form in row.forms {
            failures.expect(row.name, "one of its forms", row.recode, &read(form), &read(form));
            forms += 1;
        }
    }
    assert!(forms > COUNTS.values, "{forms}");
    failures.finish(forms);
}

#[test]
fn what_the_api_leaves_free_may_be_anything() {
    let (mut failures, mut values) = (Failures::default(), 0);
    for row in VALUES.iter().filter(|row| row.anything) {
        for value in [
            json!(u64::MAX),
            json!(i64::MIN),
            json!(-0.25),
            json!([[], [null]]),
            json!({"": {}}),
        ] {
            failures.expect(row.name, "anything", row.recode, &value, &value);
            values += 1;
        }
    }
    assert!(values > 50, "{values}");
    failures.finish(values);
}
