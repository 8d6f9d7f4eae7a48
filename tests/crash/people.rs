//! Who there is, and what they do meanwhile.

use loa::conversation::notice::NewNotice;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::random::Random;
use loa::sandbox::Sandbox;
use loa::store::Store;
use serde_json::json;

use crate::stage::Stage;

const PROVINCE: &str = "Tỉnh Mường Lam";
const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
/// Staff, who get notices.
pub const STAFF: std::ops::RangeInclusive<i64> = 1..=24;
/// Reporters, who write reports.
pub const REPORTERS: std::ops::RangeInclusive<i64> = 101..=104;
/// The duty officer of the province, and the duty group.
pub const OFFICER: i64 = 201;
pub const DUTY: i64 = -100;
/// Groups of staff.
pub const GROUPS: [i64; 3] = [-201, -202, -203];

fn row(unit: &str, name: String, role: Option<Role>, chat: i64) -> ImportRow {
    ImportRow {
        line: 2,
        unit: unit.parse().expect("a path"),
        name,
        role,
        channel: ChannelKind::Telegram,
        chat_id: chat.to_string(),
        kind: if chat < 0 { Kind::Group } else { Kind::Person },
    }
}

/// Brings everybody in by a list; all have pressed Start.
pub async fn enrol(sandbox: &Sandbox, store: &Store) {
    let mut list = vec![row(PROVINCE, "Anh Tuấn".into(), Some(Role::Duty), OFFICER)];
    list.extend(STAFF.map(|id| row(WARD, format!("Cán bộ {id}"), Some(Role::Staff), id)));
    list.extend(REPORTERS.map(|id| row(WARD, format!("Chị Lan {id}"), Some(Role::Reporter), id)));
    list.push(row(PROVINCE, "Nhóm trực ban".into(), Some(Role::Duty), DUTY));
    list.extend(GROUPS.map(|id| row(WARD, format!("Nhóm {id}"), None, id)));
    for person in STAFF.chain(REPORTERS).chain([OFFICER]) {
        sandbox.add_user(person, "Lan");
        sandbox.say(person, person, "/start");
    }
    for group in GROUPS.into_iter().chain([DUTY]) {
        sandbox.add_group(group, "Nhóm", &[OFFICER, 1], &[OFFICER]);
        sandbox.add_bot(group, OFFICER);
    }
    drain(sandbox).await;
    let report = store.import(list, false).await.expect("an import");
    assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
}

/// Takes the updates away that came of setting up.
async fn drain(sandbox: &Sandbox) {
    let client = loa::http::http_client().expect("a client");
    let url = format!("{}/bot{}/getUpdates", sandbox.url(), sandbox.token());
    let mut offset = 0;
    loop {
        let body = json!({ "offset": offset, "limit": 100, "timeout": 0 });
        let answer = client.post(&url).json(&body).send().await.expect("an answer");
        let answer: serde_json::Value = answer.json().await.expect("JSON");
        let updates = answer["result"].as_array().expect("updates");
        let Some(last) = updates.last() else { return };
        offset = last["update_id"].as_i64().expect("a number") + 1;
    }
}

/// A notice that nobody else has written; every third speaks to everybody by name.
pub fn notice(number: usize) -> NewNotice {
    let whom = if number.is_multiple_of(3) { "{tên}" } else { "Các đơn vị" };
    NewNotice {
        title: format!("Thông báo số {number}"),
        body: format!("{whom} thực hiện nội dung số {number}.").into(),
        audience: "all".to_owned(),
        confirm: number.is_multiple_of(2),
        urgent: number.is_multiple_of(5),
        ..NewNotice::default()
    }
}

/// A small picture.
pub fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(24, 24).write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}

/// What people say and press between two kills.
pub struct Play {
    dice: Random,
    said: usize,
}

impl Play {
    pub fn new(seed: u64) -> Self {
        Self { dice: Random::seeded(seed), said: 0 }
    }

    fn one_in(&self, number: u64) -> bool {
        self.dice.below(number) == 0
    }

    /// Everybody has a turn.
    pub fn turn(&mut self, stage: &mut Stage) {
        for reporter in REPORTERS {
            self.report(stage, reporter);
        }
        for person in STAFF {
            if self.one_in(6) {
                press(stage, person, person, "Đã nhận");
            }
        }
        if self.one_in(4) {
            // The platform hands an update over twice.
            let mut update = json!({"message": {
                "message_id": 900_000 + self.said, "date": 1_795_395_900, "text": "/help",
                "chat": {"id": OFFICER, "type": "private", "first_name": "Anh Tuấn"},
                "from": {"id": OFFICER, "is_bot": false, "first_name": "Anh Tuấn"}}});
            update["update_id"] = stage.sandbox.inject_raw_update(update.clone()).into();
            stage.sandbox.inject_raw_update(update);
            self.said += 1;
        }
    }

    /// A reporter sends the report that is ready, or begins a new one.
    fn report(&mut self, stage: &mut Stage, reporter: i64) {
        if press(stage, reporter, reporter, "Gửi") || !self.one_in(2) {
            return;
        }
        self.said += 1;
        let words = format!("Sạt lở ở phường Bình Minh, điểm số {}", self.said);
        if self.one_in(3) {
            stage.sandbox.send_photo(reporter, reporter, photo(), &words);
        } else {
            stage.sandbox.say(reporter, reporter, &words);
        }
    }
}

/// Presses the newest button with this label in a chat, as it was a moment ago: the bot may have taken it away since, and
/// people press what they saw. Gives whether there was one.
pub fn press(stage: &Stage, person: i64, chat: i64, label: &str) -> bool {
    let newest = stage.sandbox.chat(chat).into_iter().rev().take(6).find_map(|seen| {
        let found = seen.buttons.iter().flatten().find(|button| button.label.contains(label))?;
        Some((seen.id, found.data.clone()?))
    });
    let Some((message, data)) = newest else { return false };
    stage.sandbox.press_data(person, chat, message, &data);
    true
}
