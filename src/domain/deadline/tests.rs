//! The arithmetic of deadlines, and which move ends or begins which.

use proptest::prelude::*;

use super::super::category::Categories;
use super::super::incident::{Mark, allowed};
use super::*;

fn category(code: &str) -> Category {
    Categories::default().get(code).expect("a category").clone()
}

/// Mondays at eight, 23/11/2026.
fn monday(hour: u32, minute: u32) -> Timestamp {
    Timestamp::vietnam(2026, 11, 23, hour, minute)
}

fn words(late: Option<Late>) -> Vec<String> {
    late.map(|late| late.at.into_iter().map(Timestamp::short).collect()).unwrap_or_default()
}

#[test]
fn an_answer_is_late_after_four_hours_of_work_and_then_a_day_at_a_time() {
    let (deadlines, calendar) = (Deadlines::default(), Calendar::default());
    let land = category("dat_dai");
    let terms = deadlines.of(Some(&land), &calendar);
    let due = terms.settling(monday(8, 0)).due;
    // 08:00 to 11:30 is three hours and a half; it goes on at 13:30. A day of work later it is 14:00 on Tuesday.
    assert_eq!(
        words(terms.late(Awaited::Answer, monday(8, 0), due)),
        ["14:00 23/11/2026", "14:00 24/11/2026", "14:00 25/11/2026", "14:00 26/11/2026", "14:00 27/11/2026"]
    );
    let other = deadlines.of(None, &calendar);
    // It is due after 16 hours: what would come then or later is not said.
    let due = other.settling(monday(8, 0)).due;
    assert_eq!(due.short(), "09:00 25/11/2026");
    let said = words(other.late(Awaited::Answer, monday(8, 0), due));
    assert_eq!(said, ["14:00 23/11/2026", "14:00 24/11/2026"]);
}

#[test]
fn what_is_urgent_counts_by_the_wall_and_ends_at_the_deadline() {
    let (deadlines, calendar) = (Deadlines::default(), Calendar::default());
    let flood = category("thien_tai");
    let terms = deadlines.of(Some(&flood), &calendar);
    let night = Timestamp::vietnam(2026, 11, 21, 23, 30);
    let due = terms.settling(night).due;
    let late = terms.late(Awaited::Answer, night, due).expect("a time");
    assert!(late.urgent);
    assert_eq!(words(Some(late)), ["00:30 22/11/2026", "01:30 22/11/2026", "02:30 22/11/2026"]);
    // Four hours from half past eleven on it is due: the deadline asks then.
    assert_eq!(terms.late(Awaited::Progress, night, due), None);
    let over = due + HOUR;
    assert_eq!(
        words(terms.late(Awaited::Progress, over, due)),
        ["08:30 22/11/2026", "09:30 22/11/2026"],
        "what is overdue already is asked about all the same"
    );
}

#[test]
fn a_category_says_otherwise_and_nought_is_never() {
    let calendar = Calendar::default();
    let mut own = category("dat_dai");
    own.answer_hours = Some(1);
    own.progress_hours = Some(0);
    own.escalate_hours = Some(2);
    own.escalate = Some(vec!["truc_ban".to_owned()].try_into().expect("steps"));
    let deadlines = Deadlines::default();
    let terms = deadlines.of(Some(&own), &calendar);
    let deadline = terms.settling(monday(8, 0));
    assert!(deadline.over.is_empty(), "one step alone is told when it is due");
    let late = terms.late(Awaited::Answer, monday(8, 0), deadline.due);
    assert_eq!(words(late), ["09:00 23/11/2026", "11:00 23/11/2026"]);
    assert_eq!(terms.late(Awaited::Progress, monday(8, 0), deadline.due), None);
    let silent = Deadlines { answer_hours: 0, ..Deadlines::default() };
    assert_eq!(silent.of(None, &calendar).late(Awaited::Answer, monday(8, 0), deadline.due), None);
}

#[test]
fn what_begins_and_ends_a_waiting() {
    use State as S;
    let change = |what: Awaited, from, movement| {
        let to = allowed(from, Mark::Usual, movement).expect("a move");
        what.change(movement, from, to)
    };
    for movement in [Move::Take, Move::Verify, Move::Ask, Move::Forward, Move::Settle, Move::Reject] {
        assert_eq!(change(Awaited::Answer, S::New, movement), Change::Ends, "{movement:?}");
    }
    for movement in [Move::Answer, Move::Add] {
        assert_eq!(change(Awaited::Answer, S::New, movement), Change::Stays, "{movement:?}");
        assert_eq!(change(Awaited::Progress, S::Accepted, movement), Change::Stays, "{movement:?}");
    }
    assert_eq!(change(Awaited::Answer, S::Settled, Move::Reopen), Change::Begins);
    // By the table to a unit, which gives it back before it had it, or after.
    assert_eq!(Awaited::Answer.change(Move::Return, S::Forwarded, S::New), Change::Stays);
    assert_eq!(Awaited::Answer.change(Move::Return, S::Planned, S::New), Change::Begins);
    for (from, movement) in [
        (S::Forwarded, Move::Accept),
        (S::Forwarded, Move::Plan),
        (S::Accepted, Move::Progress),
        (S::Planned, Move::Plan),
    ] {
        assert_eq!(change(Awaited::Progress, from, movement), Change::Begins, "{movement:?}");
    }
    for movement in [Move::Return, Move::Report, Move::Settle] {
        assert_eq!(change(Awaited::Progress, S::Planned, movement), Change::Ends, "{movement:?}");
    }
}

proptest! {
    /// Whenever it begins: what is said comes in order, after the time that was given, and before the deadline unless that
    /// has passed; and what is not urgent counts working time alone.
    #[test]
    fn what_is_late_is_told_in_order_and_within_its_time(
        minute in 0_i64..2 * 366 * 24 * 60,
        since in 0_i64..20 * 24 * 60,
        answer in 1_u32..80,
        progress in 1_u32..80,
        settle in 1_u32..200,
        every in 0_u32..20,
        urgent: bool,
    ) {
        let minutes = |count: i64| Duration::from_secs(u64::try_from(count).expect("not negative") * 60);
        let received = Timestamp::vietnam(2026, 1, 1, 0, 0) + minutes(minute);
        let calendar = Calendar::default();
        let own = Category {
            deadline_hours: Some(settle),
            answer_hours: Some(answer),
            progress_hours: Some(progress),
            escalate_hours: Some(every),
            urgent,
            ..category("khac")
        };
        let deadlines = Deadlines::default();
        let terms = deadlines.of(Some(&own), &calendar);
        let deadline = terms.settling(received);
        let between = |from: Timestamp, to: Timestamp| {
            if urgent { to.since(from) } else { calendar.working_between(from, to) }
        };
        prop_assert_eq!(between(received, deadline.due), HOUR * settle);
        let step = match every {
            0 if urgent => HOUR,
            0 => calendar.day_length(),
            hours => HOUR * hours,
        };
        let all: Vec<Timestamp> = std::iter::once(deadline.due).chain(deadline.over.clone()).collect();
        prop_assert_eq!(all.len(), 4);
        for pair in all.windows(2) {
            prop_assert_eq!(between(pair[0], pair[1]), step);
        }
        prop_assert!(deadline.half <= deadline.due && deadline.soon.is_none_or(|soon| soon < deadline.due));
        let now = received + minutes(since);
        for (what, hours) in [(Awaited::Answer, answer), (Awaited::Progress, progress)] {
            let Some(late) = terms.late(what, now, deadline.due) else {
                prop_assert!(now < deadline.due && between(now, deadline.due) <= HOUR * hours);
                continue;
            };
            prop_assert_eq!(late.urgent, urgent);
            prop_assert_eq!(between(now, late.at[0]), HOUR * hours);
            for pair in late.at.windows(2) {
                prop_assert!(pair[0] < pair[1]);
                prop_assert_eq!(between(pair[0], pair[1]), step);
            }
            if now < deadline.due {
                prop_assert!(late.at.iter().all(|at| *at < deadline.due));
            }
        }
    }
}
