//! The month's guidance: written, approved, sent to everybody, confirmed, reminded.

use anyhow::Context;

use super::super::stage::Stage;
use super::*;
use crate::store::notice::{Counts, NoticeLine};

const PICTURE: &[u8] = include_bytes!("../../../../config/demo/tuyen-truyen-thang-12.jpg");
const DOCUMENT: &[u8] = include_bytes!("../../../../config/demo/dinh-huong-thang-12.pdf");
pub const TITLE: &str = "Định hướng tuyên truyền tháng 12/2026";
const WORDS: &str = "Định hướng tuyên truyền tháng 12/2026
1. Phòng, chống thiên tai: theo dõi bản tin dự báo, không qua ngầm tràn khi nước lên, báo ngay dấu hiệu sạt lở.
2. Giải phóng mặt bằng Quốc lộ 12: giải thích rõ chính sách bồi thường, hỗ trợ; ghi nhận và báo nhanh vướng mắc \
của các hộ, không để thành điểm nóng.
3. Kỷ niệm Ngày thành lập Quân đội nhân dân Việt Nam và Ngày hội Quốc phòng toàn dân 22/12: đưa vào sinh hoạt chi bộ.
4. Rét đậm, rét hại: che chắn chuồng trại, dự trữ thức ăn cho trâu bò; không đốt than sưởi trong phòng kín.
5. Thông tin trên mạng: dẫn nguồn chính thống; gặp tin đồn thì không chia sẻ, báo về Ban.
Đề nghị các chi bộ đưa vào sinh hoạt tháng 12, gửi số buổi và số người dự về Ban trước ngày 25/12.";

/// Writes, approves, sends; half of them confirm; the others are reminded the day after.
pub async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(Timestamp::vietnam(2026, 11, 30, 8, 0), "Định hướng tháng 12").await?;
    stage.says(EDITOR, "/thongbao").await?;
    stage.says(EDITOR, WORDS).await?;
    stage.sends_file(EDITOR, ("dinh-huong-thang-12.pdf", "application/pdf", DOCUMENT)).await?;
    stage.sends_photos(EDITOR, &[PICTURE], "").await?;
    stage.presses(EDITOR, EDITOR, "Nhắc sau").await?;
    stage.presses(EDITOR, EDITOR, "Nhắc sau").await?;
    stage.presses(EDITOR, EDITOR, "Xem trước").await?;
    stage.presses(EDITOR, EDITOR, "Gửi duyệt").await?;
    stage.minutes(6).await?;
    let own = stage.says(EDITOR, "/duyet").await?;
    stage.expect(own.text.contains("người có quyền"), "người soạn tự duyệt được")?;
    stage.show.aside("Người soạn không tự duyệt. Phó trưởng ban xem rồi duyệt, tin đi ngay:");
    stage.presses(DEPUTY, DEPUTY, "Duyệt và gửi").await?;
    let counts = counts(stage, TITLE).await?;
    let all = counts.total == counts.arrived() && counts.total > 40;
    stage.expect(all, &format!("định hướng chưa tới đủ nơi: {counts:?}"))?;
    confirmations(stage).await?;
    reminder(stage).await
}

async fn confirmations(stage: &mut Stage) -> anyhow::Result<()> {
    stage
        .scene(Timestamp::vietnam(2026, 11, 30, 8, 20), "Xác nhận bằng một chạm, số 1, hoặc liên kết")
        .await?;
    stage.presses(WARD_CULTURE, WARD_CULTURE, "Đã nhận").await?;
    stage.presses(WARD_HEAD, WARD_GROUP, "Đã nhận").await?;
    stage.presses(VILLAGE_HEAD, VILLAGE_HEAD, "Đã nhận").await?;
    stage.presses(DINH, DINH, "Đã nhận").await?;
    let people = (1006..=1037)
        .filter(|id| id % 4 != 0 && ![WARD_CULTURE, VILLAGE_HEAD, channels::PHUC].contains(id))
        .map(|id| (id, id));
    let groups = stage.groups.iter().filter(|(id, _)| **id % 3 == 0 && **id != DUTY && **id != WARD_GROUP);
    let groups = groups.filter_map(|(group, members)| Some((*members.first()?, *group)));
    let many: Vec<(i64, i64)> = people.chain(groups).collect();
    stage.all_press(&many, "Đã nhận").await?;
    stage.show.aside(&format!("Ít phút sau, {} người và nhóm khác cũng xác nhận “Đã nhận”.", many.len()));
    stage.minutes(10).await?;
    stage.looks(EDITOR, &format!("Đã gửi xong – {TITLE}"))?;
    seen(stage).await
}

/// Over the account it is known who has looked at the notice, also of those who have not confirmed.
async fn seen(stage: &mut Stage) -> anyhow::Result<()> {
    stage.platforms.everybody_looks();
    stage.settle().await?;
    let id = notice(stage, TITLE).await?.id;
    let all = stage.store.notice_recipients(id).await?;
    let seen = all.iter().filter(|one| one.seen_at.is_some()).count();
    stage.expect(seen > 5, &format!("chỉ {seen} người được biết là đã xem"))?;
    stage.show.aside(&format!("Zalo OA còn cho biết {seen} người của Xã Nậm Khoa đã xem."));
    Ok(())
}

async fn reminder(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(1, 8, 0), "Hôm sau: nhắc ai chưa xác nhận").await?;
    stage.minutes(30).await?;
    let reminded = stage.platforms.chat(COMMUNE_ROADS).iter().any(|seen| seen.text.contains("Nhắc bạn"));
    stage.expect(reminded, "ai chưa xác nhận mà không được nhắc")?;
    stage.presses(EDITOR, EDITOR, "Ai chưa xác nhận").await?;
    channels::confirms_once(stage).await?;
    let before = counts(stage, TITLE).await?;
    let late: Vec<(i64, i64)> = [1008, 1012, 1016, 1020, 1024].into_iter().map(|id| (id, id)).collect();
    stage.all_press(&late, "Đã nhận").await?;
    let after = counts(stage, TITLE).await?;
    stage.show.aside(&format!("Sau tin nhắc, thêm {} người xác nhận.", after.confirmed - before.confirmed));
    stage.expect(after.confirmed - before.confirmed == 5, "xác nhận sau tin nhắc chưa được ghi")
}

/// How far the notice with this title has come.
pub async fn counts(stage: &Stage, title: &str) -> anyhow::Result<Counts> {
    Ok(notice(stage, title).await?.counts)
}

async fn notice(stage: &Stage, title: &str) -> anyhow::Result<NoticeLine> {
    let all = stage.store.notice_list(20).await?;
    let found = all.into_iter().find(|notice| notice.title == title);
    found.with_context(|| format!("không có thông báo “{title}”"))
}
