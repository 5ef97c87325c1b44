//! The header `retry-after`, which is a number of seconds or a time.

use std::time::Duration;

/// How long to wait. A time is measured from the `date` of the same answer, not from this machine's clock: the two may
/// disagree, and the difference is all that the server can mean. Without a good `date`, a time says nothing.
pub(super) fn read(after: &str, date: Option<&str>) -> Option<Duration> {
    let after = after.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(after).ok()?;
    let now = httpdate::parse_http_date(date?.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;

    const DATE: Option<&str> = Some("Sun, 06 Nov 1994 08:49:37 GMT");

    #[test]
    fn seconds_are_taken_as_they_are() {
        assert_eq!(read("7", None), Some(Duration::from_secs(7)));
        assert_eq!(read(" 0 ", DATE), Some(Duration::ZERO));
    }

    #[test]
    fn a_time_is_measured_from_the_date_of_the_answer() {
        for time in [
            "Sun, 06 Nov 1994 08:51:07 GMT",
            "Sunday, 06-Nov-94 08:51:07 GMT",
            "Sun Nov  6 08:51:07 1994",
        ] {
            assert_eq!(read(time, DATE), Some(Duration::from_secs(90)), "{time}");
        }
    }

    #[test]
    fn a_time_that_is_over_is_now() {
        assert_eq!(read("Sun, 06 Nov 1994 08:49:36 GMT", DATE), Some(Duration::ZERO));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for (after, date) in [
            ("soon", DATE),
            ("-1", DATE),
            ("1.5", DATE),
            ("", DATE),
            ("Sun, 06 Nov 1994 08:51:07 GMT", None),
            ("Sun, 06 Nov 1994 08:51:07 GMT", Some("today")),
            ("99999999999999999999", DATE),
        ] {
            assert_eq!(read(after, date), None, "{after}");
        }
    }
}
