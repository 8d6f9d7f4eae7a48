//! One person on two channels: linked by a code, asked over both, counted once.

use anyhow::Context;

use super::super::stage::Stage;
use super::guidance::{TITLE, counts};
use super::*;
use crate::domain::ChannelKind;

/// Phúc on Telegram, and Phúc on Zalo.
pub const PHUC: i64 = 1007;
const PHUC_ON_ZALO: i64 = 1107;

/// He asks for a code in one app and says it in the other, where he is reached first from then on.
pub async fn link(stage: &mut Stage) -> anyhow::Result<()> {
    stage
        .scene(Timestamp::vietnam(2026, 11, 30, 7, 53), "Một người, hai kênh: Zalo trước, Telegram sau")
        .await?;
    let name = stage.name(PHUC);
    stage.arrives(ChannelKind::ZaloBot, PHUC_ON_ZALO, &name);
    stage.says(PHUC, "/kenh").await?;
    stage.presses(PHUC, PHUC, "Thêm kênh").await?;
    let all = stage.platforms.chat(PHUC);
    let lines = all.iter().rev().flat_map(|seen| seen.text.lines());
    let code = lines.into_iter().find(|line| line.starts_with("/ghep ")).context("không thấy mã ghép")?;
    let done = stage.says(PHUC_ON_ZALO, code).await?;
    stage.expect(done.text.contains("Xong rồi"), "không ghép được kênh thứ hai")?;
    stage.says(PHUC_ON_ZALO, "/kenh").await?;
    stage.presses(PHUC_ON_ZALO, PHUC_ON_ZALO, "Dùng Zalo trước").await.map(drop)
}

/// He did not confirm over Zalo, so the notice came over Telegram as well: he confirms there, and that is once.
pub async fn confirms_once(stage: &mut Stage) -> anyhow::Result<()> {
    let before = counts(stage, TITLE).await?;
    stage.show.aside(
        "Anh Phúc chưa xác nhận ở Zalo, nên loa gửi cả sang Telegram. Anh xác nhận ở đó, chỉ tính một lần:",
    );
    stage.presses(PHUC, PHUC, "Đã nhận").await?;
    stage.minutes(2).await?;
    let again = stage.presses(PHUC_ON_ZALO, PHUC_ON_ZALO, "Đã nhận").await?;
    stage.expect(again.contains("đã xác nhận"), "xác nhận lần hai không được báo lại")?;
    let after = counts(stage, TITLE).await?;
    let (more, same) = (after.confirmed - before.confirmed, after.total == before.total);
    stage.expect(more == 1 && same, &format!("xác nhận trên hai kênh tính thành {more} lần"))
}
