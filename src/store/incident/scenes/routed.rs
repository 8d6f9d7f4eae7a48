//! Cases that go to the unit that answers for them without anybody's doing.

use super::cast::*;
use crate::conversation::Rules;
use crate::domain::route::{Route, Routes};

const CODE: &str = "ML-2026-0001";
const WORDS: &str = "Sạt lở ở phường Sông Hiến, gọi 0912345678";
const WARD: &str = "Tỉnh Mẫu / Phường Sông Hiến";

/// Whatever happens in the ward goes to the ward, and epidemics to the other one.
async fn town() -> Town {
    let path = |text: &str| text.parse().expect("a path");
    let routes = vec![
        Route { category: None, area: Some(path(WARD)), unit: path(WARD) },
        Route { category: Some("dich_benh".into()), area: None, unit: path("Tỉnh Mẫu / Xã Na Loa") },
    ];
    Town::with(Rules { routes: Routes(routes), ..Rules::default() }).await
}

#[tokio::test]
async fn what_a_unit_answers_for_goes_there_at_once() {
    let town = town().await;
    let sent = town.report(WORDS).await;
    assert!(text_in(&sent, LAN).contains("Đã chuyển ngay tới Phường Sông Hiến."), "{sent:#?}");
    let unit = text_in(&sent, WARD_GROUP);
    assert!(unit.contains(CODE) && unit.contains("[số điện thoại]") && !unit.contains("Lan"), "{unit}");
    let duty = text_in(&sent, DUTY);
    assert!(duty.contains("Đơn vị xử lý: Phường Sông Hiến") && duty.contains("loa chuyển"), "{duty}");
    let accepted = town.presses_in(WARD_GROUP, MINH, &sent, "Tiếp nhận").await;
    assert!(text_in(&accepted, LAN).contains("Phường Sông Hiến đã tiếp nhận"));
    town.presses_in(WARD_GROUP, MINH, &accepted, "Đã xử lý").await;
    let reported = town.says_in(WARD_GROUP, MINH, "Đã dọn xong").await;
    assert!(text_in(&reported, DUTY).contains("Đã dọn xong"));
}

#[tokio::test]
async fn what_comes_back_from_there_waits_for_an_officer() {
    let town = town().await;
    let sent = town.report(WORDS).await;
    town.presses_in(WARD_GROUP, MINH, &sent, "Trả lại").await;
    let back = town.says_in(WARD_GROUP, MINH, "Đường này do tỉnh quản lý").await;
    assert!(text_in(&back, DUTY).contains("mới, chờ trực ban nhận"), "{back:#?}");
    let taken = town.presses_in(DUTY, TUAN, &back, "Nhận xử lý").await;
    assert!(text_in(&taken, LAN).contains("Tuấn (trực ban)"));
}

#[tokio::test]
async fn complaints_and_what_is_nowhere_go_to_the_duty_group() {
    let town = town().await;
    let sent = town.report("Tôi tố cáo cán bộ phường Sông Hiến nhận tiền đền bù").await;
    assert_eq!(text_in(&sent, WARD_GROUP), "");
    let asked = town.says(LAN, "Sạt lở, đất tràn xuống đường").await;
    let summary = town.presses(LAN, &asked, "Không rõ").await;
    let sent = town.presses(LAN, &summary, "✅ Gửi").await;
    assert_eq!(text_in(&sent, WARD_GROUP), "");
    assert!(text_in(&sent, DUTY).contains("mới, chờ trực ban nhận"));
}

#[tokio::test]
async fn the_category_of_another_unit_goes_to_that_one_where_no_area_is_nearer() {
    let town = town().await;
    let summary = town.says(NGA, "Ổ dịch sởi ở xã Na Loa").await;
    let sent = town.presses(NGA, &summary, "✅ Gửi").await;
    assert!(text_in(&sent, OTHER_GROUP).contains(CODE), "{sent:#?}");
    let sent = town.report("Ổ dịch sởi ở phường Sông Hiến").await;
    assert!(text_in(&sent, WARD_GROUP).contains("ML-2026-0002") && text_in(&sent, OTHER_GROUP).is_empty());
}
