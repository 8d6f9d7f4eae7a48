//! What people say and press, through the whole conversation on a real database.
//!
//! An input is a script: every line begins with a digit, who it is. What follows is said; after `#` it is the
//! number of a button, from the newest; after `!` the data of one that there is not; after `^` a photo with
//! these words, after `&` a place.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, FileRef, Membership, Message, Press, Sender, Spot};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::content::{Button, Content};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::rich::utf16_len;
use loa::domain::{ChannelKind, Role};
use loa::random::Random;
use loa::store::Store;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::runtime::Runtime;

use crate::run::{Target, kind};
use crate::targets::{monday, text};

/// After so many scripts everything begins anew, so that the database stays small.
const SCRIPTS: u32 = 200;
const GROUP: &str = "-1001";

/// Who takes part: with every role, and one whom nobody knows.
const PEOPLE: [(&str, &str, Option<Role>); 6] = [
    ("0", "Người lạ", None),
    ("1", "Diệp", Some(Role::Editor)),
    ("2", "Duy", Some(Role::Approver)),
    ("3", "Lan", Some(Role::Staff)),
    ("4", "Nga", Some(Role::Admin)),
    ("5", "Tú", Some(Role::Duty)),
];

struct Office {
    store: Store,
    /// Looks at what is kept, beside the store.
    look: SqliteConnection,
    payload: i64,
    message: i64,
    scripts: u32,
    history: String,
    _directory: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        // In memory where there is such a directory: nothing here has to survive.
        let directory =
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory");
        let path = directory.path().join("loa.db");
        let url = format!("sqlite:{}", path.display());
        let store = Store::open(&url, Clock::by_hand(monday()), Random::seeded(1)).await.expect("a store");
        let look =
            SqliteConnectOptions::new().filename(&path).read_only(true).connect().await.expect("the file");
        let row = |line: u64, name: &str, role, chat: &str| ImportRow {
            line,
            unit: if line.is_multiple_of(2) { "Tỉnh" } else { "Tỉnh / Xã A" }.parse().expect("a path"),
            name: name.to_owned(),
            role,
            channel: ChannelKind::Telegram,
            chat_id: chat.to_owned(),
            kind: if chat.starts_with('-') { Kind::Group } else { Kind::Person },
        };
        let mut rows = vec![row(2, "Nhóm trực", Some(Role::Duty), GROUP), row(3, "Nhóm xã", None, "-1002")];
        for (number, (chat, name, role)) in (4..).zip(PEOPLE).filter(|(_, (_, _, role))| role.is_some()) {
            rows.push(row(number, name, role, chat));
        }
        store.import(rows, false).await.expect("an import");
        Self {
            store,
            look,
            payload: 0,
            message: 0,
            scripts: 0,
            history: String::new(),
            _directory: directory,
        }
    }

    /// Plays a script. Gives what kinds of things happened, and how many messages came of it.
    async fn play_all(&mut self, script: &str) -> (Vec<u8>, usize) {
        self.scripts += 1;
        let mut kinds = Vec::new();
        for line in script.lines().take(6) {
            self.history.push_str(line);
            self.history.push('\n');
            kinds.extend(self.play(line).await);
        }
        (kinds, self.check().await.min(9))
    }

    /// Plays one line. Gives what kind of thing happened.
    async fn play(&mut self, line: &str) -> Option<u8> {
        let who = line.chars().next()?.to_digit(10)?;
        let said = &line[1..];
        let in_group = who > 5;
        let (id, name, _) = PEOPLE[usize::try_from(who % 6).ok()?];
        let message =
            |text: &str| Message { id: "9".into(), text: text.into(), addressed: true, ..Message::default() };
        let rest = said.get(1..).unwrap_or_default();
        let chat = if in_group { GROUP } else { id };
        let (number, what) = match said.as_bytes().first() {
            Some(b'#') => {
                let nonce = self.button(chat, rest.trim().parse().unwrap_or(0)).await;
                (1, What::Press(Press { id: "p".into(), data: nonce, message: Some("9".into()) }))
            }
            Some(b'!') => (2, What::Press(Press { id: "p".into(), data: rest.into(), message: None })),
            Some(b'^') => {
                let photo = FileRef { id: "photo".into(), name: None, mime: None, size: Some(1000) };
                (3, What::Message(Message { photos: vec![photo], ..message(rest) }))
            }
            Some(b'&') => {
                let place = Spot { latitude: 21.5, longitude: 104.5, name: Some(rest.into()) };
                (4, What::Message(Message { place: Some(place), ..message("") }))
            }
            Some(b'~') => (5, What::Membership(Membership::Out)),
            Some(b'=') => (6, What::Message(Message { edited: true, ..message(rest) })),
            _ => (7, What::Message(message(said))),
        };
        let incoming = Incoming {
            channel: ChannelKind::Telegram,
            chat: ExternalChat {
                id: chat.to_owned(),
                kind: if in_group { ChatKind::Group } else { ChatKind::Private },
                title: name.to_owned(),
            },
            from: Some(Sender { id: id.to_owned(), name: name.to_owned() }),
            at: monday(),
            what,
        };
        let rules = Rules { bot_username: "loa_bot".into(), case_prefix: "ML".into(), ..Rules::default() };
        self.store
            .take_turn(incoming, Arc::new(rules), step)
            .await
            .expect("nothing that is said undoes the turn");
        Some(number)
    }

    async fn button(&mut self, chat: &str, number: i64) -> String {
        let sql = "SELECT b.nonce FROM buttons b JOIN chats c ON c.id = b.chat_id
                   WHERE c.external_id = $1 ORDER BY b.nonce LIMIT 1 OFFSET $2";
        let found: Option<(String,)> = sqlx::query_as(sql)
            .bind(chat)
            .bind(number.clamp(0, 1000))
            .fetch_optional(&mut self.look)
            .await
            .expect("the buttons");
        found.map(|(nonce,)| nonce).unwrap_or_default()
    }

    /// Whether everything that waits to be sent can be. Gives how many messages are new.
    async fn check(&mut self) -> usize {
        let sql = "SELECT id, body FROM payloads WHERE id > $1 ORDER BY id";
        let new: Vec<(i64, String)> =
            sqlx::query_as(sql).bind(self.payload).fetch_all(&mut self.look).await.expect("what is said");
        for (id, body) in &new {
            self.payload = *id;
            fits(&read(body));
        }
        let sql = "SELECT m.id, p.body FROM messages m JOIN payloads p ON p.id = m.payload_id
                   WHERE m.id > $1 AND m.op = 'send' ORDER BY m.id";
        let sent: Vec<(i64, String)> =
            sqlx::query_as(sql).bind(self.message).fetch_all(&mut self.look).await.expect("the outbox");
        for (id, body) in &sent {
            self.message = *id;
            let content = read(body);
            let says = !content.text.text.trim().is_empty() || !content.files.is_empty();
            assert!(says, "a message that shows nothing: {content:?}");
        }
        sent.len()
    }
}

fn read(body: &str) -> Content {
    serde_json::from_str(body).expect("a content")
}

/// What the Bot API takes (<https://core.telegram.org/bots/api#sendmessage>).
fn fits(content: &Content) {
    let length = content.text.utf16_len();
    let most = if content.files.is_empty() { 4096 } else { 1024 };
    assert!(length <= most, "{length} units in one message");
    for span in &content.text.spans {
        assert!(span.len > 0 && span.start + span.len <= length, "{span:?} in {:?}", content.text.text);
    }
    for button in content.buttons.iter().flatten() {
        match button {
            Button::Press { label, data } => {
                assert!(!label.trim().is_empty(), "a button without a label");
                assert!((1..=64).contains(&data.len()), "{} bytes of data", data.len());
            }
            Button::PressOwn { label, .. } => assert!(!label.trim().is_empty(), "a button without a label"),
            Button::Link { label, url } => {
                assert!(!label.trim().is_empty() && url.parse::<reqwest::Url>().is_ok(), "{url:?}");
            }
        }
        let (Button::Press { label, .. } | Button::PressOwn { label, .. } | Button::Link { label, .. }) =
            button;
        assert!(utf16_len(label) <= 200, "a label without end: {label:?}");
    }
}

#[test]
fn nothing_that_people_say_or_press_undoes_a_turn() {
    let words = &[
        "/start",
        "/moi",
        "/thongbao ",
        "/hop ",
        "/duyet",
        "/lich",
        "/baonhanh ",
        "/vuviec ",
        "\n8#0",
        "/roi",
        "/huy",
        "/trogiup",
        "/toi",
        "/gannhom ",
        "/ngonngu ",
        "/tonghop ",
        "/nhomtruc",
        "/gonhom",
        "\n1",
        "\n2",
        "\n3",
        "\n4",
        "\n5",
        "\n7#",
        "\n1#0",
        "\n1#1",
        "\n1#2",
        "\n2#0",
        "\n3#0",
        "\n1#5",
        "\n4#3",
        "ML-2026-0001",
        "unit:Xã A/*",
        "8h mai",
        "4h",
        "Sạt lở ở Xã A",
        "TUYỆT MẬT",
        "!c.",
        "\n3^",
        "\n3&",
        "\n9#0",
        "\n1=",
        "\n3~",
        "@loa_bot",
    ];
    let runtime = Runtime::new().expect("a runtime");
    let mut office = runtime.block_on(Office::new());
    Target { name: "dialogue", words, longest: 1200, memory_kib: 16 * 1024 }.run_part(50, |input| {
        let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(office.play_all(&text(input)))));
        match played {
            Ok(kinds) if office.scripts < SCRIPTS => kind(kinds),
            Ok(kinds) => {
                office = runtime.block_on(Office::new());
                kind(kinds)
            }
            Err(panic) => {
                // What went before may be needed for it: it is kept, and what follows begins anew.
                let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("dialogue-history");
                std::fs::write(&path, &office.history).expect("a file");
                eprintln!("what was said before is in {}", path.display());
                office = runtime.block_on(Office::new());
                resume_unwind(panic)
            }
        }
    });
}
