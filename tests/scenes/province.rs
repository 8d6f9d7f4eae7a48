//! A whole province at once: many people on all four channels, a kill in the middle, a channel that is down.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::chase::{After, Chase, Chases};
use loa::domain::ids::NoticeId;
use loa::domain::{ChannelKind, Role};
use loa::sandbox::{Fault, Rule};

use crate::house::{House, Listed};
use crate::on_both;

const MINUTE: Duration = Duration::from_secs(60);
const PROVINCE: &str = "Tỉnh Mường Lam";

async fn sends(house: &House, new: NewNotice) -> NoticeId {
    let id = house.store.notice_new(new).await.expect("the store").expect("a notice");
    house.store.notice_send(id).await.expect("the store").expect("sent");
    id
}

/// So many people on a channel, numbered on from a number.
fn staff(from: usize, count: usize, on: ChannelKind) -> impl Iterator<Item = Listed> {
    (from..from + count).map(move |number| Listed {
        who: format!("n{number}"),
        name: format!("Cán bộ {number}"),
        role: Role::Staff,
        unit: format!("{PROVINCE} / Xã {}", number % 30),
        on,
    })
}

/// 214 people: whom of them a channel has.
const SPREAD: [(ChannelKind, usize, usize); 4] = [
    (ChannelKind::Telegram, 100, 120),
    (ChannelKind::ZaloBot, 300, 50),
    (ChannelKind::ZaloOa, 400, 20),
    (ChannelKind::Email, 500, 24),
];
const TITLE: &str = "Triển khai nghị quyết";

/// How many communes there are.
const COMMUNES: usize = 37;
/// The head of the province.
const HEAD: &str = "n1";

/// The head of each commune, and the channel that they have beside Telegram.
fn communes() -> impl Iterator<Item = (Listed, ChannelKind)> {
    (0..COMMUNES).map(|number| {
        let (beside, who) = match number % 3 {
            0 => (ChannelKind::ZaloBot, format!("n{}", 600 + number)),
            1 => (ChannelKind::ZaloOa, format!("n{}", 600 + number)),
            // As many as the mail server has boxes.
            _ => (ChannelKind::Email, format!("n{}", 500 + number / 3)),
        };
        let (name, unit) = (format!("Chủ tịch xã {number}"), format!("{PROVINCE} / Xã {number}"));
        (Listed { who, name, role: Role::Head, unit, on: ChannelKind::Telegram }, beside)
    })
}

/// Everybody makes their other channel theirs, by a code.
async fn link(house: &House, people: &[(Listed, ChannelKind)]) {
    let telegram = house.on(ChannelKind::Telegram);
    for (one, beside) in people {
        house.on(*beside).add_user(&one.who, &one.name);
        telegram.say(&one.who, "/ghep");
    }
    house.settled().await;
    for (one, beside) in people {
        let chat = telegram.chat(&one.who);
        let lines = chat.iter().rev().flat_map(|said| said.text.lines());
        let code = lines.filter_map(|line| line.strip_prefix("/ghep ")).next().expect("a code");
        house.on(*beside).say(&one.who, &format!("/ghep {code}"));
    }
    house.settled().await;
    for (one, beside) in people {
        assert!(!house.heard(*beside, &one.who, "Xong rồi").is_empty(), "{} on {beside:?}", one.who);
    }
}

on_both! {
    async fn all_of_214_outcomes_stand_after_a_kill_in_the_middle(database: Database) {
        let people: Vec<Listed> =
            SPREAD.iter().flat_map(|(kind, from, count)| staff(*from, *count, *kind)).collect();
        assert_eq!(people.len(), 214);
        let Some(mut house) = House::new(database, Chases::default(), &people).await else { return };
        // Three have blocked the bot on Telegram: theirs are outcomes too.
        let telegram = house.on(ChannelKind::Telegram);
        for who in ["n103", "n150", "n219"] {
            let chat: i64 = telegram.id(who).parse().expect("a number");
            telegram.telegram().faults().add(Rule::new(Fault::Forbidden).method("sendMessage").chat(chat));
        }
        let new = NewNotice {
            title: TITLE.into(),
            body: "Các xã triển khai trong tuần.".into(),
            audience: "all".into(),
            confirm: true,
            ..NewNotice::default()
        };
        let id = sends(&house, new).await;
        let got = |house: &House| -> Vec<usize> {
            people.iter().map(|one| house.heard(one.on, &one.who, TITLE).len()).collect()
        };
        let reached = |house: &House| got(house).iter().filter(|times| **times > 0).count();
        house.until("a good part has it", || reached(&house) >= 60).await;
        house.kill();
        let before = reached(&house);
        assert!(before < 200, "it is the middle: {before}");
        house.start().await;
        house.settled().await;
        let report = house.store.notice_report(id).await.expect("the store").expect("a report");
        assert_eq!((report.all.total, report.all.arrived, report.all.failed), (214, 211, 3), "{report:?}");
        let recipients = house.store.notice_recipients(id).await.expect("recipients");
        assert_eq!(recipients.len(), 214);
        let count = |outcome: &str| recipients.iter().filter(|one| one.state == outcome).count();
        assert_eq!((count("sent"), count("failed")), (211, 3));
        // Everybody has it; twice only who it was under way to when the kill came, since nobody knew.
        let times = got(&house);
        let twice = times.iter().filter(|times| **times > 1).count();
        assert_eq!(times.iter().filter(|times| **times == 0).count(), 3, "{times:?}");
        assert!(twice <= 4 * 16 && times.iter().all(|times| *times <= 2), "{twice} got it twice");
        // On each of the channels one answers, and all four count.
        for (kind, from, _) in SPREAD {
            house.on(kind).choose(&format!("n{from}"), "Đã nhận");
        }
        house.settled().await;
        let report = house.store.notice_report(id).await.expect("the store").expect("a report");
        assert_eq!((report.all.confirmed, report.all.arrived), (4, 211), "{report:?}");
        house.ends_well().await;
    }

    async fn the_urgent_story_of_37_communes(database: Database) {
        let policy = Chase { again: vec![After::Span(30 * MINUTE)], heads: Some(45 * MINUTE), alert: None };
        let chases = Chases { urgent: policy, elsewhere: Some(3 * MINUTE), ..Chases::default() };
        let people: Vec<(Listed, ChannelKind)> = communes().collect();
        let head = Listed {
            who: HEAD.to_owned(),
            name: "Bí thư tỉnh".to_owned(),
            role: Role::Head,
            unit: PROVINCE.to_owned(),
            on: ChannelKind::Telegram,
        };
        let listed = communes().map(|(one, _)| one).chain([head]).collect::<Vec<_>>();
        let Some(house) = House::new(database, chases, &listed).await else { return };
        link(&house, &people).await;
        let telegram = house.on(ChannelKind::Telegram);
        telegram.telegram().faults().add(Rule::new(Fault::Status(502)).method("sendMessage"));
        let new = NewNotice {
            title: "Lũ quét".into(),
            body: "Sơ tán dân hai bên suối trước 18 giờ.".into(),
            audience: format!("unit:{PROVINCE}/*; -unit:{PROVINCE}"),
            urgent: true,
            confirm: true,
            remind_after: Some(15 * MINUTE),
            ..NewNotice::default()
        };
        let begun = house.clock.now();
        let id = sends(&house, new).await;
        let has_it = |one: &(Listed, ChannelKind)| !house.heard(one.1, &one.0.who, "Lũ quét").is_empty();
        // Nobody hears it over Telegram, and all have it over what else they have within five minutes.
        house.until("all have it", || {
            let now = house.clock.now();
            assert!(now.since(begun) < 5 * MINUTE, "too late");
            house.clock.set(now + Duration::from_millis(900));
            people.iter().all(has_it)
        }).await;
        house.settled().await;
        let sent = house.clock.now();
        // Thirty confirm at once, five when they are reminded, two say nothing.
        let (quick, slow) = people.split_at(30);
        let (late, silent) = slow.split_at(5);
        let confirm = |people: &[(Listed, ChannelKind)]| {
            people.iter().for_each(|(one, beside)| house.on(*beside).choose(&one.who, "Đã nhận"));
        };
        confirm(quick);
        house.settled().await;
        let confirmed = async || {
            house.store.notice_report(id).await.expect("the store").expect("a report").all.confirmed
        };
        assert_eq!(confirmed().await, 30);
        let reminded = |one: &(Listed, ChannelKind)| house.heard(one.1, &one.0.who, "Nhắc bạn").len();
        let after = async |minutes: u32| {
            house.clock.set(sent + minutes * MINUTE);
            house.settled().await;
        };
        after(16).await;
        assert!(quick.iter().all(|one| reminded(one) == 0) && slow.iter().all(|one| reminded(one) == 1));
        // Telegram is there again. Whoever confirms twice, on one channel and then on the other, counts once.
        telegram.telegram().faults().clear();
        confirm(late);
        house.settled().await;
        for (one, beside) in &late[..2] {
            telegram.say(&one.who, "đã nhận");
            house.on(*beside).say(&one.who, "đã nhận");
        }
        house.settled().await;
        assert_eq!(confirmed().await, 35);
        after(31).await;
        assert!(late.iter().all(|one| reminded(one) == 1) && silent.iter().all(|one| reminded(one) == 2));
        // Three quarters of an hour: their superior hears which two units are silent, and no others.
        after(46).await;
        after(91).await;
        let told = house.heard(ChannelKind::Telegram, HEAD, "chưa xác nhận");
        assert_eq!(told.len(), 1, "{told:?}");
        for (number, _) in people.iter().enumerate() {
            let named = told[0].text.contains(&format!("Xã {number} (1)"));
            assert_eq!(named, number >= 35, "{}", told[0].text);
        }
        // One each, wherever it was: nothing came a second time when Telegram was there again.
        for one in &people {
            let copies = |kind| house.heard(kind, &one.0.who, "Sơ tán dân").len();
            assert_eq!((copies(one.1), copies(ChannelKind::Telegram)), (1, 0), "{}", one.0.who);
        }
        let report = house.store.notice_report(id).await.expect("the store").expect("a report");
        assert_eq!((report.all.total, report.all.confirmed, report.all.failed), (37, 35, 0), "{report:?}");
        house.ends_well().await;
    }
}
