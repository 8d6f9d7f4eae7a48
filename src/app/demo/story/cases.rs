//! Three hot issues, from the field until the reporter agrees that they are settled.

use anyhow::Context;

use super::super::stage::Stage;
use super::*;
use crate::domain::ChannelKind;
use crate::domain::incident::State;

const LANDSLIDE: &[u8] = include_bytes!("../../../../config/demo/sat-lo.jpg");
const BUILDING: &[u8] = include_bytes!("../../../../config/demo/xay-dung.jpg");
const BROKEN_ROAD: &[u8] = include_bytes!("../../../../config/demo/duong-hong.jpg");
/// Somebody who was let into the duty group and has no part in the work.
const INTERN: i64 = 1104;

/// Photo, asked where it is and more, forwarded, accepted, reported, settled, confirmed: all in one day.
pub async fn landslide(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(3, 7, 40), "Báo nhanh: sạt lở ở thôn Nà Lùng (ảnh và lời)").await?;
    let words = "Sạt lở taluy từ lúc 5 giờ sáng, đất đá lấp hơn nửa đường, ô tô không qua được";
    let asked = stage.sends_photos(VILLAGE_HEAD, &[LANDSLIDE], words).await?;
    stage.expect(asked.text.contains("ở đâu"), "không hỏi nơi xảy ra")?;
    stage.says(VILLAGE_HEAD, "Thôn Nà Lùng").await?;
    stage.presses(VILLAGE_HEAD, VILLAGE_HEAD, "Gửi").await?;
    expect_state(stage, "ML-2026-0001", State::New).await?;

    stage.minutes(4).await?;
    stage.arrives(ChannelKind::Telegram, INTERN, "Anh Lâm, thực tập");
    stage.platforms.telegram.join(INTERN, DUTY);
    let note = stage.presses(INTERN, DUTY, "Nhận xử lý").await?;
    stage.expect(!note.is_empty(), "người không có quyền không được trả lời")?;
    expect_state(stage, "ML-2026-0001", State::New).await?;
    stage.presses(THU, DUTY, "Nhận xử lý").await?;
    stage.presses(THU, DUTY, "Hỏi thêm").await?;
    stage.replies(THU, DUTY, "Có ai bị thương không? Nhà dân phía dưới thế nào?").await?;
    stage.minutes(3).await?;
    stage.presses(VILLAGE_HEAD, VILLAGE_HEAD, "Trả lời").await?;
    stage.says(VILLAGE_HEAD, "Không ai bị thương. Hai hộ phía dưới đã chuyển sang nhà họ hàng.").await?;
    forward(stage, THU, "Xã Nậm Khoa").await?;

    stage.scene(day(3, 8, 10), "Xã Nậm Khoa tiếp nhận và xử lý").await?;
    stage.presses(COMMUNE_ROADS, COMMUNE_GROUP, "Tiếp nhận").await?;
    stage.until(day(3, 10, 50)).await?;
    stage.presses(COMMUNE_ROADS, COMMUNE_GROUP, "Đã xử lý").await?;
    let result =
        "Máy xúc của xã đã dọn xong, thông xe lúc 10 giờ 40. Dân quân cắm biển, trực tại chỗ đêm nay.";
    stage.replies(COMMUNE_ROADS, COMMUNE_GROUP, result).await?;
    settle_as_reported(stage, THU).await?;
    stage.minutes(5).await?;
    stage.presses(VILLAGE_HEAD, VILLAGE_HEAD, "Đã xong").await?;
    expect_state(stage, "ML-2026-0001", State::Confirmed).await
}

/// By mail, with a picture; settled too early, opened again by the reporter, then settled for good.
pub async fn compensation(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(7, 9, 15), "Báo nhanh qua e-mail: bồi thường đất Quốc lộ 12").await?;
    let words = "Phường Bình Minh: 3 hộ chưa bàn giao mặt bằng\nBa hộ ở tổ dân phố 2 chưa đồng ý mức bồi thường đất làm \
                 Quốc lộ 12, có ý kiến gay gắt tại buổi họp tổ tối qua.";
    stage.sends_photos(DINH, &[BUILDING], words).await?;
    stage.presses(DINH, DINH, "Gửi").await?;
    expect_state(stage, "ML-2026-0002", State::New).await?;
    let case = case(stage, "ML-2026-0002").await?;
    stage.expect(case.photos.len() == 1, "ảnh trong thư chưa vào vụ việc")?;
    stage.minutes(12).await?;
    stage.presses(KHANH, DUTY, "Nhận xử lý").await?;
    forward(stage, KHANH, "Phường Bình Minh").await?;
    stage.minutes(20).await?;
    stage.presses(WARD_LAND, WARD_GROUP, "Tiếp nhận").await?;

    stage.scene(day(8, 15, 30), "Trả lời các hộ, nhưng chưa xong").await?;
    stage.presses(WARD_LAND, WARD_GROUP, "Đã xử lý").await?;
    stage.replies(WARD_LAND, WARD_GROUP, "Đã mời 3 hộ lên giải thích bảng giá, 2 hộ đã ký nhận.").await?;
    settle_as_reported(stage, KHANH).await?;
    stage.minutes(10).await?;
    stage.presses(DINH, DINH, "Chưa xong").await?;
    expect_state(stage, "ML-2026-0002", State::Reopened).await?;
    stage.says(DINH, "Còn một hộ đề nghị đo lại diện tích.").await?;

    stage.scene(day(9, 10, 0), "Đo lại, giải quyết dứt điểm").await?;
    stage.presses(KHANH, DUTY, "Nhận xử lý").await?;
    stage.presses(KHANH, DUTY, "Giải quyết xong").await?;
    let result = "Đã đo lại cùng hộ còn lại, chênh 12 m² được bổ sung. Cả 3 hộ đã ký và bàn giao mặt bằng.";
    stage.replies(KHANH, DUTY, result).await?;
    stage.minutes(6).await?;
    stage.presses(DINH, DINH, "Đã xong").await?;
    expect_state(stage, "ML-2026-0002", State::Confirmed).await
}

/// Words first, photos after; a second report of the same is merged. Sent to the wrong unit and given back; late, so that
/// the head hears of it; opened again by who reported it.
pub async fn road(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(15, 14, 5), "Báo nhanh: đường vào bản Pho hỏng (lời trước, ảnh sau)").await?;
    let words =
        "Đường từ trung tâm xã Bản Lếch vào bản Pho hỏng nặng, ổ gà sâu, xe chở nông sản không vào được";
    stage.says(BAN_LECH_CULTURE, words).await?;
    stage.presses(BAN_LECH_CULTURE, BAN_LECH_CULTURE, "Gửi").await?;
    stage.minutes(3).await?;
    stage.sends_photos(BAN_LECH_CULTURE, &[BROKEN_ROAD, LANDSLIDE], "").await?;
    let case = case(stage, "ML-2026-0003").await?;
    stage.expect(case.photos.len() == 2, "ảnh gửi sau chưa vào vụ việc")?;
    stage.minutes(6).await?;
    stage.says(HANH, "Đường vào bản Pho xã Bản Lếch nhiều ổ gà, xe máy ngã hôm qua").await?;
    stage.shares_place(HANH, 22.12840, 103.31275).await?;
    stage.presses(HANH, HANH, "Gửi").await?;
    stage.minutes(5).await?;
    stage.presses(THU, DUTY, "Gộp vào ML-2026-0003").await?;
    expect_state(stage, "ML-2026-0004", State::Merged).await?;
    stage.presses(THU, DUTY, "Nhận xử lý").await?;
    forward(stage, THU, "Phường Bình Minh").await?;
    stage.minutes(9).await?;
    stage.presses(WARD_LAND, WARD_GROUP, "Trả lại").await?;
    stage.replies(WARD_LAND, WARD_GROUP, "Bản Pho thuộc xã Bản Lếch, không phải phường.").await?;
    expect_state(stage, "ML-2026-0003", State::Taken).await?;
    stage.minutes(4).await?;
    forward(stage, THU, "Xã Bản Lếch").await?;
    stage.minutes(25).await?;
    stage.presses(BAN_LECH_FARMS, BAN_LECH_GROUP, "Tiếp nhận").await?;

    stage.minutes(5).await?;
    stage.presses(BAN_LECH_FARMS, BAN_LECH_GROUP, "Kế hoạch").await?;
    stage.replies(BAN_LECH_FARMS, BAN_LECH_GROUP, "Thứ Tư huy động dân các bản đổ đá, thứ Năm xong.").await?;
    expect_state(stage, "ML-2026-0003", State::Planned).await?;

    stage.scene(day(17, 15, 0), "Quá hạn mà chưa xong: lãnh đạo xã được báo").await?;
    stage.until(day(17, 15, 10)).await?;
    let told = stage.platforms.chat(BAN_LECH_HEAD);
    let told = told.iter().any(|seen| seen.text.contains("ML-2026-0003") && seen.text.contains("hạn"));
    stage.expect(told, "lãnh đạo xã không được báo việc quá hạn")?;

    stage.scene(day(17, 16, 20), "Đường đã vá, cả hai người báo đều được tin").await?;
    stage.presses(BAN_LECH_FARMS, BAN_LECH_GROUP, "Đã xử lý").await?;
    let result = "Xã đã đổ đá cấp phối 600 m đường vào bản Pho, bà con góp 40 ngày công.";
    stage.replies(BAN_LECH_FARMS, BAN_LECH_GROUP, result).await?;
    settle_as_reported(stage, THU).await?;
    stage.minutes(8).await?;
    stage.presses(BAN_LECH_CULTURE, BAN_LECH_CULTURE, "Chưa xong").await?;
    stage.says(BAN_LECH_CULTURE, "Đoạn dốc cuối bản 50 m chưa đổ đá, xe vẫn trượt.").await?;
    expect_state(stage, "ML-2026-0003", State::Reopened).await?;

    stage.scene(day(18, 15, 0), "Đổ nốt đoạn dốc, việc khép lại").await?;
    stage.presses(THU, DUTY, "Nhận xử lý").await?;
    stage.presses(THU, DUTY, "Giải quyết xong").await?;
    let result = "Xã đã đổ đá nốt đoạn dốc 50 m trong sáng nay, xe tải lên được.";
    stage.replies(THU, DUTY, result).await?;
    stage.minutes(8).await?;
    stage.presses(BAN_LECH_CULTURE, BAN_LECH_CULTURE, "Đã xong").await?;
    expect_state(stage, "ML-2026-0003", State::Confirmed).await
}

async fn forward(stage: &mut Stage, officer: i64, unit: &str) -> anyhow::Result<()> {
    stage.presses(officer, DUTY, "Chuyển").await?;
    stage.presses(officer, DUTY, unit).await.map(drop)
}

async fn settle_as_reported(stage: &mut Stage, officer: i64) -> anyhow::Result<()> {
    stage.minutes(5).await?;
    stage.presses(officer, DUTY, "Giải quyết xong").await?;
    stage.presses(officer, DUTY, "Dùng kết quả").await.map(drop)
}

async fn case(stage: &Stage, code: &str) -> anyhow::Result<crate::store::incident::Shown> {
    stage.store.show_incident(code).await?.with_context(|| format!("không có vụ việc {code}"))
}

async fn expect_state(stage: &Stage, code: &str, state: State) -> anyhow::Result<()> {
    let now = case(stage, code).await?.state;
    stage.expect(now == state, &format!("{code} ở trạng thái {now:?} thay vì {state:?}"))
}
