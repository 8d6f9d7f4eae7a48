//! Events of a bot on Zalo, pushed and polled: read whatever they hold.

use loa::channel::Channel;
use loa::channel::zalo_bot::ZaloBot;
use loa::conversation::{ChatKind, What};
use loa::domain::rich::utf16_len;

use crate::run::{Target, kind};
use crate::targets::monday;

#[test]
fn an_event_is_read_whatever_it_holds() {
    let words = &[
        "\"event_name\":\"message.text.received\"",
        "\"event_name\":\"message.image.received\"",
        "\"event_name\":\"message.unsupported.received\"",
        "\"ok\":true,\"result\":{",
        "\"message\":{",
        "\"message_id\":\"a1\"",
        "\"from\":{\"id\":\"u1\",\"display_name\":\"Ted\",\"is_bot\":false}",
        "\"chat\":{\"id\":\"u1\",\"chat_type\":\"PRIVATE\"}",
        "\"chat_type\":\"GROUP\"",
        "\"photo_url\":\"https://zalo.example/a.jpg\"",
        "\"photo\":\"",
        "\"caption\":\"",
        "\"text\":\"",
        "@loa",
        "\\ud83d",
        "\\u0000",
        "\"x\":[[[[[[",
        "null",
    ];
    let client = loa::http::http_client().expect("a client");
    let token = "1459:secret-of-a-bot".to_owned().into();
    let zalo = ZaloBot::new(client, "http://127.0.0.1:1", token, std::time::Duration::from_secs(5));
    let zalo = zalo.expect("a channel");
    Target { name: "zalo_bot", words, longest: 8192, memory_kib: 2048 }.run(|input| {
        let pushed = zalo.pushed(input);
        if let Some(raw) = &pushed {
            assert!(!raw.key.is_empty() && utf16_len(&raw.key) <= 256 && raw.number == 0);
            // What was taken out of its wrapping is known by the same name again.
            assert_eq!(zalo.pushed(&raw.body).map(|again| again.key), Some(raw.key.clone()));
        }
        let body = pushed.as_ref().map_or(input, |raw| raw.body.as_slice());
        let parsed = zalo.read(body, monday());
        assert!(parsed.chat_key.starts_with("zalo_bot:"));
        let Some(incoming) = parsed.incoming else { return kind(pushed.is_some()) };
        assert!(utf16_len(&incoming.chat.title) <= 256 && utf16_len(&incoming.chat.id) <= 256);
        let what = match &incoming.what {
            What::Message(message) => {
                assert!(incoming.from.is_some() && message.addressed && message.photos.len() <= 1);
                assert!(utf16_len(&message.text) <= 8192);
                (message.text.is_empty(), message.photos.len())
            }
            _ => (true, 9),
        };
        kind((incoming.chat.kind == ChatKind::Group, incoming.from.is_some(), pushed.is_some(), what))
    });
}
