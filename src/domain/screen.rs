//! Texts that must not go the ordinary way.

use super::text::{contains_words, fold};

/// How a text has to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screening {
    Clear,
    /// It carries a marking of state secrecy (Law on Protection of State Secrets, 29/2018/QH14, article 8):
    /// it may not be kept here.
    Secret,
    /// A complaint or denunciation, which has a legal path of its own (Laws 02/2011/QH13, 25/2018/QH14).
    Complaint,
}

const MARKINGS: [&str; 3] = ["TUYỆT MẬT", "TỐI MẬT", "MẬT"];

const COMPLAINTS: [&str; 9] = [
    "don khieu nai",
    "don to cao",
    "toi khieu nai",
    "toi to cao",
    "to cao can bo",
    "to cao ong",
    "to cao ba",
    "khieu nai quyet dinh",
    "gui don to cao",
];

/// Looks at a text. The word in ordinary use (“bí mật”, “mật ong”, “mật độ”) is no marking.
pub fn screen(text: &str) -> Screening {
    if text.lines().any(is_marked) {
        return Screening::Secret;
    }
    let folded = fold(text);
    if COMPLAINTS.iter().any(|phrase| contains_words(&folded, phrase)) {
        return Screening::Complaint;
    }
    Screening::Clear
}

/// Whether a line carries a marking: alone on the line, in brackets, or after “Độ mật:”.
fn is_marked(line: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let line: String = line.nfc().collect();
    let bare = line.trim().trim_matches(|c: char| !c.is_alphanumeric());
    if MARKINGS.contains(&bare) {
        return true;
    }
    let bracketed = MARKINGS.iter().any(|mark| {
        [('(', ')'), ('[', ']'), ('{', '}'), ('«', '»'), ('“', '”'), ('"', '"')]
            .iter()
            .any(|(open, close)| line.contains(&format!("{open}{mark}{close}")))
    });
    let begins = MARKINGS.iter().any(|mark| {
        let start = line.trim_start();
        start.strip_prefix(mark).is_some_and(|rest| rest.starts_with([':', '.', '-', '–', '!', '\t']))
            || start.strip_prefix(mark).is_some_and(|rest| rest.starts_with(" -") || rest.starts_with(" –"))
    });
    bracketed || begins || has_degree(&fold(&line))
}

/// “Độ mật: tối mật”, “mức độ mật: mật”.
fn has_degree(folded: &str) -> bool {
    folded.find("do mat:").is_some_and(|at| {
        let degree = folded[at + "do mat:".len()..].trim_start();
        ["tuyet mat", "toi mat", "mat"].iter().any(|mark| {
            degree.strip_prefix(mark).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marking_is_seen_and_ordinary_words_are_not() {
        for text in ["MẬT\nBáo cáo", "(TỐI MẬT) kế hoạch", "Độ mật: Tối mật", "TUYỆT MẬT", "MẬT: số 12"]
        {
            assert_eq!(screen(text), Screening::Secret, "{text}");
        }
        for text in ["bí mật đời tư", "bán mật ong giả", "mật độ xe cao", "Mật ong", "họ MẬT vụ gì đó"]
        {
            assert_eq!(screen(text), Screening::Clear, "{text}");
        }
    }

    #[test]
    fn a_denunciation_is_told_from_a_report() {
        assert_eq!(screen("Tôi tố cáo ông chủ tịch xã"), Screening::Complaint);
        assert_eq!(screen("Bà con gửi đơn khiếu nại"), Screening::Complaint);
        assert_eq!(screen("Sạt lở ở bản Lếch"), Screening::Clear);
    }
}
