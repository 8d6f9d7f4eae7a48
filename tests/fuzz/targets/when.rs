//! Times as people type them.

use std::time::Duration;

use loa::conversation::notice::read_duration;
use loa::domain::calendar::{parse_when, when_words};

use crate::run::{Target, kind};
use crate::targets::{monday, text};

#[test]
fn a_time_is_read_as_one_to_come_or_refused() {
    let words = &[
        "ngay",
        "mai",
        "mốt",
        "kia",
        "thứ hai",
        "thứ tư",
        "T6",
        "CN",
        "chủ nhật",
        "8h",
        "8h30",
        "14:30",
        "8g15",
        "07/12/2026",
        "7/12",
        "2026-12-07",
        "T08:00",
        "sáng",
        "lúc",
        "hôm nay",
        "29/02/2028",
        "31/12/9999",
        "4h",
        "30 phút",
        "1 ngày",
        "24:00",
        "23:59",
    ];
    Target { name: "when", words, longest: 256, memory_kib: 256 }.run(|input| {
        let (text, now) = (text(input), monday());
        if let Some(after) = read_duration(&text) {
            assert!((Duration::from_secs(60)..=Duration::from_secs(30 * 86_400)).contains(&after));
        }
        match parse_when(&text, now) {
            Ok(at) => {
                assert!(at >= now, "{text:?} is read as {at:?}, which has passed");
                // Said in words it is read as the same minute, so that people see what was understood.
                assert_eq!(at.0 % 60_000_000, 0, "{text:?} is read with seconds that nobody wrote");
                let words = when_words(at);
                let again =
                    words.split_whitespace().filter(|word| word.contains([':', '/'])).collect::<Vec<_>>();
                if at > now {
                    assert_eq!(parse_when(&again.join(" "), now), Ok(at), "{text:?} is said as {words:?}");
                }
                kind((at.0 - now.0) / 3_600_000_000)
            }
            Err(error) => {
                assert!(error.0.chars().count() <= 40);
                kind("refused")
            }
        }
    });
}
