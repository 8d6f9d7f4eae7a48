//! One person on two channels: linked by a code, reached in their order, asked once, heard anywhere.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::chase::Chases;
use loa::domain::ids::NoticeId;
use loa::domain::{ChannelKind, Role};
use loa::sandbox::{Fault, Rule};

use crate::engines::Database;
use crate::hall::{Hall, PROVINCE, WARD};
use crate::on_both;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

async fn sends(hall: &Hall, title: &str, remind_after: Option<Duration>) -> NoticeId {
    let audience = format!("unit:{WARD}");
    let new =
        NewNotice { title: title.into(), audience, confirm: true, remind_after, ..NewNotice::default() };
    let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
    hall.store.notice_send(id).await.expect("the store").expect("sent");
    hall.settled().await;
    id
}

/// A person asks for a code on Telegram; gives it as it is shown.
async fn code(hall: &Hall, who: &str) -> String {
    hall.says(who, "/ghep").await;
    let shown = hall.last(who);
    let line = shown.lines().find_map(|line| line.strip_prefix("/ghep ")).expect("a code");
    line.to_owned()
}

async fn links(hall: &Hall, who: &str) {
    let code = code(hall, who).await;
    let done = hall.says_beside(who, &format!("/ghep {code}")).await;
    assert!(done.contains("Xong rồi"), "{done}");
}

/// What is urgent waits three minutes for a channel that is down; Lan has two.
async fn impatient(database: Database) -> Hall {
    let mut hall = Hall::with_zalo_beside(database).await;
    links(&hall, "lan").await;
    hall.stop().await;
    let elsewhere = Some(3 * MINUTE);
    let (first, second) = (&mut hall.engine, hall.second.as_mut().expect("a second channel"));
    for engine in [first, &mut second.1] {
        engine.store = engine.store.clone().chasing(Chases { elsewhere, ..Chases::default() });
    }
    hall.start().await;
    hall
}

on_both! {
    async fn a_chat_becomes_theirs_by_a_code(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        let first = code(&hall, "lan").await;
        let second = code(&hall, "lan").await;
        // Only the last one counts, small letters and blanks do no harm, and it works once.
        let old = hall.says_beside("lan", &format!("/ghep {first}")).await;
        assert!(old.contains("không đúng hoặc đã hết hạn"), "{old}");
        hall.says_beside("lan", &second.to_lowercase().replace('-', " - ")).await;
        hall.says_beside("lan", &format!("/ghep {second}")).await;
        hall.says_beside("nga", &format!("/ghep {second}")).await;
        hall.says_beside("lan", "/kenh").await;
        hall.says("lan", "/kenh").await;
        let hide = |story: String| story.replace(&first, "MÃ-CŨ").replace(&second, "MÃ-MỚI")
            .replace(&second.to_lowercase().replace('-', " - "), "mã - mới");
        let stories = format!("{}\n── Zalo ──\n{}\n── Zalo, Nga ──\n{}",
            hall.stories(&["lan"]), hall.story_beside("lan"), hall.story_beside("nga"));
        insta::assert_snapshot!("linked", hide(stories));
        let people = hall.store.people(None).await.expect("people");
        assert_eq!(people.iter().filter(|person| person.name == "Chị Lan").count(), 1);
        hall.ends_well().await;
    }

    async fn a_code_ends_after_ten_minutes_and_wrong_ones_are_few(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        let late = code(&hall, "lan").await;
        hall.later(Duration::from_secs(601)).await;
        let refused = hall.says_beside("lan", &late).await;
        assert!(refused.contains("hết hạn"), "{refused}");
        for _ in 0..4 {
            hall.says_beside("lan", "/ghep AAAA2222").await;
        }
        let good = code(&hall, "lan").await;
        let before = hall.story_beside("lan").matches("🤖").count();
        hall.says_beside("lan", &good).await;
        assert_eq!(hall.story_beside("lan").matches("🤖").count(), before, "a quiet pause");
        hall.later(Duration::from_secs(16 * 60)).await;
        links(&hall, "lan").await;
        hall.ends_well().await;
    }

    async fn another_persons_chat_is_not_taken(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        links(&hall, "nga").await;
        let code = code(&hall, "lan").await;
        hall.says_beside("nga", &format!("/ghep {code}")).await;
        assert!(hall.heard_beside("nga", "đang là của Chị Nga"));
        hall.ends_well().await;
    }

    async fn a_notice_goes_over_the_first_channel_and_one_answer_counts(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        links(&hall, "lan").await;
        sends(&hall, "Một", None).await;
        assert!(hall.heard("lan", "Một") && !hall.heard_beside("lan", "Một"));
        hall.says_beside("lan", "/kenh").await;
        hall.says_beside("lan", "Dùng Zalo trước").await;
        let id = sends(&hall, "Hai", None).await;
        assert!(!hall.heard("lan", "Hai") && hall.heard_beside("lan", "Hai"));
        hall.says_beside("lan", "đã nhận").await;
        assert_eq!(hall.confirmed(id).await, 1);
        let reach = hall.store.notice_preview(id).await.expect("the store").expect("a reach");
        assert_eq!(reach.people, 2, "each person once");
        hall.ends_well().await;
    }

    async fn who_blocked_the_first_channel_gets_it_over_the_next(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        links(&hall, "lan").await;
        let chat: i64 = hall.platform.id("lan").parse().expect("a number");
        hall.platform.telegram().faults().add(Rule::new(Fault::Forbidden).method("sendMessage").chat(chat));
        let id = sends(&hall, "Khẩn trương", None).await;
        assert!(!hall.heard("lan", "Khẩn trương") && hall.heard_beside("lan", "Khẩn trương"));
        hall.says_beside("lan", "1").await;
        assert_eq!(hall.confirmed(id).await, 1);
        let shown = hall.store.notice_show(id).await.expect("the store").expect("a notice");
        let counts = shown.edition.expect("an edition").counts;
        assert_eq!((counts.total, counts.sent, counts.failed), (2, 1, 0), "{counts:?}");
        // Over the channel that works from now on, until the other is opened again.
        sends(&hall, "Lần sau", None).await;
        assert!(hall.heard_beside("lan", "Lần sau"));
        hall.platform.telegram().faults().clear();
        hall.says("lan", "/toi").await;
        sends(&hall, "Lần nữa", None).await;
        assert!(hall.heard("lan", "Lần nữa") && !hall.heard_beside("lan", "Lần nữa"));
        hall.ends_well().await;
    }

    async fn what_is_urgent_does_not_wait_for_a_channel_that_is_down(database: Database) {
        let hall = impatient(database).await;
        hall.platform.telegram().faults().add(Rule::new(Fault::Status(502)).method("sendMessage"));
        let sends = async |title: &str, urgent| {
            let audience = format!("unit:{WARD}");
            let new = NewNotice { title: title.into(), audience, confirm: true, urgent, ..NewNotice::default() };
            let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
            hall.store.notice_send(id).await.expect("the store").expect("sent");
            id
        };
        let urgent = sends("Lũ về", true).await;
        sends("Lịch họp", false).await;
        let begun = hall.clock.now();
        while !hall.heard_beside("lan", "Lũ về") {
            assert!(hall.clock.now().since(begun) < 5 * MINUTE, "{}", hall.story_beside("lan"));
            hall.clock.advance(SECOND);
            hall.a_moment().await;
        }
        hall.says_beside("lan", "1").await;
        assert!(!hall.heard_beside("lan", "Lịch họp"), "what is not urgent waits");
        // Whoever has no other channel gets it when Telegram is back; who has it already does not get it again.
        hall.platform.telegram().faults().clear();
        while !(hall.heard("nga", "Lũ về") && hall.heard("lan", "Lịch họp")) {
            hall.clock.advance(SECOND);
            hall.a_moment().await;
        }
        hall.settled().await;
        assert!(!hall.heard("lan", "Lũ về"), "{}", hall.story("lan"));
        assert_eq!(hall.confirmed(urgent).await, 1);
        hall.ends_well().await;
    }

    async fn what_left_a_channel_that_is_down_goes_over_it_after_all_if_the_other_fails(database: Database) {
        let hall = impatient(database).await;
        hall.platform.telegram().faults().add(Rule::new(Fault::Status(502)).method("sendMessage"));
        hall.beside().zalo_bot().faults().add(Rule::new(Fault::Forbidden).method("sendMessage"));
        let audience = "person:Chị Lan".to_owned();
        let new = NewNotice { title: "Lũ về".into(), audience, confirm: true, urgent: true, ..NewNotice::default() };
        let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
        hall.store.notice_send(id).await.expect("the store").expect("sent");
        let begun = hall.clock.now();
        while hall.clock.now().since(begun) < 10 * MINUTE {
            hall.clock.advance(SECOND);
            hall.a_moment().await;
        }
        let report = hall.store.notice_report(id).await.expect("the store").expect("a report");
        assert_eq!((report.all.failed, report.waiting), (0, 1), "it waits for Telegram: {report:?}");
        hall.platform.telegram().faults().clear();
        while !hall.heard("lan", "Lũ về") {
            hall.clock.advance(SECOND);
            hall.a_moment().await;
        }
        hall.settled().await;
        assert_eq!(hall.platform.chat("lan").iter().filter(|said| said.text.contains("Lũ về")).count(), 1);
        hall.chooses("lan", "Đã nhận").await;
        assert_eq!(hall.confirmed(id).await, 1);
        hall.ends_well().await;
    }

    async fn what_nobody_confirmed_goes_over_the_next_channel_too(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        links(&hall, "lan").await;
        let id = sends(&hall, "Họp gấp", Some(2 * HOUR)).await;
        hall.later(HOUR).await;
        assert!(!hall.heard_beside("lan", "Họp gấp"));
        hall.later(2 * HOUR).await;
        assert!(hall.heard_beside("lan", "Họp gấp"), "whole, over the next channel");
        assert!(hall.heard("nga", "nhắc") || hall.heard("nga", "xác nhận"), "{}", hall.story("nga"));
        // A late answer on the first channel counts, and the second is told that it is done.
        hall.chooses("lan", "Đã nhận").await;
        assert!(hall.says_beside("lan", "đã nhận").await.contains("vừa xác nhận"));
        assert_eq!(hall.confirmed(id).await, 1);
        hall.ends_well().await;
    }

    async fn an_answer_calls_off_what_still_waits_elsewhere(database: Database) {
        let mut hall = Hall::with_zalo_beside(database).await;
        links(&hall, "lan").await;
        let id = sends(&hall, "Họp gấp", Some(HOUR)).await;
        // Nothing goes over Zalo while its budget is used up.
        hall.stop().await;
        let (_, engine) = hall.second.as_mut().expect("a second channel");
        engine.limits.per_month = 1;
        engine.limits.reserve = 0;
        hall.start().await;
        hall.clock.advance(2 * HOUR);
        let waits = async || hall.store.status("worker").await.expect("a status").outbox.iter().any(|lane| lane.queued > 0);
        while !waits().await {
            hall.a_moment().await;
        }
        hall.platform.choose("lan", "Đã nhận");
        while hall.confirmed(id).await == 0 || waits().await {
            hall.a_moment().await;
        }
        assert!(!hall.heard_beside("lan", "Họp gấp"));
        hall.ends_well().await;
    }

    async fn a_unit_has_its_usual_order_and_a_person_their_own(database: Database) {
        let hall = Hall::with_zalo_beside(database).await;
        for who in ["lan", "nga"] {
            links(&hall, who).await;
        }
        hall.says("nga", "/kenh").await;
        hall.says_beside("nga", "/kenh").await;
        hall.says_beside("nga", "Dùng Zalo trước").await;
        hall.says("nga", "/kenh").await;
        hall.chooses("nga", "Dùng Telegram trước").await;
        let unit = hall.store.find_units(PROVINCE).await.expect("units")[0].0;
        hall.store.set_channels(unit, vec![ChannelKind::ZaloBot, ChannelKind::Telegram]).await.expect("set");
        sends(&hall, "Một", None).await;
        assert!(hall.heard_beside("lan", "Một") && !hall.heard("lan", "Một"), "the usual order of the province");
        assert!(hall.heard("nga", "Một") && !hall.heard_beside("nga", "Một"), "her own");
        hall.store.set_channels(unit, Vec::new()).await.expect("set");
        sends(&hall, "Hai", None).await;
        assert!(hall.heard_beside("lan", "Hai"), "what is stays");
        let token = hall.invite(WARD, Role::Staff).await;
        assert!(hall.says_beside("tuan", &token).await.contains("Bạn được mời"), "a bare invite is one");
        hall.ends_well().await;
    }
}
