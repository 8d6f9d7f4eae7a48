//! What comes from Telegram: updates, and answers to calls.

use loa::channel::telegram::Telegram;
use loa::channel::{Channel, SendError};
use loa::conversation::{ChatKind, What};
use loa::domain::rich::utf16_len;
use loa::sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::run::{Target, kind};
use crate::targets::{monday, text};

/// The secret half of the token.
const SECRET: &str = "AAGqySECRETqyAA_0123456789-secret";

fn channel(url: &str, token: &str) -> Telegram {
    let client = loa::http::http_client().expect("a client");
    Telegram::new(client, url, token.to_owned().into(), std::time::Duration::from_secs(5)).expect("a channel")
}

/// A channel that knows its own name, which it has from the practice platform.
fn known() -> (Telegram, String) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let sandbox =
            Sandbox::start(Options::new(std::sync::Arc::new(|| monday().0))).await.expect("a platform");
        let telegram = channel(sandbox.url(), sandbox.token());
        let name = telegram.who_am_i().await.expect("a name");
        (telegram, name)
    })
}

/// The text of a message that has to come through: whatever else there is in the update.
///
/// `None` where nobody can say what has to: the JSON is broken or says a thing twice (Telegram does neither), or
/// the text names the bot, whose name is taken out.
fn must_come_through(json: &str, bot: &str) -> Option<(String, ChatKind)> {
    let update: Value = serde_json::from_str(json).ok()?;
    // Written anew it is shorter if something was said twice.
    let without_blanks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let keys = |text: &str| text.matches("\":").count();
    let anew = serde_json::to_string(&update).ok()?;
    if keys(json) != keys(&anew) || without_blanks(json) < without_blanks(&anew) / 4 {
        return None;
    }
    let message = update.get("message")?;
    let text = message.get("text")?.as_str()?;
    let chat = message.get("chat")?;
    chat.get("id")?.as_i64()?;
    let kind = match chat.get("type")?.as_str()? {
        "private" => ChatKind::Private,
        "group" | "supergroup" => ChatKind::Group,
        _ => return None,
    };
    let named = text.contains('@') || text.to_lowercase().contains(&bot.to_lowercase());
    let mentioned = anew.contains("text_mention");
    let moved = message.get("migrate_to_chat_id").is_some();
    if named || mentioned || moved || utf16_len(text) > 8192 {
        return None;
    }
    Some((text.trim().to_owned(), kind))
}

#[test]
fn an_update_is_read_whatever_it_holds_and_its_words_are_not_lost() {
    let words = &[
        "\"message\":{",
        "\"edited_message\":{",
        "\"callback_query\":{",
        "\"my_chat_member\":{",
        "\"text\":\"",
        "\"entities\":[",
        "{\"type\":\"date_time\",\"offset\":0,\"length\":5,\"unix_time\":1}",
        "{\"type\":\"text_mention\",\"offset\":0,\"length\":1,",
        "\"user\":{\"id\":7000000001}}",
        "\"chat\":{\"id\":1,\"type\":\"private\"}",
        "\"photo\":[",
        "\"document\":{",
        "\"venue\":{",
        "\"location\":{\"latitude\":21.0,\"longitude\":105.8}",
        "\"reply_to_message\":{",
        "\"media_group_id\":\"a\"",
        "\"migrate_to_chat_id\":-100",
        "\"caption\":\"",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\u0000",
        "\"x\":[[[[[[",
        "@loa_bot",
        "/start",
        "\"sticker\":{}",
        "\"new_kind\":{\"a\":[1,{\"b\":null}]},",
    ];
    let (telegram, bot) = known();
    Target { name: "update", words, longest: 8192, memory_kib: 2048 }.run(|input| {
        let parsed = telegram.read(input, monday());
        assert!(parsed.chat_key.starts_with("telegram:"));
        assert!(parsed.album.as_ref().is_none_or(|album| utf16_len(album) <= 256));
        let said = parsed.incoming.as_ref().map(|incoming| incoming.text().to_owned());
        if let Some((text, chat)) = must_come_through(&String::from_utf8_lossy(input), &bot) {
            assert_eq!(said.as_deref(), Some(text.as_str()), "the words are lost");
            assert_eq!(parsed.incoming.as_ref().map(|incoming| incoming.chat.kind), Some(chat));
        }
        let Some(incoming) = parsed.incoming else { return kind("nothing") };
        assert!(utf16_len(&incoming.chat.title) <= 256);
        assert!(incoming.chat.id.parse::<i64>().is_ok());
        let what = match &incoming.what {
            What::Message(message) => {
                assert!(
                    utf16_len(&message.text) <= 8192
                        && message.photos.len() <= 1
                        && message.documents.len() <= 1
                );
                assert!(message.addressed || incoming.chat.kind == ChatKind::Group);
                let place = message.place.as_ref();
                assert!(place.is_none_or(|at| at.latitude.abs() <= 90.0 && at.longitude.abs() <= 180.0));
                format!(
                    "{}{}{}{}{}{}",
                    message.photos.len(),
                    message.documents.len(),
                    place.is_some(),
                    message.addressed,
                    message.edited,
                    message.reply_to.is_some()
                )
            }
            What::Press(press) => format!("press{}{}", press.data.is_empty(), press.message.is_some()),
            What::Membership(membership) => format!("{membership:?}"),
            What::Moved { to } => {
                assert!(to.parse::<i64>().is_ok());
                "moved".to_owned()
            }
            What::Seen { .. } => panic!("Telegram tells nobody who has seen what"),
            What::Bounced(_) => "a bounce".to_owned(),
            What::Unknown => "unknown".to_owned(),
        };
        kind((
            incoming.chat.kind,
            incoming.from.is_some(),
            parsed.album.is_some(),
            what,
            said.is_some_and(|s| s.is_empty()),
        ))
    });
}

#[test]
fn an_answer_is_never_taken_for_more_than_it_says() {
    let words = &[
        "\"ok\":true",
        "\"ok\":false",
        "\"result\":{\"message_id\":1}",
        "\"error_code\":",
        "\"description\":\"",
        "\"parameters\":{",
        "\"retry_after\":30",
        "\"migrate_to_chat_id\":-1001",
        "Too Many Requests: retry after 5",
        "Bad Request: chat not found",
        "Forbidden: bot was blocked by the user",
        "message is not modified",
        "wrong file identifier",
        "can't parse entities",
        "message to edit not found",
        "Not Found",
        "Unauthorized",
        "<html>",
        "502 Bad Gateway",
        SECRET,
    ];
    let telegram = channel("http://127.0.0.1:9", &format!("7000000001:{SECRET}"));
    let statuses = [200_u16, 201, 302, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504, 599];
    Target { name: "answer", words, longest: 4096, memory_kib: 1024 }.run(|input| {
        let (head, body) = input.split_at(input.len().min(2));
        let byte = |at: usize| head.get(at).copied().unwrap_or_default();
        let status = statuses[usize::from(byte(0)) % statuses.len()];
        let header = (byte(1) % 4 == 0).then(|| u64::from(byte(1)) * 997);
        let judged = telegram.judge_answer(status, header, body);
        // What is no JSON (or holds a number that this reader does not take) is only looked at as far as it goes.
        let json: Option<Value> = serde_json::from_str(&text(body)).ok();
        let known = json.is_some();
        let json = json.unwrap_or_default();
        let success = (200..300).contains(&status);
        match &judged {
            Ok(()) => {
                assert!(success, "accepted: {status}");
                assert!(!known || json["ok"] == Value::Bool(true), "accepted: {json}");
                assert!(!known || json.get("result").is_some(), "accepted without a result");
            }
            Err(error) => {
                let said = error.to_string();
                assert!(!said.contains(SECRET), "the token is repeated: {said}");
                assert!(said.chars().count() < 400, "a reason without end");
                match error {
                    SendError::TooMany { after } => assert!((1..=86_400).contains(&after.as_secs())),
                    SendError::Unauthorized => {
                        assert!(!known || json["ok"] == Value::Bool(false), "from a proxy: {status}");
                    }
                    SendError::Moved { to } => assert!(to.parse::<i64>().is_ok()),
                    _ => {}
                }
                // Where nobody said no, nobody knows.
                let said_no = json["ok"] == Value::Bool(false) || json.is_null() || !json.is_object();
                if success && !said_no {
                    assert!(matches!(error, SendError::Unknown(_)), "{status} {json}: {error:?}");
                }
                if status == 504 {
                    assert!(
                        !matches!(error, SendError::Retry(_)),
                        "what may have been passed on is sent again"
                    );
                }
            }
        }
        kind((status, judged.map_err(|error| std::mem::discriminant(&error))))
    });
}
