//! Whom a notice is for, as people write it.

use loa::domain::audience::Audience;

use crate::run::{Target, kind};
use crate::targets::text;

#[test]
fn an_audience_means_the_same_when_it_is_written_back() {
    let words = &[
        "all",
        "tất cả",
        "groups",
        "nhóm",
        "people",
        "cá nhân",
        "unit:",
        "đơn vị:",
        "/*",
        "role:",
        "head",
        "@unit:",
        "group:",
        "person:",
        "-",
        "trừ ",
        ";",
        "\n",
        "Xã A",
        "editor",
        "tag:",
        "saved:",
        "unconfirmed:",
        "silent:",
        "12",
        "chưa xác nhận thông báo ",
        "không nhận trong ",
        " ngày",
        "@",
    ];
    Target { name: "audience", words, longest: 4096, memory_kib: 1024 }.run(|input| {
        match text(input).parse::<Audience>() {
            Ok(audience) => {
                assert!(!audience.include.is_empty(), "it is for nobody");
                let written = audience.to_string();
                assert_eq!(written.parse::<Audience>().as_ref(), Ok(&audience), "{written:?}");
                kind((audience.include.len().min(6), audience.exclude.len().min(6)))
            }
            Err(error) => {
                assert!(error.to_string().chars().count() < 600, "a sentence that nobody reads: {error}");
                kind(std::mem::discriminant(&error))
            }
        }
    });
}
