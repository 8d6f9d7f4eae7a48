//! What the clock, the pictures and the counting do.

use std::time::Duration;

use super::cast::*;
use crate::conversation::Rules;
use crate::conversation::incident::Period;
use crate::conversation::incoming::FileRef;
use crate::domain::content::FileKind;
use crate::domain::deadline::Deadlines;
use crate::domain::{ChannelKind, Timestamp};
use crate::jobs::incidents;
use crate::store::incident::{Fetched, Refusal};
use crate::store::testing::Shown;

const CODE: &str = "ML-2026-0001";
const WORDS: &str = "Sạt lở ở phường Sông Hiến, gọi 0912345678";

/// Moves the clock to the next deadline and sees to it.
async fn next_deadline(town: &Town) -> Vec<Shown> {
    let next = tick(town).await.expect("a deadline");
    town.stage.clock.set(next);
    tick(town).await;
    town.stage.sent().await
}

async fn tick(town: &Town) -> Option<Timestamp> {
    incidents::tick(&town.stage.store, &town.stage.rules).await.expect("a tick")
}

#[tokio::test]
async fn half_way_an_hour_before_and_at_the_deadline_who_has_it_is_reminded_once() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    let half = next_deadline(&town).await;
    assert!(text_in(&half, DUTY).contains("còn") && text_in(&half, TUAN).contains(CODE), "{half:#?}");
    assert_eq!(text_in(&half, SON), "");
    let soon = next_deadline(&town).await;
    assert!(text_in(&soon, DUTY).contains("còn một giờ nữa"), "{soon:#?}");
    let due = next_deadline(&town).await;
    assert!(text_in(&due, DUTY).contains("đã tới hạn") && text_in(&due, TUAN).contains("Người xử lý: Tuấn"));
    assert!(text_in(&due, SON).contains("đã quá hạn"), "{due:#?}");
    town.stage.advance(Duration::from_secs(60));
    let list = town.says_in(DUTY, TUAN, "/vuviec").await;
    assert!(text_in(&list, DUTY).contains("⚠️ quá hạn"));
    // Nobody is above: what is left says nothing.
    while tick(&town).await.is_some() {
        assert_eq!(text_in(&next_deadline(&town).await, SON), "");
    }
}

#[tokio::test]
async fn level_after_level_hears_of_what_stays_undone() {
    let town = Town::new().await;
    // The ward's office has a head of its own, under the one of the province.
    town.heads(MINH, 2).await;
    town.report("Ba hộ ở phường Sông Hiến chưa nhận đền bù đất").await;
    let mut heard = Vec::new();
    while tick(&town).await.is_some() {
        let said = next_deadline(&town).await;
        let day = town.stage.clock.now().short();
        for (name, who) in [("Minh", MINH), ("Sơn", SON)] {
            if text_in(&said, who).contains("đã quá hạn") {
                heard.push(format!("{name} {day}"));
            }
        }
    }
    // 40 hours of work from Monday at eight, and a working day more. 30/11 and 01/12 are a Monday and a Tuesday.
    assert_eq!(heard, ["Minh 10:30 30/11/2026", "Sơn 10:30 01/12/2026"]);
}

#[tokio::test]
async fn a_week_without_a_word_closes_a_settled_case_and_a_late_no_opens_it() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    let week = tick(&town).await.expect("an end");
    assert_eq!(week.since(town.stage.clock.now()), Duration::from_secs(7 * 24 * 3600));
    let closed = next_deadline(&town).await;
    assert!(text_in(&closed, LAN).contains("được khép lại"), "{closed:#?}");
    assert!(text_in(&closed, DUTY).contains("người báo chưa có ý kiến"), "{closed:#?}");
    assert_eq!(tick(&town).await, None);
    let opened = town.presses(LAN, &closed, "Chưa xong").await;
    assert!(text_in(&opened, DUTY).contains("mở lại"), "{opened:#?}");
    assert!(tick(&town).await.is_some_and(|next| next > town.stage.clock.now()));
}

#[tokio::test]
async fn who_agrees_is_asked_no_more_and_a_reopened_case_begins_anew() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    town.presses(LAN, &settled, "Đã xong").await;
    assert_eq!(tick(&town).await, None);

    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    town.presses(LAN, &settled, "Chưa xong").await;
    assert!(tick(&town).await.is_some_and(|next| next > town.stage.clock.now()));
}

#[tokio::test]
async fn after_an_outage_only_the_graver_reminder_comes() {
    let town = Town::new().await;
    town.report(WORDS).await;
    town.stage.advance(Duration::from_secs(30 * 24 * 3600));
    tick(&town).await;
    let said = text_in(&town.stage.sent().await, DUTY);
    assert!(said.contains("đã tới hạn") && !said.contains("còn một giờ"), "{said}");
    assert_eq!(said.matches("Người xử lý").count(), 1);
}

#[tokio::test]
async fn a_deadline_just_after_hours_is_the_last_reminder() {
    let town = Town::with(Rules {
        deadlines: Deadlines { settle_hours: 7, ..Deadlines::default() },
        ..Rules::default()
    })
    .await;
    // On Monday at eight; half the time is at 11:30, an hour is left at 16:00, and it is due at 17:00.
    town.report("Có chuyện lạ ở phường Sông Hiến").await;
    town.stage.clock.set(Timestamp::vietnam(2026, 11, 23, 17, 5));
    tick(&town).await;
    let said = text_in(&town.stage.sent().await, DUTY);
    assert!(said.contains("đã tới hạn"), "{said}");
    while tick(&town).await.is_some() {
        let said = text_in(&next_deadline(&town).await, DUTY);
        assert!(!said.contains("còn"), "{}: {said}", town.stage.clock.now().short());
    }
}

#[tokio::test]
async fn what_comes_late_wakes_nobody_unless_it_is_urgent() {
    let night = Timestamp::vietnam(2026, 11, 26, 23, 0);
    let town = Town::new().await;
    // Due on Wednesday; it is Thursday night when the program is back.
    town.report("Đường hỏng nhiều ổ gà ở phường Sông Hiến").await;
    town.stage.clock.set(night);
    assert_eq!(tick(&town).await, Some(Timestamp::vietnam(2026, 11, 27, 7, 30)));
    assert!(town.stage.sent().await.is_empty());
    assert!(text_in(&next_deadline(&town).await, DUTY).contains("đã tới hạn"));

    let town = Town::new().await;
    town.report(WORDS).await;
    town.stage.clock.set(night);
    tick(&town).await;
    assert!(text_in(&town.stage.sent().await, DUTY).contains("đã tới hạn"));
}

#[tokio::test]
async fn photos_come_as_one_album_below_the_card_and_once() {
    let town = Town::new().await;
    let summary = town.photos(LAN, WORDS, &["p1", "p2"]).await;
    town.presses(LAN, &summary, "Gửi").await;
    let store = &town.stage.store;
    let wanted = store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
    assert_eq!(wanted.len(), 2);
    assert!(store.claim_media(ChannelKind::Telegram, 8).await.expect("claims").is_empty());
    store.settle_media(wanted[0].id, picture(1)).await.expect("settled");
    assert!(town.stage.sent().await.is_empty());
    store.settle_media(wanted[1].id, picture(2)).await.expect("settled");
    store.settle_media(wanted[1].id, picture(2)).await.expect("settled twice");
    let shown = town.stage.sent().await;
    let albums: Vec<_> = shown.iter().filter(|message| !message.content.files.is_empty()).collect();
    assert_eq!(albums.len(), 1);
    assert!(albums[0].chat == DUTY && albums[0].content.files.len() == 2);
    assert!(text_in(&shown, DUTY).contains("Ảnh: 2"));

    let groups = town.presses_in(DUTY, TUAN, &shown, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &groups, "Sông Hiến").await;
    let albums: Vec<_> = forwarded.iter().filter(|message| !message.content.files.is_empty()).collect();
    assert!(albums.len() == 1 && albums[0].chat == WARD_GROUP, "{forwarded:#?}");
    let asked = town.presses_in(OTHER_GROUP, NGA, &forwarded_copy(&forwarded), "Ảnh").await;
    assert_eq!(asked.iter().filter(|message| !message.content.files.is_empty()).count(), 0);
}

/// The buttons of one group, tried in another.
fn forwarded_copy(shown: &[Shown]) -> Vec<Shown> {
    let mut copy: Vec<Shown> = shown.iter().filter(|message| message.chat == WARD_GROUP).cloned().collect();
    for message in &mut copy {
        message.chat = OTHER_GROUP.into();
    }
    copy
}

#[tokio::test]
async fn documents_come_below_the_pictures_under_their_names() {
    let town = Town::new().await;
    let mut message = town.message(WORDS);
    let named = |id: &str, name: &str, mime: &str| FileRef {
        name: Some(name.into()),
        mime: Some(mime.into()),
        ..file(id)
    };
    message.photos = vec![file("p1")];
    // A name, or a kind, says that it is a PDF; what else there is cannot be taken.
    message.documents = vec![
        named("d1", "Biên bản.PDF", ""),
        named("d2", "quet", "application/pdf"),
        named("d3", "bang.xlsx", "application/vnd.ms-excel"),
    ];
    let summary = town.sends(LAN, message).await;
    assert!(text_in(&summary, LAN).contains("📷 Ảnh: 1\n📎 Tài liệu: 2"), "{summary:#?}");
    assert!(summary.iter().any(|message| message.content.text.text.contains("ảnh và tài liệu PDF")));
    town.presses(LAN, &summary, "Gửi").await;
    let store = &town.stage.store;
    let wanted = store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
    assert_eq!(wanted.iter().filter(|wanted| wanted.is_document).count(), 2);
    for one in wanted {
        let bytes = one.file_id.clone().into_bytes();
        let good =
            Fetched::Good { mime: if one.is_document { "application/pdf" } else { "image/jpeg" }, bytes };
        store.settle_media(one.id, good).await.expect("settled");
    }
    let shown = town.stage.sent().await;
    let files: Vec<_> = shown.iter().flat_map(|message| &message.content.files).collect();
    let names: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.kind)).collect();
    assert_eq!(names[1..], [("Biên bản.PDF", FileKind::Document), ("quet.pdf", FileKind::Document)]);
    assert_eq!(names[0].1, FileKind::Photo);
    assert!(text_in(&shown, DUTY).contains("📎 Tài liệu: 2"), "{shown:#?}");
    let again = town.presses_in(DUTY, TUAN, &shown, "Ảnh, tài liệu (3)").await;
    assert!(text_in(&again, DUTY).starts_with(&format!("📎 Ảnh và tài liệu của {CODE}\n")), "{again:#?}");
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_told_and_the_rest_is_shown() {
    let town = Town::new().await;
    let summary = town.photos(LAN, WORDS, &["p1", "p2"]).await;
    town.presses(LAN, &summary, "Gửi").await;
    let store = &town.stage.store;
    let wanted = store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
    store.settle_media(wanted[0].id, Fetched::Refused { reason: Refusal::NoPicture }).await.expect("settled");
    store.settle_media(wanted[1].id, picture(1)).await.expect("settled");
    let shown = town.stage.sent().await;
    assert!(text_in(&shown, LAN).contains("không phải ảnh"));
    assert_eq!(shown.iter().filter(|message| message.content.files.len() == 1).count(), 1);
}

#[tokio::test]
async fn a_fetch_that_fails_is_tried_again_later_and_given_up_at_last() {
    let town = Town::new().await;
    let summary = town.photos(LAN, WORDS, &["p1"]).await;
    town.presses(LAN, &summary, "Gửi").await;
    let store = &town.stage.store;
    for attempt in 1..=8 {
        let next = store.next_media(ChannelKind::Telegram).await.expect("a time").expect("one is wanted");
        town.stage.clock.set(next.max(town.stage.clock.now()));
        let wanted = store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
        assert_eq!(wanted.len(), 1, "attempt {attempt}");
        let failed = Fetched::Failed { error: "connection refused".into() };
        store.settle_media(wanted[0].id, failed).await.expect("settled");
    }
    assert_eq!(store.next_media(ChannelKind::Telegram).await.expect("a time"), None);
    assert!(text_in(&town.stage.sent().await, LAN).contains("không tải về được"));
}

#[tokio::test]
async fn the_evidence_of_settling_reaches_the_reporter() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    let mut message = town.message("Đã thông đường");
    message.photos = vec![file("done")];
    let what = crate::conversation::What::Message(message);
    town.stage.incoming(DUTY, crate::conversation::ChatKind::Group, TUAN, what).await;
    let store = &town.stage.store;
    let wanted = store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
    store.settle_media(wanted[0].id, picture(1)).await.expect("settled");
    let shown = town.stage.sent().await;
    assert!(
        shown.iter().any(|message| message.chat == LAN && message.content.files.len() == 1),
        "{shown:#?}"
    );
}

#[tokio::test]
async fn a_digest_counts_and_masks() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.report("Ngập nước ở xã Na Loa").await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    let said = text_in(&town.says_in(DUTY, TUAN, "/tonghop tuần").await, DUTY);
    assert!(said.contains("Vụ việc mới: 2") && said.contains("đúng hạn: 1"), "{said}");
    assert!(said.contains("Đang mở: 1") && said.contains("Xã Na Loa"), "{said}");
    assert!(text_in(&town.says(LAN, "/tonghop").await, LAN).contains("cần người có quyền"));
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    let (_, digest) = town.stage.store.digest(Period::Quarter, day).await.expect("a digest");
    assert_eq!((digest.total, digest.settled_in_time, digest.open), (2, 1, 1));
    let listed =
        town.stage.store.list_incidents(true, Some(crate::domain::ids::UnitId(3))).await.expect("a list");
    assert_eq!(listed.len(), 1);
    let shown = town.stage.store.show_incident(CODE).await.expect("a case").expect("there is one");
    assert_eq!(shown.steps.len(), 2);
}

#[tokio::test]
async fn what_was_late_counts_as_late_also_when_it_was_opened_again() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.stage.clock.advance(Duration::from_secs(2 * 24 * 3600));
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    let reopened = town.presses(LAN, &settled, "Chưa xong").await;
    town.presses_in(DUTY, TUAN, &reopened, "Giải quyết xong").await;
    town.says_in(DUTY, TUAN, "Đã dọn nốt").await;
    let shown = town.stage.store.show_incident(CODE).await.expect("a case").expect("there is one");
    assert!(shown.late && shown.settled_at.is_some_and(|at| at < shown.due_at));
    let said = text_in(&town.says_in(DUTY, TUAN, "/tonghop tuần").await, DUTY);
    assert!(said.contains("đúng hạn: 0, quá hạn: 1"), "{said}");
}

#[tokio::test]
async fn a_reply_to_the_question_is_the_answer_without_pressing() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Hỏi thêm").await;
    town.says_in(DUTY, TUAN, "Đường rộng bao nhiêu?").await;
    let mut message = town.message("Khoảng bốn mét");
    message.reply_to = Some("55".into());
    let answered = town.sends(LAN, message).await;
    assert!(text_in(&answered, DUTY).contains("Khoảng bốn mét"));
    town.presses_in(DUTY, TUAN, &card, "Hỏi thêm").await;
    town.says_in(DUTY, TUAN, "Có đường vòng không?").await;
    let draft = town.says(LAN, "Có đường vòng qua chợ phường Sông Hiến").await;
    let answered = town.presses(LAN, &draft, "Đây là câu trả lời").await;
    assert!(text_in(&answered, DUTY).contains("Có đường vòng qua chợ"));
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 1);
}

/// Where a command writes.
#[derive(Clone, Default)]
struct Paper(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("paper").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("paper"))).expect("words")
    }
}

#[tokio::test]
async fn the_command_line_lists_shows_and_counts() {
    use crate::app::incident::{IncidentCommand, run};
    let town = Town::new().await;
    town.report(WORDS).await;
    let paper = Paper::default();
    let mut desk = crate::app::Desk {
        store: town.stage.store.clone(),
        clock: town.stage.clock.clone(),
        rules: town.stage.rules.clone(),
        json: false,
        out: std::sync::Mutex::new(Box::new(paper.clone())),
    };
    let list = || IncidentCommand::List { open: true, unit: Some("phuong song hien".into()) };
    run(list(), &desk).await.expect("a list");
    assert!(paper.take().contains(CODE));
    run(IncidentCommand::Show { code: "ml-2026-1".into() }, &desk).await.expect("a case");
    assert!(paper.take().contains("Lan gửi báo nhanh"));
    let missing = run(IncidentCommand::Show { code: "ML-2026-0009".into() }, &desk).await;
    assert!(matches!(missing, Err(crate::app::CommandError::User(_))));
    desk.json = true;
    run(list(), &desk).await.expect("a list");
    let rows: serde_json::Value = serde_json::from_str(&paper.take()).expect("JSON");
    assert_eq!(rows[0]["code"], CODE);
    let command = crate::app::digest::DigestCommand {
        period: crate::app::digest::PeriodArg::Month,
        date: Some("20/11/2026".into()),
    };
    crate::app::digest::run(command, &desk).await.expect("a digest");
    let digest: serde_json::Value = serde_json::from_str(&paper.take()).expect("JSON");
    assert_eq!(digest["total"], 1);
}

/// A platform that has three files: a picture, words, and one that is gone.
struct Shelf;

#[async_trait::async_trait]
impl crate::channel::Channel for Shelf {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    async fn send(
        &self,
        _call: &crate::channel::Call<'_>,
    ) -> Result<crate::channel::Sent, crate::channel::SendError> {
        unreachable!("only files are fetched here")
    }

    async fn receive(
        &self,
        _offset: i64,
        _wait: Duration,
    ) -> Result<Vec<crate::channel::RawUpdate>, crate::channel::ReceiveError> {
        unreachable!("only files are fetched here")
    }

    fn read(&self, _raw: &[u8], _at: crate::domain::Timestamp) -> crate::channel::Parsed {
        unreachable!("only files are fetched here")
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<bytes::Bytes, crate::channel::FetchError> {
        assert!(max > 1_000_000);
        match file_id {
            "landslide" => {
                Ok(bytes::Bytes::from_static(include_bytes!("../../../../config/demo/sat-lo.jpg")))
            }
            "words" => Ok(bytes::Bytes::from_static(b"only words")),
            _ => Err(crate::channel::FetchError::Gone("no such file".into())),
        }
    }

    async fn who_am_i(&self) -> Result<String, crate::channel::ReceiveError> {
        Ok("loa_bot".into())
    }
}

#[tokio::test]
async fn the_job_fetches_checks_and_keeps() {
    let town = Town::new().await;
    let summary = town.photos(LAN, WORDS, &["landslide", "words", "lost"]).await;
    town.presses(LAN, &summary, "Gửi").await;
    let next = crate::jobs::media::tick(&town.stage.store, &Shelf).await.expect("a tick");
    assert_eq!(next, None);
    let shown = town.stage.sent().await;
    let told = text_in(&shown, LAN);
    assert!(told.contains("không phải ảnh") && told.contains("không tải về được"), "{told}");
    let album = shown.iter().find(|message| !message.content.files.is_empty()).expect("an album");
    let sha256 = &album.content.files[0].sha256;
    let (bytes, mime) = town.stage.store.blob(sha256).await.expect("a store").expect("a blob");
    assert!(mime == "image/jpeg" && bytes.starts_with(&[0xff, 0xd8]) && album.content.files.len() == 1);
    let asked = town.presses_in(DUTY, TUAN, &shown, "Ảnh (1)").await;
    assert!(asked.iter().any(|message| message.content.files.len() == 1));
}
