//! Why nobody can be told whom an audience means.

use std::fmt;

use super::AudienceError;
use crate::domain::ids::NoticeId;

/// Why nobody can be told whom an audience means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AudienceFault {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] AudienceError),
    /// Nothing and nobody has that name.
    #[error("không có {0} nào tên “{1}”")]
    Unknown(Named, String),
    /// Several have that name: they are listed as they can be typed.
    #[error("có nhiều {0} tên “{1}”, hãy ghi rõ hơn: {2}")]
    Several(Named, String, String),
    /// A unit that is left out has become part of another, whose people cannot be told apart from its own.
    #[error("“{0}” đã nhập vào {1}; hãy bỏ phần loại trừ này, hoặc ghi đơn vị mới")]
    Ended(String, String),
    /// There is no notice with that number, or none that is theirs who ask: that is not told apart.
    #[error("không có thông báo số {0}")]
    NoNotice(NoticeId),
    /// Nobody has received it yet.
    #[error("thông báo số {0} chưa gửi")]
    NotSent(NoticeId),
    /// Nobody was asked to confirm it.
    #[error("thông báo số {0} không xin xác nhận")]
    NotAsked(NoticeId),
    /// A saved audience leads back to itself.
    #[error("danh sách “{0}” dẫn vòng về chính nó")]
    Circle(String),
    /// Saved audiences within one another, or parts of them, more than anybody means.
    #[error("các danh sách lồng nhau quá sâu hoặc quá dài")]
    TooDeep,
    /// Something is wrong with a saved audience that this one names.
    #[error("trong danh sách “{0}”: {1}")]
    InSaved(String, Box<AudienceFault>),
}

/// What a name in an audience is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    Unit,
    Group,
    Person,
    Tag,
    Saved,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "đơn vị",
            Self::Group => "nhóm",
            Self::Person => "người",
            Self::Tag => "nhãn",
            Self::Saved => "danh sách",
        })
    }
}
