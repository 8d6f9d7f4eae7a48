//! What duty officers, units and reporters do with a case.

use std::time::Duration;

use super::cast::*;

const CODE: &str = "ML-2026-0001";
const WORDS: &str = "Sạt lở ở phường Sông Hiến, gọi 0912345678";

#[tokio::test]
async fn taken_asked_answered_settled_and_agreed() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let taken = town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    assert!(text_in(&taken, DUTY).contains("Trực ban: Tuấn"));
    assert!(text_in(&taken, LAN).contains("Tuấn (trực ban)"));
    assert!(!labels(&taken, DUTY).iter().any(|label| label.contains("Nhận xử lý")));

    let prompt = town.presses_in(DUTY, TUAN, &taken, "Hỏi thêm").await;
    assert!(text_in(&prompt, DUTY).contains("Reply"));
    let asked = town.says_in(DUTY, TUAN, "Có ai bị thương không?").await;
    assert!(text_in(&asked, LAN).contains("Có ai bị thương không?"));
    let prompt = town.presses(LAN, &asked, "Trả lời").await;
    assert!(text_in(&prompt, LAN).contains("Có ai bị thương không?"));
    let answered = town.says(LAN, "Không ai bị thương").await;
    assert!(text_in(&answered, DUTY).contains("Lan trả lời: “Không ai bị thương”"), "{answered:#?}");

    town.presses_in(DUTY, TUAN, &answered, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn đất, thông xe").await;
    assert!(text_in(&settled, LAN).contains("Đã dọn đất, thông xe"));
    let agreed = town.presses(LAN, &settled, "Đã xong").await;
    assert!(text_in(&agreed, DUTY).contains("giải quyết dứt điểm"));
    let again = town.presses(LAN, &settled, "Chưa xong").await;
    assert!(toast(&again).contains("không làm bước này được nữa"), "{again:?}");
}

#[tokio::test]
async fn the_second_officer_hears_who_was_first() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    let second = town.presses_in(DUTY, HOA, &card, "Nhận xử lý").await;
    assert!(toast(&second).contains("đã có Tuấn nhận"));
    assert_eq!(second.len(), 1);
}

#[tokio::test]
async fn who_may_not_press_gets_a_quiet_answer_and_nothing_changes() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    for person in [LAN, MINH, NGA, "999"] {
        let pressed = town.presses_in(DUTY, person, &card, "Nhận xử lý").await;
        assert!(toast(&pressed).contains("cần người có quyền"), "{person}");
        assert_eq!(pressed.len(), 1, "{person}");
    }
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents WHERE state = 'new'").await, 1);
}

#[tokio::test]
async fn forwarded_returned_forwarded_again_accepted_and_reported() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let groups = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    assert!(labels(&groups, DUTY)[0].contains("Phường Sông Hiến"), "{groups:?}");
    let forwarded = town.presses_in(DUTY, TUAN, &groups, "Na Loa").await;
    assert!(text_in(&forwarded, OTHER_GROUP).contains(CODE));
    assert!(!text_in(&forwarded, OTHER_GROUP).contains("Lan"));
    assert!(text_in(&forwarded, LAN).contains("đã chuyển tới Xã Na Loa"));

    let stranger = town.presses_in(OTHER_GROUP, MINH, &forwarded, "Tiếp nhận").await;
    assert!(toast(&stranger).contains("cần người có quyền"));
    town.presses_in(OTHER_GROUP, NGA, &forwarded, "Trả lại").await;
    let returned = town.says_in(OTHER_GROUP, NGA, "Không thuộc địa bàn xã").await;
    assert!(text_in(&returned, DUTY).contains("Không thuộc địa bàn xã"));
    assert!(text_in(&returned, OTHER_GROUP).contains("không còn ở đơn vị"));

    town.presses_in(DUTY, TUAN, &returned, "Chuyển").await;
    let found = town.says_in(DUTY, TUAN, "sông hiến").await;
    let forwarded = town.presses_in(DUTY, TUAN, &found, "Sông Hiến").await;
    let accepted = town.presses_in(WARD_GROUP, MINH, &forwarded, "Tiếp nhận").await;
    assert!(text_in(&accepted, LAN).contains("Phường Sông Hiến đã tiếp nhận"));
    town.presses_in(WARD_GROUP, MINH, &accepted, "Đã xử lý").await;
    let reported = town.says_in(WARD_GROUP, MINH, "Đã thông đường lúc 15 giờ").await;
    assert!(text_in(&reported, DUTY).contains("Phường Sông Hiến báo kết quả: “Đã thông đường lúc 15 giờ”"));
    let prompt = town.presses_in(DUTY, TUAN, &reported, "Giải quyết xong").await;
    let settled = town.presses_in(DUTY, TUAN, &prompt, "Dùng kết quả").await;
    assert!(text_in(&settled, LAN).contains("“Đã thông đường lúc 15 giờ”"));
}

#[tokio::test]
async fn not_done_opens_the_case_again_with_its_history() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    let reopened = town.presses(LAN, &settled, "Chưa xong").await;
    assert!(text_in(&reopened, DUTY).contains("người báo nói chưa xong"));
    let more = town.says(LAN, "Đất vẫn còn trên đường").await;
    assert!(text_in(&more, DUTY).contains("Đất vẫn còn trên đường"));
    assert!(labels(&more, DUTY).iter().any(|label| label.contains("Nhận xử lý")));
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_steps").await, 4);
}

#[tokio::test]
async fn a_rejected_case_says_why() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.presses_in(DUTY, TUAN, &card, "Từ chối").await;
    let rejected = town.says_in(DUTY, TUAN, "Đã có thông báo chính thức").await;
    assert!(text_in(&rejected, LAN).contains("Đã có thông báo chính thức"));
    assert!(labels(&rejected, DUTY).is_empty());
}

#[tokio::test]
async fn merged_cases_keep_all_their_reporters() {
    let town = Town::new().await;
    let first = town.report(WORDS).await;
    let summary = town.says(MINH, "Sạt lở đất xuống đường phường Sông Hiến").await;
    let second = town.presses(MINH, &summary, "Gửi").await;
    assert!(text_in(&second, MINH).contains("ML-2026-0002"));
    let offered = town.presses_in(DUTY, TUAN, &second, "Gộp").await;
    let merged = town.presses_in(DUTY, TUAN, &offered, CODE).await;
    assert!(text_in(&merged, MINH).contains("đã gộp vào ML-2026-0001"));
    let taken = town.presses_in(DUTY, TUAN, &first, "Nhận xử lý").await;
    assert!(text_in(&taken, MINH).contains(CODE) && text_in(&taken, LAN).contains(CODE));
}

#[tokio::test]
async fn a_code_that_is_wrong_and_one_that_is_not_yours_look_the_same() {
    let town = Town::new().await;
    town.report(WORDS).await;
    let wrong = text_in(&town.says(NGA, "/vuviec ML-2026-9999").await, NGA);
    let foreign = text_in(&town.says(NGA, &format!("/vuviec {CODE}")).await, NGA);
    assert_eq!(wrong, foreign);
    assert!(text_in(&town.says(LAN, "/vuviec ml-2026-1").await, LAN).contains("Sạt lở"));
    assert!(text_in(&town.says(TUAN, &format!("/vuviec {CODE}")).await, TUAN).contains("Sạt lở"));
    let elsewhere = town.says_in(WARD_GROUP, TUAN, &format!("/vuviec {CODE}")).await;
    assert_eq!(text_in(&elsewhere, WARD_GROUP), wrong);
}

#[tokio::test]
async fn a_private_card_goes_when_the_role_does() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    town.says(HOA, &format!("/vuviec {CODE}")).await;
    let taken = town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    assert!(text_in(&taken, HOA).contains("Tuấn"));
    let gone = town.stage.store.db.write(|tx| {
        Box::pin(async move { tx.exec("DELETE FROM roles WHERE person_id = 3", crate::args![]).await })
    });
    gone.await.expect("no role");
    town.presses_in(DUTY, TUAN, &taken, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã dọn xong").await;
    assert_eq!(text_in(&settled, HOA), "");
}

#[tokio::test]
async fn lists_show_what_is_whose() {
    let town = Town::new().await;
    for place in ["phường Sông Hiến", "xã Na Loa"] {
        for n in 1..=4 {
            town.report(&format!("Việc số {n} cần xem ở {place}")).await;
            town.stage.advance(Duration::from_secs(60));
        }
    }
    let mine = town.says(LAN, "/vuviec").await;
    let text = text_in(&mine, LAN);
    assert!(
        text.contains("(8)") && text.contains("ML-2026-0008") && !text.contains("ML-2026-0003"),
        "{text}"
    );
    let more = town.presses(LAN, &mine, "Xem tiếp").await;
    assert!(text_in(&more, LAN).contains("ML-2026-0003"));
    let open = town.says_in(DUTY, TUAN, "/vuviec").await;
    let text = text_in(&open, DUTY);
    assert!(text.contains("ML-2026-0001") && !text.contains("ML-2026-0006"), "{text}");
    let shown = town.presses_in(DUTY, TUAN, &open, "ML-2026-0002").await;
    assert!(text_in(&shown, DUTY).contains("Việc số 2"));
    assert!(text_in(&town.says(NGA, "/vuviec").await, NGA).contains("Chưa có việc nào"));
    assert!(
        text_in(&town.says_in(WARD_GROUP, NGA, "/vuviec").await, WARD_GROUP).contains("cần người có quyền")
    );
}

#[tokio::test]
async fn without_a_duty_group_the_card_goes_to_the_officers_in_private() {
    let town = Town::new().await;
    let close = town.stage.store.db.write(|tx| {
        Box::pin(async move {
            let sql = "UPDATE chats SET state = 'closed' WHERE purpose = 'duty'";
            tx.exec(sql, crate::args![]).await?;
            tx.exec("DELETE FROM roles WHERE role = 'duty' AND person_id = 3", crate::args![]).await
        })
    });
    close.await.expect("no group");
    let sent = town.report(WORDS).await;
    assert!(text_in(&sent, LAN).contains("Tuấn đã có tin này"), "{sent:#?}");
    let taken = town.presses(TUAN, &sent, "Nhận xử lý").await;
    assert!(text_in(&taken, TUAN).contains("Trực ban: Tuấn"));
}

#[tokio::test]
async fn what_is_looked_into_and_planned_is_told_to_the_reporter() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let looked = town.presses_in(DUTY, TUAN, &card, "Xác minh").await;
    assert!(text_in(&looked, LAN).contains("Tuấn (trực ban) đang xác minh"), "{looked:#?}");
    assert!(text_in(&looked, DUTY).contains("Trực ban: Tuấn"), "who looks into it has it");
    let asked = town.presses_in(DUTY, TUAN, &looked, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &asked, "Sông Hiến").await;
    let accepted = town.presses_in(WARD_GROUP, MINH, &forwarded, "Tiếp nhận").await;
    town.presses_in(WARD_GROUP, MINH, &accepted, "Kế hoạch").await;
    let planned = town.says_in(WARD_GROUP, MINH, "Sáng thứ Sáu có máy xúc").await;
    for chat in [LAN, DUTY] {
        assert!(text_in(&planned, chat).contains("có kế hoạch: “Sáng thứ Sáu có máy xúc”"), "{planned:#?}");
    }
    // Plans change, and are told again.
    town.presses_in(WARD_GROUP, MINH, &planned, "Kế hoạch").await;
    let later = town.says_in(WARD_GROUP, MINH, "Lùi sang thứ Hai vì mưa").await;
    assert!(text_in(&later, LAN).contains("Lùi sang thứ Hai"));
    town.presses_in(WARD_GROUP, MINH, &later, "Đã xử lý").await;
    let reported = town.says_in(WARD_GROUP, MINH, "Đã dọn xong").await;
    assert!(text_in(&reported, DUTY).contains("đơn vị báo xong"));
}

#[tokio::test]
async fn a_mistake_is_taken_back_by_its_reporter_alone() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let asked = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    town.presses_in(DUTY, TUAN, &asked, "Sông Hiến").await;
    let seen = town.says(LAN, &format!("/vuviec {CODE}")).await;
    let why = town.presses(LAN, &seen, "Rút lại").await;
    assert!(text_in(&why, LAN).contains("Vì sao"), "{why:#?}");
    let back = town.says(LAN, "Báo nhầm, đó là đất đổ của công trình").await;
    assert!(text_in(&back, DUTY).contains("Lan rút lại báo nhanh này: “Báo nhầm"), "{back:#?}");
    assert!(text_in(&back, WARD_GROUP).contains("không còn ở đơn vị"), "{back:#?}");
    assert_eq!(town.count("SELECT COUNT(*) FROM open_incidents").await, 0);
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_deadlines WHERE done_at IS NULL").await, 0);
    let seen = town.says(LAN, &format!("/vuviec {CODE}")).await;
    assert!(labels(&seen, LAN).is_empty() && text_in(&seen, LAN).contains("người báo đã rút lại"));
}

#[tokio::test]
async fn what_two_reported_or_a_unit_works_on_is_not_taken_back() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let asked = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &asked, "Sông Hiến").await;
    let seen = town.says(LAN, &format!("/vuviec {CODE}")).await;
    town.presses_in(WARD_GROUP, MINH, &forwarded, "Tiếp nhận").await;
    let late = town.presses(LAN, &seen, "Rút lại").await;
    assert!(toast(&late).contains("không làm bước này được nữa"), "{late:#?}");
    // The second case has two reporters once Minh has joined it.
    town.report("Xe khách lật ở chợ phường Sông Hiến, đường bị chặn").await;
    let seen = town.says(LAN, "/vuviec 2").await;
    let summary = town.says(MINH, "Đường vào chợ phường Sông Hiến bị chặn, xe khách lật").await;
    let summary = town.presses(MINH, &summary, "Không rõ").await;
    town.presses(MINH, &summary, "báo chung").await;
    let pressed = town.presses(LAN, &seen, "Rút lại").await;
    assert!(toast(&pressed).contains("cần người có quyền"), "{pressed:#?}");
    let seen = town.says(LAN, "/vuviec 2").await;
    assert!(!labels(&seen, LAN).iter().any(|label| label.contains("Rút lại")));
}

/// Lan reports without being named.
async fn reported_unnamed(town: &Town) -> Vec<crate::store::testing::Shown> {
    let summary = town.says(LAN, "Có người đánh bạc ở phường Sông Hiến").await;
    let edit = town.presses(LAN, &summary, "Sửa").await;
    let hidden = town.presses(LAN, &edit, "Không nêu tên").await;
    assert!(text_in(&hidden, LAN).contains("Chỉ trực ban biết"), "{hidden:#?}");
    town.presses(LAN, &hidden, "✅ Gửi").await
}

#[tokio::test]
async fn who_wants_no_name_is_known_to_duty_officers_in_private_only() {
    let town = Town::new().await;
    let sent = reported_unnamed(&town).await;
    let mut heard = text_in(&sent, DUTY);
    assert!(heard.contains("không nêu tên"), "{sent:#?}");
    town.presses_in(DUTY, TUAN, &sent, "Hỏi thêm").await;
    let asked = town.says_in(DUTY, TUAN, "Mấy người?").await;
    town.presses(LAN, &asked, "Trả lời").await;
    let answered = town.says(LAN, "Chừng mười người").await;
    heard.push_str(&text_in(&answered, DUTY));
    assert!(heard.contains("người báo trả lời: “Chừng mười người”"), "{heard}");
    let forwarding = town.presses_in(DUTY, TUAN, &answered, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &forwarding, "Sông Hiến").await;
    heard.push_str(&text_in(&forwarded, DUTY));
    heard.push_str(&text_in(&forwarded, WARD_GROUP));
    // The head of the board sees the case, but not who it was; the officer does.
    let head = town.says(SON, &format!("/vuviec {CODE}")).await;
    heard.push_str(&text_in(&head, SON));
    assert!(text_in(&head, SON).contains("đánh bạc"), "{head:#?}");
    let officer = town.says(TUAN, &format!("/vuviec {CODE}")).await;
    assert!(text_in(&officer, TUAN).contains("Người báo: Lan (chỉ trực ban được biết)"), "{officer:#?}");
    assert!(!heard.contains("Lan"), "{heard}");
    let shown = town.stage.store.show_incident(CODE).await.expect("the store").expect("the case");
    assert!(shown.reporters.is_empty() && shown.hidden_reporters == 1);
    assert!(shown.steps.iter().all(|step| step.who.as_deref() != Some("Lan")), "{:?}", shown.steps);
}

#[tokio::test]
async fn who_takes_back_or_confirms_without_a_name_stays_without_one() {
    let town = Town::new().await;
    reported_unnamed(&town).await;
    let seen = town.says(LAN, &format!("/vuviec {CODE}")).await;
    town.presses(LAN, &seen, "Rút lại").await;
    let back = town.says(LAN, "Họ đã về").await;
    let told = text_in(&back, DUTY);
    assert!(told.contains("người báo rút lại") && !told.contains("Lan"), "{told}");
}

#[tokio::test]
async fn each_kind_has_its_questions_until_something_is_added() {
    let town = Town::new().await;
    let summary = town.says(LAN, "Thu hồi đất ở phường Sông Hiến, dân phản đối").await;
    assert!(text_in(&summary, LAN).contains("Bao nhiêu hộ? Thuộc dự án nào?"), "{summary:#?}");
    let more = town.says(LAN, "12 hộ, dự án đường vành đai").await;
    let text = text_in(&more, LAN);
    assert!(text.contains("12 hộ, dự án đường vành đai") && !text.contains("Bao nhiêu hộ?"), "{text}");
    let other = town.says(NGA, "Tin đồn xả lũ ở xã Na Loa").await;
    assert!(!text_in(&other, NGA).contains("nhắn thêm"), "{other:#?}");
}

#[tokio::test]
async fn who_looks_at_a_restricted_case_is_written_down() {
    const LOOKS: &str = "SELECT COUNT(*) FROM audit WHERE action = 'incident.look'";
    let town = Town::new().await;
    town.report("Tôi tố cáo cán bộ phường Sông Hiến nhận tiền đền bù").await;
    town.says(LAN, &format!("/vuviec {CODE}")).await;
    assert_eq!(town.count(LOOKS).await, 0, "her own report");
    // The head of the board may not see it at all.
    town.says(SON, &format!("/vuviec {CODE}")).await;
    assert_eq!(town.count(LOOKS).await, 0);
    town.says(TUAN, &format!("/vuviec {CODE}")).await;
    town.stage.store.show_incident(CODE).await.expect("the store").expect("the case");
    assert_eq!(town.count(LOOKS).await, 2);
    let by = "SELECT COUNT(*) FROM audit WHERE action = 'incident.look' AND actor = 'command line'";
    assert_eq!(town.count(by).await, 1);
    town.report("Mất điện ở phường Sông Hiến").await;
    town.says(TUAN, "/vuviec 2").await;
    assert_eq!(town.count(LOOKS).await, 2, "any other case is nobody's secret");
}

#[tokio::test]
async fn where_a_unit_has_no_group_its_head_takes_the_case() {
    let town = Town::new().await;
    let card = town.report(WORDS).await;
    let asked = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    assert!(!labels(&asked, DUTY).iter().any(|label| label.contains("Chi bộ 4")), "nobody is there");
    town.heads(SON, 4).await;
    let asked = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &asked, "Chi bộ 4 · 👤 Sơn").await;
    let shown = text_in(&forwarded, SON);
    assert!(shown.contains(CODE) && shown.contains("[số điện thoại]") && !shown.contains("Lan"), "{shown}");
    let accepted = town.presses(SON, &forwarded, "Tiếp nhận").await;
    assert!(text_in(&accepted, LAN).contains("Chi bộ 4 đã tiếp nhận"), "{accepted:#?}");
    // Who is not the head any more, is shown nothing of it and may do nothing.
    let gone = town.stage.store.db.write(|tx| {
        Box::pin(async move { tx.exec("DELETE FROM roles WHERE role = 'head'", crate::args![]).await })
    });
    gone.await.expect("no head");
    let pressed = town.presses(SON, &accepted, "Đã xử lý").await;
    assert!(toast(&pressed).contains("cần người có quyền"), "{pressed:#?}");
}
