//! Lengths of time as people type them.

use std::time::Duration;

use super::text::fold;

/// Nobody is reminded later than this, in days.
const MOST_DAYS: u64 = 30;

/// Reads `4h`, `30m`, `2 giờ`, `90 phút`, `1 ngày`, `1d`: at least a minute, at most 30 days.
pub fn read_duration(text: &str) -> Option<Duration> {
    let folded = fold(text);
    let end = folded.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = folded.split_at(end);
    let seconds = match unit.trim() {
        "m" | "p" | "min" | "phut" => 60,
        "h" | "g" | "gio" | "tieng" => 3600,
        "d" | "ngay" => 24 * 3600,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (60..=MOST_DAYS * 24 * 3600).contains(&seconds).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_type_them() {
        for (text, minutes) in [("4h", 240), ("30m", 30), ("2 giờ", 120), ("90 phút", 90), ("1 ngày", 1440)]
        {
            assert_eq!(read_duration(text), Some(Duration::from_secs(minutes * 60)), "{text}");
        }
        for text in ["", "4", "h", "0h", "40 ngày", "99999999999999999999h", "4 năm"] {
            assert_eq!(read_duration(text), None, "{text}");
        }
    }
}
