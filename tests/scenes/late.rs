//! Somebody waits: for a first answer, for a word of progress, for whoever is above. Told in time, and once.

use std::sync::Arc;
use std::time::Duration;

use loa::conversation::Rules;
use loa::domain::category::Categories;
use loa::domain::escalation::Escalation;
use loa::domain::{Role, Timestamp};

use crate::hall::{Hall, PROVINCE, WARD};
use crate::on_every_channel;

/// Forty hours of work until it is settled: much may be late before.
const LAND: &str = "Ba hộ ở phường Bình Minh chưa nhận đền bù đất";

/// From now on other rules hold, as after a change of the configuration.
async fn goes_by(hall: &mut Hall, rules: impl FnOnce(&mut Rules)) {
    hall.stop().await;
    let mut all = (*hall.engine.rules).clone();
    rules(&mut all);
    hall.engine.rules = Arc::new(all);
    hall.start().await;
    hall.settled().await;
}

/// Moves the clock to a moment of November 2026.
async fn until(hall: &Hall, day: u32, hour: u32, minute: u32) {
    hall.clock.set(Timestamp::vietnam(2026, 11, day, hour, minute));
    hall.settled().await;
}

/// How often somebody was told this.
fn times(hall: &Hall, who: &str, words: &str) -> usize {
    let chat = hall.platform.chat(who);
    chat.iter().filter(|said| said.by_bot).map(|said| said.text.matches(words).count()).sum()
}

/// The duty officer forwards the newest case to the ward's head, who accepts it.
async fn lies_with_hoa(hall: &Hall) -> String {
    let code = hall.code("lan");
    let opens = format!("/vuviec {code}");
    hall.says("tuan", &opens).await;
    hall.chooses("tuan", "Chuyển").await;
    hall.chooses("tuan", "Chị Hoa").await;
    hall.says("hoa", &opens).await;
    hall.chooses("hoa", "Tiếp nhận").await;
    code
}

fn steps(words: &[&str]) -> Escalation {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    words.try_into().expect("steps")
}

on_every_channel! {
    /// Four hours of work, over a night and a restart: the officer hears it once, then the head, then nobody any more.
    async fn a_report_that_nobody_takes_is_told(mut hall: Hall) {
        hall.enlists(Role::Head, PROVINCE).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", LAND).await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        let late = format!("{code} (Phường Bình Minh) báo từ 08:05 23/11/2026 mà chưa có ai nhận");
        until(&hall, 23, 14, 4).await;
        assert_eq!(times(&hall, "tuan", &late), 0, "{}", hall.story("tuan"));
        // It stands still when the time comes, and is killed right after.
        hall.stop().await;
        hall.clock.set(Timestamp::vietnam(2026, 11, 23, 15, 0));
        hall.start().await;
        hall.settled().await;
        assert_eq!(times(&hall, "tuan", &late), 1, "{}", hall.story("tuan"));
        hall.kill();
        hall.start().await;
        hall.later(Duration::from_secs(60)).await;
        assert_eq!(times(&hall, "tuan", &late), 1, "{}", hall.story("tuan"));
        assert_eq!(times(&hall, "hoa", "chưa có ai nhận"), 0, "{}", hall.story("hoa"));
        until(&hall, 24, 14, 6).await;
        let above = format!("{code} của Phường Bình Minh báo từ 08:05 23/11/2026 mà chưa có ai nhận");
        assert_eq!(times(&hall, "hoa", &above), 1, "{}", hall.story("hoa"));
        hall.says("tuan", &format!("/vuviec {code}")).await;
        hall.chooses("tuan", "Nhận xử lý").await;
        assert!(hall.heard("lan", "đã nhận xử lý"), "{}", hall.story("lan"));
        assert_eq!(hall.case(&code).await.awaits, None);
        until(&hall, 25, 17, 0).await;
        assert_eq!(times(&hall, "hoa", "chưa có ai nhận"), 1, "{}", hall.story("hoa"));
        hall.ends_well().await;
    }

    /// The unit is asked, answers in one line that the reporter reads, and is asked anew when it is silent again.
    async fn a_silent_unit_is_asked_and_says_how_far_it_is(mut hall: Hall) {
        goes_by(&mut hall, |rules| rules.deadlines.progress_hours = 8).await;
        hall.enlists(Role::Head, WARD).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", LAND).await;
        hall.chooses("lan", "Gửi").await;
        let code = lies_with_hoa(&hall).await;
        assert_eq!(hall.case(&code).await.awaits, Some("progress"));
        // Eight hours of work from Monday morning: Tuesday, and nothing in between.
        until(&hall, 23, 20, 0).await;
        assert_eq!(times(&hall, "hoa", "chưa có tin mới"), 0, "{}", hall.story("hoa"));
        until(&hall, 24, 8, 37).await;
        let question = format!("{code}: đã 1 ngày chưa có tin mới. Đơn vị chọn “📣 Tiến độ” rồi nhắn một câu nhé.");
        assert_eq!(times(&hall, "hoa", &question), 1, "{}", hall.story("hoa"));
        hall.chooses("hoa", "Tiến độ").await;
        hall.says("hoa", "Hai hộ đã ký, còn một hộ đề nghị đo lại").await;
        let told = format!("{code}: Phường Bình Minh báo tiến độ: “Hai hộ đã ký, còn một hộ đề nghị đo lại”");
        assert_eq!(times(&hall, "lan", &told), 1, "{}", hall.story("lan"));
        insta::assert_snapshot!(hall.titled("progress"), hall.stories(&["lan", "hoa"]));
        let case = hall.case(&code).await;
        assert_eq!((case.state.code(), case.awaits), ("accepted", Some("progress")));
        let steps: Vec<&str> = case.steps.iter().map(|step| step.movement.as_str()).collect();
        assert_eq!(steps, ["open", "forward", "accept", "progress"]);
        // Silent again, and a restart in between: asked once more, then the officer hears of it.
        hall.kill();
        hall.clock.set(Timestamp::vietnam(2026, 11, 25, 9, 20));
        hall.start().await;
        hall.settled().await;
        assert_eq!(times(&hall, "hoa", "chưa có tin mới"), 2, "{}", hall.story("hoa"));
        assert_eq!(times(&hall, "tuan", "chưa có tin tiến độ"), 0, "{}", hall.story("tuan"));
        until(&hall, 26, 9, 20).await;
        assert_eq!(times(&hall, "tuan", "Phường Bình Minh đã 2 ngày chưa có tin tiến độ"), 1, "{}", hall.story("tuan"));
        assert_eq!(times(&hall, "hoa", "chưa có tin mới"), 2, "{}", hall.story("hoa"));
        hall.ends_well().await;
    }

    /// A category names who hears of it: the duty officer, and then the head of another unit than the tree would say.
    async fn a_category_has_steps_of_its_own(mut hall: Hall) {
        goes_by(&mut hall, |rules| {
            let mut categories = Categories::default();
            for category in categories.0.iter_mut().filter(|category| category.code == "dat_dai") {
                category.deadline_hours = Some(4);
                category.escalate = Some(steps(&["truc_ban", PROVINCE]));
                category.escalate_hours = Some(2);
            }
            rules.categories = categories;
        })
        .await;
        hall.enlists(Role::Head, PROVINCE).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", LAND).await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        hall.says("tuan", &format!("/vuviec {code}")).await;
        hall.chooses("tuan", "Nhận xử lý").await;
        until(&hall, 23, 14, 7).await;
        assert_eq!(times(&hall, "tuan", "đã tới hạn"), 1, "{}", hall.story("tuan"));
        let over = format!("{code} của Phường Bình Minh đã quá hạn");
        // What the deadline said to the duty officer already is not said again as a step.
        assert_eq!(times(&hall, "tuan", &over), 0, "{}", hall.story("tuan"));
        assert_eq!(times(&hall, "hoa", &over), 0, "{}", hall.story("hoa"));
        hall.kill();
        hall.clock.set(Timestamp::vietnam(2026, 11, 23, 16, 7));
        hall.start().await;
        hall.settled().await;
        assert_eq!(times(&hall, "hoa", &over), 1, "{}", hall.story("hoa"));
        until(&hall, 24, 17, 0).await;
        assert_eq!(times(&hall, "hoa", &over), 1, "{}", hall.story("hoa"));
        assert_eq!(times(&hall, "tuan", &over), 0, "{}", hall.story("tuan"));
        hall.ends_well().await;
    }
}
