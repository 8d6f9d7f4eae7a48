//! What changes about people and units on a day: who retires, moves, is on leave; which units become one.

use chrono::NaiveDate;

use super::Timestamp;
use super::calendar::{instant, read_date};
use super::ids::{PersonId, UnitId};
use super::text::fold;
use super::time::VIETNAM;

/// Nobody plans further ahead: a date beyond is a slip of the hand.
pub const MOST_DAYS_AHEAD: u32 = 2 * 366;

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffChange {
    /// Leaves the list for good: roles, what waits for them, consent.
    Retire { person: PersonId },
    /// Has the same roles at another unit; `None`: those of all units.
    Move { person: PersonId, from: Option<UnitId>, to: UnitId },
    /// Gets no notices up to this moment, unless one names them.
    Away { person: PersonId, until: Timestamp },
    /// A unit ends, and another takes its people, groups, lower units and open cases.
    Merge { unit: UnitId, into: UnitId },
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Retire,
    Move,
    Away,
    Merge,
}

impl ChangeKind {
    /// The word under which it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Retire => "retire",
            Self::Move => "move",
            Self::Away => "away",
            Self::Merge => "merge",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Retire, Self::Move, Self::Away, Self::Merge].into_iter().find(|kind| kind.code() == code)
    }
}

impl StaffChange {
    pub fn kind(self) -> ChangeKind {
        match self {
            Self::Retire { .. } => ChangeKind::Retire,
            Self::Move { .. } => ChangeKind::Move,
            Self::Away { .. } => ChangeKind::Away,
            Self::Merge { .. } => ChangeKind::Merge,
        }
    }

    /// Whose change it is; `None` for a unit's.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Retire { person } | Self::Move { person, .. } | Self::Away { person, .. } => Some(person),
            Self::Merge { .. } => None,
        }
    }
}

/// Why a change cannot be made. The person can see why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffFault {
    #[error("Không có người số {0}, hoặc người đó đã rời. Xem: loa people list")]
    Nobody(PersonId),
    #[error("Người này không có vai trò ở đơn vị cần chuyển đi.")]
    NotThere,
    #[error("Đơn vị chuyển đến cũng là đơn vị hiện nay.")]
    SameUnit,
    #[error("“{0}” đã sáp nhập hoặc giải thể.")]
    Ended(String),
    #[error("Không thể nhập một đơn vị vào chính nó hoặc vào đơn vị cấp dưới của nó.")]
    IntoItself,
    #[error("Đơn vị nhận nằm sâu quá, cây đơn vị sẽ quá nhiều cấp.")]
    TooDeep,
    #[error("Ngày kết thúc phải sau ngày bắt đầu và chưa qua.")]
    EndsBefore,
    #[error("Không có việc số {0} đang chờ. Xem: loa people planned")]
    NotPlanned(i64),
}

/// Reads the days of a leave as people type them: `10/12 20/12`, `từ 10/12 đến 20/12`, `10/12-20/12`, `hôm nay`, `mai`;
/// one day alone is that day. Gives the first moment of the first day and the first after the last one.
pub fn read_leave(text: &str, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = now.in_zone(VIETNAM).date_naive();
    let folded = fold(text).replace("hom nay", "nay").replace(',', " ");
    let mut days = Vec::new();
    for word in folded.split_whitespace() {
        // In "10/12-20/12" the line stands between two dates, in "2026-12-10" within one.
        let halves: Vec<&str> = if word.contains('/') { word.split('-').collect() } else { vec![word] };
        for word in halves.into_iter().filter(|half| !half.is_empty()) {
            match word {
                "tu" | "den" | "toi" | "het" | "ngay" | "va" | "-" | "–" => {}
                "nay" => days.push(today),
                "mai" => days.push(today.succ_opt()?),
                _ => days.push(read_date(word, today)?),
            }
        }
    }
    match days.as_slice() {
        [day] => leave_of(*day, *day, today),
        [first, last] => leave_of(*first, *last, today),
        _ => None,
    }
}

/// The leave of these days, if they are in order, the last one has not passed, and all are near enough.
fn leave_of(first: NaiveDate, last: NaiveDate, today: NaiveDate) -> Option<(Timestamp, Timestamp)> {
    if last < first || last < today || (last - today).num_days() > i64::from(MOST_DAYS_AHEAD) {
        return None;
    }
    let midnight = |day: NaiveDate| instant(VIETNAM, day, chrono::NaiveTime::MIN);
    Some((midnight(first)?, midnight(last.succ_opt()?)?))
}

/// The first moment of a day that is typed, in Vietnam; none where it has passed or is too far ahead.
pub fn read_day(text: &str, now: Timestamp) -> Option<Timestamp> {
    read_leave(text, now).map(|(first, _)| first)
}

/// The last day of a leave that ends at this moment.
pub fn last_day(until: Timestamp) -> Timestamp {
    until.before(std::time::Duration::from_micros(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: (u32, u32) = (11, 30);

    fn read(text: &str) -> Option<(String, String)> {
        let now = Timestamp::vietnam(2026, NOW.0, NOW.1, 9, 0);
        read_leave(text, now).map(|(first, until)| (first.short(), until.short()))
    }

    #[test]
    fn days_of_leave_are_read_as_they_are_typed() {
        let december = Some(("00:00 10/12/2026".to_owned(), "00:00 21/12/2026".to_owned()));
        for text in ["10/12 20/12", "từ 10/12 đến hết 20/12", "10/12-20/12", "10/12/2026 – 20/12/2026"]
        {
            assert_eq!(read(text), december, "{text}");
        }
        assert_eq!(read("2026-12-10 2026-12-20"), december);
        assert_eq!(read("hôm nay"), Some(("00:00 30/11/2026".to_owned(), "00:00 01/12/2026".to_owned())));
        assert_eq!(read("mai").map(|(first, _)| first), Some("00:00 01/12/2026".to_owned()));
        assert_eq!(read("28/12 05/01").map(|(_, until)| until), Some("00:00 06/01/2027".to_owned()));
    }

    #[test]
    fn what_is_no_leave_is_not_taken_for_one() {
        for text in ["", "nghỉ phép", "20/12 10/12", "31/13", "1/12 2/12 3/12", "20/11/2026", "10/12/2030"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
