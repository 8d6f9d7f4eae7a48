//! Somebody waits: for a first answer, and for a word of progress.

use std::time::Duration;

use super::cast::*;
use crate::conversation::Rules;
use crate::domain::Timestamp;
use crate::domain::category::Categories;
use crate::domain::escalation::Escalation;
use crate::domain::incident::{Mark, Move, State};
use crate::jobs::incidents;
use crate::store::testing::Shown;

const CODE: &str = "ML-2026-0001";
/// Forty hours of work until it is settled, so that much can be late before.
const LAND: &str = "Ba hộ ở phường Sông Hiến chưa nhận đền bù đất";

async fn tick(town: &Town) -> Option<Timestamp> {
    incidents::tick(&town.stage.store, &town.stage.rules).await.expect("a tick")
}

/// Moves the clock to the next thing that becomes due and sees to it; says when that was.
async fn next(town: &Town) -> (String, Vec<Shown>) {
    let at = tick(town).await.expect("something to come");
    town.stage.clock.set(at);
    tick(town).await;
    (at.short(), town.stage.sent().await)
}

/// Rules of which one category has steps of its own.
fn stepping(code: &str, steps: &[&str]) -> Rules {
    let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
    let mut categories = Categories::default();
    for category in categories.0.iter_mut().filter(|category| category.code == code) {
        category.escalate = Some(Escalation::try_from(steps.clone()).expect("steps"));
    }
    Rules { categories, ..Rules::default() }
}

/// The ward accepts a case that the duty officer forwarded; gives what its group was shown.
async fn accepted(town: &Town, words: &str) -> Vec<Shown> {
    let card = town.report(words).await;
    let groups = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &groups, "Sông Hiến").await;
    town.presses_in(WARD_GROUP, MINH, &forwarded, "Tiếp nhận").await
}

#[tokio::test]
async fn who_reported_hears_of_a_person_or_the_duty_group_and_then_the_head_hears_of_nobody() {
    let town = Town::new().await;
    let card = town.report(LAND).await;
    assert!(text_in(&card, DUTY).contains("👋 Cần người nhận trước 14:00 23/11/2026"), "{card:#?}");
    assert!(!text_in(&card, LAN).contains("Cần người nhận"), "that is the duty officers' business");
    let (at, said) = next(&town).await;
    assert_eq!(at, "14:00 23/11/2026");
    let duty = text_in(&said, DUTY);
    assert!(
        duty.contains("👋 ML-2026-0001 (Phường Sông Hiến) báo từ 08:00 23/11/2026 mà chưa có ai nhận"),
        "{duty}"
    );
    assert!(duty.contains("đã quá giờ từ 14:00 23/11/2026"), "the card says so too: {duty}");
    assert_eq!(text_in(&said, SON), "");
    // A working day later the head hears of it, and then it is taken: nobody hears any more.
    let (at, said) = next(&town).await;
    assert_eq!(at, "14:00 24/11/2026");
    assert!(
        text_in(&said, SON).contains("chưa có ai nhận") && !text_in(&said, DUTY).contains("báo từ"),
        "{said:#?}"
    );
    let taken = town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    assert!(!text_in(&taken, DUTY).contains("nhận trước"), "{taken:#?}");
    let (at, said) = next(&town).await;
    assert!(text_in(&said, DUTY).contains("tới hạn") && at == "15:00 25/11/2026", "half time is next: {at}");
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_deadlines WHERE kind LIKE 'answer%'").await, 0);
}

#[tokio::test]
async fn a_silent_unit_is_asked_once_and_then_the_duty_officers_hear() {
    let town = Town::new().await;
    let card = accepted(&town, LAND).await;
    assert!(text_in(&card, WARD_GROUP).contains("📣 Tin tiến độ trước 09:00 25/11/2026"), "{card:#?}");
    let (at, said) = next(&town).await;
    assert_eq!(at, "09:00 25/11/2026");
    let asked = text_in(&said, WARD_GROUP);
    let question =
        format!("📣 {CODE}: đã 2 ngày chưa có tin mới. Đơn vị chọn “📣 Tiến độ” rồi nhắn một câu nhé.");
    assert!(asked.contains(&question), "{asked}");
    assert!(
        !text_in(&said, DUTY).contains("nhắn một câu nhé") && text_in(&said, SON).is_empty(),
        "{said:#?}"
    );
    // The question has the buttons of the card; the answer is one line for the reporter.
    let prompt = town.presses_in(WARD_GROUP, MINH, &said, "Tiến độ").await;
    assert!(text_in(&prompt, WARD_GROUP).contains("tới đâu rồi"), "{prompt:#?}");
    let told = town.says_in(WARD_GROUP, MINH, "Hai hộ đã ký, còn một hộ").await;
    assert_eq!(
        text_in(&told, LAN),
        format!("📣 {CODE}: Phường Sông Hiến báo tiến độ: “Hai hộ đã ký, còn một hộ”")
    );
    assert!(text_in(&told, DUTY).contains("đơn vị đang xử lý"), "it stands where it stood: {told:#?}");
    // From then on it counts anew; half of the deadline comes before it.
    let (_, half) = next(&town).await;
    assert!(text_in(&half, DUTY).contains("còn"), "{half:#?}");
    let (at, said) = next(&town).await;
    assert_eq!(at, "10:00 27/11/2026");
    assert!(text_in(&said, WARD_GROUP).contains("chưa có tin mới"), "{said:#?}");
    // Silent still: a working day later the officers hear it, and the unit nothing more.
    let (_, soon) = next(&town).await;
    assert!(text_in(&soon, DUTY).contains("còn một giờ"), "the deadline comes before that: {soon:#?}");
}

#[tokio::test]
async fn the_duty_officers_hear_of_a_unit_that_stays_silent() {
    let mut rules = Rules::default();
    rules.deadlines.progress_hours = 8;
    let town = Town::with(rules).await;
    accepted(&town, LAND).await;
    let (_, asked) = next(&town).await;
    assert!(text_in(&asked, WARD_GROUP).contains("chưa có tin mới"), "{asked:#?}");
    let (at, told) = next(&town).await;
    assert_eq!(at, "08:30 25/11/2026");
    let duty = text_in(&told, DUTY);
    assert!(duty.contains("Phường Sông Hiến đã 2 ngày chưa có tin tiến độ"), "{duty}");
    assert!(text_in(&told, TUAN).contains("chưa có tin tiến độ"), "who has it hears it as well: {told:#?}");
    assert!(!text_in(&told, WARD_GROUP).contains("rồi nhắn một câu"), "{told:#?}");
    let (_, half) = next(&town).await;
    assert!(text_in(&half, DUTY).contains("còn"), "nothing more until half time: {half:#?}");
}

#[tokio::test]
async fn a_unit_that_says_nothing_is_reminded_of_the_deadline_and_not_asked_twice() {
    let town = Town::new().await;
    // Sixteen hours for both: the deadline's own reminder is the question.
    accepted(&town, "Đường hỏng nhiều ổ gà ở phường Sông Hiến").await;
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_deadlines WHERE kind LIKE 'progress%'").await, 0);
}

#[tokio::test]
async fn of_what_came_in_an_outage_nothing_is_lost_or_said_twice() {
    let town = Town::new().await;
    town.report(LAND).await;
    // Back on Tuesday at three: the group and the head are told, once, of what was late by then.
    town.stage.clock.set(Timestamp::vietnam(2026, 11, 24, 15, 0));
    tick(&town).await;
    let said = town.stage.sent().await;
    assert_eq!(text_in(&said, DUTY).matches("báo từ").count(), 1, "{said:#?}");
    assert_eq!(text_in(&said, SON).matches("báo từ").count(), 1, "{said:#?}");
    town.stage.clock.set(Timestamp::vietnam(2026, 11, 24, 16, 0));
    tick(&town).await;
    assert!(town.stage.sent().await.is_empty());
    // Back after the deadline: its own words say it, and nothing beside them.
    let town = Town::new().await;
    town.report(LAND).await;
    town.stage.advance(Duration::from_secs(30 * 24 * 3600));
    tick(&town).await;
    let said = town.stage.sent().await;
    assert!(
        text_in(&said, DUTY).contains("đã tới hạn") && !text_in(&said, DUTY).contains("báo từ"),
        "{said:#?}"
    );
    assert_eq!(text_in(&said, SON).matches(CODE).count(), 2, "once, with the code to look: {said:#?}");
}

#[tokio::test]
async fn at_night_only_what_is_urgent_is_told() {
    let night = Timestamp::vietnam(2026, 11, 23, 23, 0);
    let town = Town::new().await;
    town.report(LAND).await;
    town.stage.clock.set(night);
    assert_eq!(tick(&town).await, Some(Timestamp::vietnam(2026, 11, 24, 7, 30)));
    assert!(town.stage.sent().await.is_empty());
    let town = Town::new().await;
    town.stage.clock.set(night);
    town.report("Sạt lở ở phường Sông Hiến").await;
    let (at, said) = next(&town).await;
    assert_eq!(at, "00:00 24/11/2026");
    assert!(text_in(&said, DUTY).contains("mà chưa có ai nhận"), "{said:#?}");
}

#[tokio::test]
async fn a_category_says_who_hears_one_after_the_other() {
    let steps = ["Tỉnh Mẫu / Xã Na Loa", "truc_ban", "don_vi"];
    let town = Town::with(stepping("dat_dai", &steps)).await;
    town.heads(MINH, 2).await;
    town.heads(NGA, 3).await;
    let card = town.report(LAND).await;
    town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    let mut heard = Vec::new();
    while tick(&town).await.is_some() {
        let (at, said) = next(&town).await;
        for (name, chat) in [("Nga", NGA), ("nhóm trực", DUTY), ("Minh", MINH), ("Sơn", SON)] {
            if text_in(&said, chat).contains("đã quá hạn") {
                heard.push(format!("{name} {at}"));
            }
        }
    }
    let days = ["Nga 10:30 30/11/2026", "nhóm trực 10:30 01/12/2026", "Minh 10:30 02/12/2026"];
    assert_eq!(heard, days, "and nobody above them");
}

#[tokio::test]
async fn of_a_late_complaint_only_the_duty_group_hears() {
    let words = "Tôi muốn tố cáo cán bộ xã ở phường Sông Hiến";
    let town = Town::with(stepping("khac", &["don_vi", "cap_tren", "truc_ban"])).await;
    town.report(words).await;
    let mut heard = 0;
    while tick(&town).await.is_some() {
        let (_, said) = next(&town).await;
        heard += text_in(&said, DUTY).matches(CODE).count();
        for who in [SON, MINH, NGA, WARD_GROUP] {
            assert_eq!(text_in(&said, who), "", "{said:#?}");
        }
    }
    assert!(heard > 3, "{heard}");
}

/// Every act of every role, tried on a complaint whose buttons somebody has got hold of.
#[tokio::test]
async fn a_complaint_is_moved_by_nobody_else_whatever_they_press() {
    let town = Town::new().await;
    let card = town.report("Tôi muốn tố cáo cán bộ xã ở phường Sông Hiến").await;
    let buttons = labels(&card, DUTY);
    assert!(!buttons.iter().any(|label| label.contains("Chuyển")), "{buttons:?}");
    for label in &buttons {
        for who in [SON, MINH, NGA, LAN] {
            let pressed = town.presses_in(DUTY, who, &card, label).await;
            assert!(toast(&pressed).contains("người có quyền"), "{who} {label}: {pressed:#?}");
        }
    }
    let shown = town.stage.store.show_incident(CODE).await.expect("a case").expect("there is one");
    assert_eq!((shown.state, shown.restricted, shown.steps.len()), (State::New, true, 1));
    // The database holds it too, whatever the code would do.
    let forward = town.stage.store.db.write(|tx| {
        let sql = "UPDATE incidents SET forward_unit_id = 2";
        Box::pin(async move { tx.exec(sql, crate::args![]).await })
    });
    assert!(forward.await.is_err());
    let mark = Mark::of(shown.restricted);
    assert!(crate::domain::incident::allowed(shown.state, mark, Move::Forward).is_err());
}
