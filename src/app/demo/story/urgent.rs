//! An urgent notice overtakes one that is going out.

use super::super::platforms::Mark;
use super::super::stage::Stage;
use super::guidance::counts;
use super::*;
use crate::domain::ChannelKind;

const MEETING: &str = "Họp báo cáo viên tháng 12";
const MEETING_WORDS: &str = "Họp báo cáo viên tháng 12
Mời báo cáo viên Ban và các xã, phường dự họp lúc 8 giờ ngày 10/12/2026 tại hội trường tỉnh. Ai vướng lịch báo lại trước 7/12.";
/// Who has no meeting to go to: the commune in which the storm is, and a department.
const MEETING_FOR: &str =
    "tất cả; trừ đơn vị: Xã Nậm Khoa/*; trừ đơn vị: Sở Xây dựng; trừ đơn vị: Mặt trận Tổ quốc tỉnh";
const STORM: &str = "Mưa lũ, sạt lở đêm 02/12";
const STORM_WORDS: &str = "Mưa lũ, sạt lở đêm 02/12
Dự báo mưa rất to từ 20 giờ, nguy cơ lũ ống và sạt lở ở Nậm Khoa, Bản Lếch. Đề nghị:
- Rà soát ngay các hộ ven suối, dưới taluy; chuyển người đến nơi an toàn trước 19 giờ.
- Cắm biển, cử người trực ở ngầm tràn. Không ai qua suối khi nước lên.
- Có gì bất thường, nhắn ngay cho loa: vài lời, ảnh, nơi xảy ra.";

/// Both are approved in the same minute; the urgent one is there first.
pub async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(2, 16, 20), "Thông báo khẩn: mưa lũ, sạt lở").await?;
    stage.show.mute(true);
    submits(stage, MEETING_WORDS, Some(MEETING_FOR)).await?;
    let ordinary = stage.choice(DEPUTY, "Duyệt và gửi")?;
    stage.show.mute(false);
    stage.show.aside("Chị Mai đã gửi duyệt giấy mời họp báo cáo viên. Đúng lúc đó có tin bão lũ:");
    submits(stage, STORM_WORDS, None).await?;
    let urgent = stage.choice(DEPUTY, "Duyệt và gửi")?;
    let begins = stage.platforms.mark();
    stage.press_all_at_once(DEPUTY, &[ordinary, urgent]).await?;
    overtaken(stage, begins)?;
    for title in [MEETING, STORM] {
        let counts = counts(stage, title).await?;
        stage.expect(counts.total == counts.arrived(), &format!("“{title}” chưa tới đủ: {counts:?}"))?;
    }
    stage.minutes(5).await?;
    stage.presses(VILLAGE_HEAD, VILLAGE_HEAD, "Đã nhận").await?;
    let many: Vec<(i64, i64)> = (1008..=1037).filter(|id| *id != VILLAGE_HEAD).map(|id| (id, id)).collect();
    stage.all_press(&many, "Đã nhận").await?;
    stage.show.aside(&format!("Ít phút sau, {} người khác cũng đã xác nhận tin khẩn.", many.len()));
    stage.minutes(10).await?;
    stage.looks(DEPUTY, &format!("Đã gửi xong – {STORM}"))
}

/// An ordinary notice for some, that need not be confirmed; or an urgent one for all.
async fn submits(stage: &mut Stage, words: &str, ordinary_for: Option<&str>) -> anyhow::Result<()> {
    stage.says(EDITOR, &format!("/thongbao {words}")).await?;
    match ordinary_for {
        None => drop(stage.presses(EDITOR, EDITOR, "Khẩn").await?),
        Some(audience) => {
            stage.presses(EDITOR, EDITOR, "Xác nhận").await?;
            stage.presses(EDITOR, EDITOR, "Chọn khác").await?;
            stage.says(EDITOR, audience).await?;
        }
    }
    stage.presses(EDITOR, EDITOR, "Xem trước").await?;
    stage.presses(EDITOR, EDITOR, "Gửi duyệt").await.map(drop)
}

/// On each channel of both the last urgent message was there before the last ordinary one, though the ordinary notice
/// began earlier.
fn overtaken(stage: &mut Stage, begins: Mark) -> anyhow::Result<()> {
    let sent = stage.platforms.sent_since(begins);
    for channel in [ChannelKind::ZaloBot, ChannelKind::Telegram] {
        let last = |title: &str| {
            sent.iter().rposition(|sent| {
                let here = sent.channel == channel && sent.chat != EDITOR;
                here && sent.new && sent.text.contains(title)
            })
        };
        let (ordinary, urgent) = (last(MEETING), last(STORM));
        stage.expect(urgent.is_some() && urgent < ordinary, "tin khẩn không vượt lên trước")?;
    }
    stage.show.aside("Giấy mời họp được duyệt trước, nhưng tin khẩn vượt lên: mọi nơi nhận tin khẩn xong rồi giấy mời mới đi hết.");
    Ok(())
}
