//! Everything small that looks at what people write.

use loa::conversation::incoming::{ExternalChat, Message, Sender};
use loa::conversation::{ChatKind, Incoming, Rules, What, incident};
use loa::domain::mask::mask;
use loa::domain::screen::{Screening, screen};
use loa::domain::template::{Template, Values};
use loa::domain::text::{clean_line, clean_text, contains_words, fold, shorten};
use loa::domain::{ChannelKind, Role, UnitPath};

use crate::run::{Target, kind};
use crate::targets::{monday, text};

fn said(text: &str) -> Incoming {
    Incoming {
        channel: ChannelKind::Telegram,
        chat: ExternalChat { id: "1".into(), kind: ChatKind::Private, title: String::new() },
        from: Some(Sender { id: "1".into(), name: "Lan".into() }),
        at: monday(),
        what: What::Message(Message { text: text.into(), addressed: true, ..Message::default() }),
    }
}

#[test]
fn whatever_is_written_is_cleaned_folded_masked_and_read() {
    let words = &[
        "/moi",
        "/start ",
        "@loa_bot",
        "/thongbao",
        "/hop",
        "ML-2026-0042",
        "0912 345 678",
        "+84 912.345.678",
        "a@b.vn",
        "29H1-234.56",
        "TUYỆT MẬT",
        "Độ mật: Mật",
        "[MẬT]",
        "đơn tố cáo",
        "{tháng}",
        "{đơn vị}",
        "{tên}",
        "{{",
        "}",
        "{",
        "012345678901",
        "Tỉnh / Xã",
        "editor",
        "lãnh đạo",
        "…",
        ". ",
    ];
    Target { name: "words", words, longest: 2048, memory_kib: 2048 }.run(|input| {
        let text = text(input);
        let folded = fold(&text);
        assert_eq!(fold(&folded), folded, "folded twice is folded otherwise");
        assert!(contains_words(&folded, &folded) || folded.is_empty());
        for max in [1, 7, 120] {
            assert!(shorten(&text, max).chars().count() <= max);
            if let Some(line) = clean_line(&text, max) {
                assert!(line.chars().count() <= max && !line.is_empty() && !line.contains('\n'), "{line:?}");
                assert_eq!(line.trim(), line);
            }
            if let Some(clean) = clean_text(&text, max) {
                assert!(clean.chars().count() <= max && !clean.contains("\n\n\n"), "{clean:?}");
            }
        }
        let masked = mask(&text);
        assert_eq!(mask(&masked), masked, "masked twice is masked otherwise");
        let incoming = said(&text);
        let command = incoming.command();
        if let Some((name, rest)) = &command {
            assert!(!name.is_empty() && !name.contains(char::is_whitespace) && rest.trim() == *rest);
            assert!(text.trim_start().starts_with('/'));
        }
        let code = incident::read_code(&text, &Rules::default(), monday());
        let rich = text.as_str().into();
        let values = Values { name: "Chị {tên}".into(), unit: "Xã A".into(), role: "cán bộ".into() };
        let filled = Template::read(&rich).map(|template| template.filled(monday(), &values));
        if let (Ok(filled), false) = (&filled, text.contains('{')) {
            assert_eq!(filled.as_ref(), Ok(&rich), "without variables nothing changes");
        }
        let path = text.parse::<UnitPath>();
        if let Ok(path) = &path {
            assert_eq!(path.to_string().parse::<UnitPath>().as_ref(), Ok(path), "{path}");
            assert!((1..=12).contains(&path.depth()));
        }
        let role = text.parse::<Role>();
        let secret = screen(&text) == Screening::Secret;
        kind((
            command.map(|(name, _)| name.chars().count().min(12)),
            code.is_some(),
            filled.is_ok(),
            path.map(|path| path.depth()).ok(),
            role.ok(),
            secret,
            masked != text,
        ))
    });
}
