//! What somebody hears who wants of a schedule what cannot be.

use crate::domain::ids::ScheduleId;
use crate::domain::schedule::CronError;
use crate::domain::template::TemplateError;

use super::super::write::Refused;

/// Why a schedule cannot be made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleRefused {
    #[error("Không có lịch số {0}.")]
    Unknown(ScheduleId),
    #[error("Lịch: {0}.")]
    Cron(#[from] CronError),
    #[error("Không có múi giờ “{0}”; hãy viết như Asia/Ho_Chi_Minh.")]
    Zone(String),
    #[error("Đến hết ngày {0} lịch này không còn kỳ nào.")]
    Ended(String),
    #[error("Mẫu: {0}.")]
    Template(#[from] TemplateError),
    #[error("Lịch tự gửi cần có sẵn nội dung.")]
    NoText,
    #[error("Lịch số {0} không có kỳ nào lúc {1}. Xem các kỳ tới: loa schedule list")]
    NoRun(ScheduleId, String),
    #[error("Kỳ {1} của lịch số {0} đã có thông báo rồi.")]
    Written(ScheduleId, String),
    #[error("{0}")]
    Notice(#[from] Refused),
}
