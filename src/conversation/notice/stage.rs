//! How far a notice is on its way.

use serde::{Deserialize, Serialize};

/// What is said of a notice that was sent before it was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Waits,
    Approved,
    Objected,
}

impl Review {
    pub fn code(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Approved => "approved",
            Self::Objected => "objected",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Waits, Self::Approved, Self::Objected].into_iter().find(|review| review.code() == code)
    }
}

/// What a notice is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Submitted,
    Approved,
    /// An edition of it has begun.
    Sent,
    Returned,
    Cancelled,
}

impl Stage {
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Sent => "sent",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Submitted, Self::Approved, Self::Sent, Self::Returned, Self::Cancelled]
            .into_iter()
            .find(|stage| stage.code() == code)
    }

    /// Whether its author may still change it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "nháp",
            Self::Submitted => "chờ duyệt",
            Self::Approved => "đã duyệt",
            Self::Sent => "đã gửi",
            Self::Returned => "bị trả lại",
            Self::Cancelled => "đã hủy",
        }
    }
}
