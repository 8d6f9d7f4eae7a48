//! What took days by hand: the figures of a week and of a month.

use super::super::stage::Stage;
use super::*;

/// The deputy head asks for the week.
pub async fn week(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(4, 16, 30), "Tổng hợp tuần").await?;
    let digest = stage.says(DEPUTY, "/tonghop tuần").await?;
    stage.expect(digest.text.contains("Vụ việc mới: 1"), "tổng hợp tuần sai số")
}

/// And for the month: on a day on which the address of the guidance's file still leads to it, for those who play on.
pub async fn month(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(day(30, 16, 0), "Tổng hợp tháng").await?;
    let digest = stage.says(DEPUTY, "/tonghop tháng").await?;
    stage.expect(digest.text.contains("Tổng hợp tháng"), "không có tổng hợp tháng")
}
