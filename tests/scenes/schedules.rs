//! What the calendar sends: asked for, written ahead, by itself, after an outage, and never twice.

use std::time::Duration;

use loa::clock::Clock;
use loa::domain::Timestamp;
use loa::domain::calendar::when_words;
use loa::random::Random;
use loa::store::Store;
use loa::store::notice::{NewSchedule, ScheduleRefused};

use crate::on_both;
use crate::town::{APPROVER, BINH, EDITOR, LAN, Town, VAN, WARD};

/// For so long what was missed is made up for.
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn schedule(town: &Town, new: NewSchedule) {
    town.store.schedule_new(new).await.expect("the store").expect("a schedule");
}

fn monthly() -> NewSchedule {
    NewSchedule {
        name: "Định hướng tháng".into(),
        title: "Định hướng tuyên truyền tháng {tháng}/{năm}".into(),
        cron: "0 8 1 * *".into(),
        audience: "all".into(),
        confirm: true,
        ..NewSchedule::default()
    }
}

fn by_itself(cron: &str, text: &str) -> NewSchedule {
    let (title, body) = ("Nhắc việc".to_owned(), text.to_owned());
    NewSchedule {
        name: "Nhắc việc".into(),
        title,
        body: body.into(),
        cron: cron.into(),
        self_sending: true,
        ..monthly()
    }
}

async fn at(town: &Town, then: Timestamp) {
    town.clock.set(then);
    town.in_time(town.later(Duration::from_secs(10))).await;
}

on_both! {
    async fn the_monthly_guidance_is_asked_for_written_approved_and_goes_out(database: Database) {
        let town = Town::new(database).await;
        schedule(&town, monthly()).await;
        at(&town, Timestamp::vietnam(2026, 12, 1, 8, 0)).await;
        assert!(town.last(EDITOR).text.contains("Đến kỳ “Định hướng tháng” (08:00 thứ Ba 01/12/2026)"), "{}", town.story(EDITOR));
        assert!(!town.heard(LAN, "Định hướng"), "nothing goes out without a text");
        town.presses(EDITOR, EDITOR, "Soạn").await;
        town.says(EDITOR, "1. Tuyên truyền bầu cử.\n2. Phòng chống rét.").await;
        // Another editor finds that somebody is at it only once it is written down.
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert!(town.presses(VAN, VAN, "Soạn").await.contains("đã có người soạn"));
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert!(town.heard(LAN, "Định hướng tuyên truyền tháng 12/2026\n\n1. Tuyên truyền bầu cử."), "{}", town.story(LAN));
        town.until_sent(EDITOR).await;
        insta::assert_snapshot!("guidance", town.stories(&[EDITOR, LAN]));
        at(&town, Timestamp::vietnam(2026, 12, 2, 8, 0)).await;
        assert_eq!(town.sent(LAN, "Định hướng tuyên truyền"), 1);
        town.ends_well().await;
    }

    async fn what_is_approved_ahead_goes_out_by_itself_at_its_time(database: Database) {
        let town = Town::new(database).await;
        schedule(&town, monthly()).await;
        town.says(EDITOR, "/lich").await;
        assert!(town.last(EDITOR).text.contains("Kỳ tới: 08:00 thứ Ba 01/12/2026. Chưa có nội dung."), "{}", town.last(EDITOR).text);
        town.presses(EDITOR, EDITOR, "Soạn cho").await;
        town.says(EDITOR, "Tuyên truyền bầu cử.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.presses(APPROVER, APPROVER, "Duyệt và gửi").await;
        town.says(EDITOR, "/lich").await;
        assert!(town.last(EDITOR).text.contains("Đã có nội dung được duyệt"), "{}", town.last(EDITOR).text);
        at(&town, Timestamp::vietnam(2026, 12, 1, 7, 59)).await;
        assert!(!town.heard(LAN, "bầu cử"));
        at(&town, Timestamp::vietnam(2026, 12, 1, 8, 0)).await;
        assert_eq!(town.sent(LAN, "Tuyên truyền bầu cử."), 1);
        assert!(!town.heard(EDITOR, "Đến kỳ"), "nobody is asked");
        town.until_sent(EDITOR).await;
        // The next month is asked for again.
        at(&town, Timestamp::vietnam(2027, 1, 1, 8, 0)).await;
        assert!(town.heard(EDITOR, "Đến kỳ “Định hướng tháng” (08:00 thứ Sáu 01/01/2027)"), "{}", town.story(EDITOR));
        insta::assert_snapshot!("written_ahead", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn a_template_goes_out_by_itself_with_its_words_filled_in(database: Database) {
        let town = Town::new(database).await;
        let unit = town.store.find_units(WARD).await.expect("units")[0].0;
        let text = "Tháng {tháng} quý {quý} năm {năm}, ngày {ngày}: {đơn vị} báo cáo.";
        schedule(&town, NewSchedule { unit: Some(unit), ..by_itself("0 7 * * 1", text) }).await;
        at(&town, Timestamp::vietnam(2026, 11, 30, 7, 0)).await;
        assert!(town.heard(LAN, "Tháng 11 quý IV năm 2026, ngày 30/11/2026: Phường Bình Minh báo cáo."), "{}", town.story(LAN));
        let runs = town.store.schedule_list(3).await.expect("a list").remove(0);
        let words: Vec<String> = runs.next.iter().map(|at| when_words(*at)).collect();
        assert_eq!(words, ["07:00 thứ Hai 07/12/2026", "07:00 thứ Hai 14/12/2026", "07:00 thứ Hai 21/12/2026"]);
        assert_eq!(runs.rule, "07:00 thứ Hai hằng tuần");
        town.ends_well().await;
    }

    async fn after_an_outage_the_latest_run_is_made_up_for_and_the_others_are_named(database: Database) {
        let mut town = Town::new(database).await;
        schedule(&town, by_itself("0 * * * *", "Trực ban báo cáo lúc chẵn giờ.")).await;
        town.kill();
        town.clock.set(Timestamp::vietnam(2026, 11, 23, 12, 20));
        town.start().await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert_eq!(town.sent(LAN, "Trực ban báo cáo"), 1, "{}", town.story(LAN));
        let missed = town.sandbox.chat(EDITOR).into_iter().find(|seen| seen.text.contains("đã lỡ 3 kỳ"));
        let missed = missed.unwrap_or_else(|| panic!("{}", town.story(EDITOR))).text;
        for hour in ["09:00", "10:00", "11:00"] {
            assert!(missed.contains(hour), "{missed}");
        }
        assert!(!missed.contains("12:00"), "{missed}");
        // What is too old is named, and not made up for.
        town.kill();
        schedule(&town, by_itself("0 13 23 11 *", "Một lần trong năm.")).await;
        town.clock.set(Timestamp::vietnam(2026, 11, 25, 13, 30));
        town.start().await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert_eq!(town.sent(LAN, "Một lần trong năm."), 0);
        assert!(town.heard(EDITOR, "đã lỡ 1 kỳ"), "{}", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn two_processes_send_a_run_once(database: Database) {
        let mut town = Town::new(database).await;
        schedule(&town, by_itself("0 9 * * *", "Trực ban báo cáo.")).await;
        town.kill();
        town.clock.set(Timestamp::vietnam(2026, 11, 23, 9, 0));
        let other = Store::open(&town.database.url, town.clock.clone(), Random::seeded(9)).await.expect("a store");
        let (one, two) = tokio::join!(town.store.notices_tick(DAY), other.notices_tick(DAY));
        assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
        town.start().await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert_eq!(town.sent(LAN, "Trực ban báo cáo."), 1);
        assert_eq!(town.store.notice_list(10).await.expect("a list").len(), 1);
        town.ends_well().await;
    }

    async fn a_schedule_goes_by_the_clock_of_its_zone(database: Database) {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock, Random::seeded(1)).await.expect("a store");
        let tokyo = NewSchedule { zone: "Asia/Tokyo".into(), ..monthly() };
        store.schedule_new(tokyo.clone()).await.expect("the store").expect("a schedule");
        let line = store.schedule_list(1).await.expect("a list").remove(0);
        assert_eq!(line.next, [Timestamp::vietnam(2026, 12, 1, 6, 0)]);
        assert_eq!(line.rule, "08:00 ngày 1 hằng tháng (giờ Asia/Tokyo)");
        let nowhere = NewSchedule { zone: "Asia/Nowhere".into(), ..tokyo };
        let refused = store.schedule_new(nowhere).await.expect("the store").expect_err("no such zone");
        assert!(matches!(refused, ScheduleRefused::Zone(_)));
    }

    async fn a_schedule_that_has_ended_sends_nothing_more(database: Database) {
        let town = Town::new(database).await;
        let until = chrono::NaiveDate::from_ymd_opt(2026, 11, 25);
        schedule(&town, NewSchedule { until, ..by_itself("0 9 * * *", "Trực ban báo cáo.") }).await;
        town.says(EDITOR, "/lich").await;
        let card = town.last(EDITOR).text;
        assert!(card.contains("09:00 hằng ngày, đến hết 25/11/2026"), "{card}");
        assert!(card.contains("Rồi đến: 09:00 24/11/2026, 09:00 25/11/2026"), "{card}");
        for day in 23..=27 {
            at(&town, Timestamp::vietnam(2026, 11, day, 9, 0)).await;
        }
        assert_eq!(town.sent(LAN, "Trực ban báo cáo."), 3);
        let line = town.store.schedule_list(3).await.expect("a list").remove(0);
        assert_eq!((line.state.as_str(), line.next.len()), ("ended", 0));
        town.says(EDITOR, "/lich").await;
        assert!(town.last(EDITOR).text.contains("Đã kết thúc ngày 25/11/2026"), "{}", town.last(EDITOR).text);
        assert!(town.last(EDITOR).labels().is_empty(), "nothing is left to hold");
        let past = NewSchedule { until, ..monthly() };
        let refused = town.store.schedule_new(past).await.expect("the store").expect_err("it never comes");
        assert!(matches!(refused, ScheduleRefused::Ended(_)));
        town.ends_well().await;
    }

    async fn a_month_is_shown_on_one_screen(database: Database) {
        let town = Town::new(database).await;
        schedule(&town, monthly()).await;
        schedule(&town, by_itself("0 9 * * *", "Trực ban báo cáo.")).await;
        for day in 23..=24 {
            at(&town, Timestamp::vietnam(2026, 11, day, 9, 0)).await;
        }
        // Somebody writes ahead for the run: its title stands in the place of the schedule's name, once.
        town.says(EDITOR, "/lich").await;
        town.presses(EDITOR, EDITOR, "Soạn cho 01/12/2026").await;
        town.says(EDITOR, "Tuyên truyền bầu cử.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.presses(APPROVER, APPROVER, "Duyệt và gửi").await;
        town.says(EDITOR, "/lich 12").await;
        let december = town.last(EDITOR).text;
        assert_eq!(december.matches("Định hướng").count(), 1, "{december}");
        town.presses(EDITOR, EDITOR, "‹ Tháng 11/2026").await;
        let november = town.last(EDITOR).text;
        insta::assert_snapshot!("month", format!("{december}\n\n{november}"));
        assert!(town.says(EDITOR, "/lich 13").await.text.contains("/lich 12/2026"));
        assert!(town.says(LAN, "/lich 12").await.text.contains("cần người có quyền"));
        assert!(town.says(BINH, "/lich 12").await.text.contains("Chưa có gì gửi"), "not of their unit");
        town.ends_well().await;
    }

    async fn a_schedule_is_held_and_gone_on_with_in_chat(database: Database) {
        let town = Town::new(database).await;
        schedule(&town, by_itself("0 9 * * *", "Trực ban báo cáo.")).await;
        town.says(EDITOR, "/lich").await;
        town.presses(EDITOR, EDITOR, "Tạm dừng").await;
        at(&town, Timestamp::vietnam(2026, 11, 23, 9, 0)).await;
        assert_eq!(town.sent(LAN, "Trực ban báo cáo."), 0);
        town.says(EDITOR, "/lich").await;
        town.presses(EDITOR, EDITOR, "Tiếp tục").await;
        at(&town, Timestamp::vietnam(2026, 11, 24, 9, 0)).await;
        assert_eq!(town.sent(LAN, "Trực ban báo cáo."), 1, "what was held is not made up for");
        assert!(town.says(LAN, "/lich").await.text.contains("cần người có quyền"));
        assert!(town.says(BINH, "/lich").await.text.contains("Chưa có lịch"), "not of their unit");
        town.ends_well().await;
    }
}
