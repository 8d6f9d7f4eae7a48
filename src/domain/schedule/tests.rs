use proptest::prelude::*;

use chrono::NaiveDate;

use super::*;

fn rule(expression: &str) -> CronRule {
    CronRule::parse(expression, VIETNAM).expect("a rule")
}

fn at(year: i32, month: u32, day: u32, hour: u32) -> Timestamp {
    Timestamp::vietnam(year, month, day, hour, 0)
}

#[test]
fn one_is_monday_and_zero_and_seven_are_sunday() {
    let now = at(2026, 11, 23, 9); // Monday
    assert_eq!(rule("0 8 * * 1").next_after(now), Some(at(2026, 11, 30, 8)));
    for sunday in ["0 8 * * 0", "0 8 * * 7", "0 8 * * SUN", "0 8 * * CN"] {
        assert_eq!(rule(sunday).next_after(now), Some(at(2026, 11, 29, 8)), "{sunday}");
    }
    let week = rule("0 8 * * 1-5").next_runs(now, 5);
    let days = [24, 25, 26, 27, 30].map(|day| at(2026, 11, day, 8));
    assert_eq!(week, days);
    assert_eq!(rule("0 8 * * T7-CN").next_runs(now, 2), [at(2026, 11, 28, 8), at(2026, 11, 29, 8)]);
}

#[test]
fn lunar_days_come_when_the_people_keep_them() {
    let now = at(2026, 11, 23, 9);
    let runs = rule("0 7 10 3 âm").next_runs(now, 2);
    assert_eq!(runs, [at(2027, 4, 16, 7), at(2028, 4, 4, 7)], "the ancestors' day");
    assert_eq!(rule("0 18 L 12 âm").next_after(now), Some(at(2027, 2, 5, 18)), "the eve");
    assert_eq!(rule("0 6 1 1 am").next_runs(now, 2), [at(2027, 2, 6, 6), at(2028, 1, 26, 6)]);
    let moons = rule("0 6 1,15 * lunar").next_runs(now, 3);
    assert_eq!(moons, [at(2026, 12, 9, 6), at(2026, 12, 23, 6), at(2027, 1, 8, 6)]);
    assert_eq!(rule("0 7 10 3 ÂM").describe(), "07:00 ngày 10/3 âm lịch hằng năm");
    assert_eq!(rule("0 6 1,15 * âm").describe(), "06:00 ngày 1, 15 âm lịch hằng tháng");
    assert_eq!(
        rule(rule("0 18 L 12 lunar").expression()).describe(),
        "18:00 ngày cuối tháng 12 âm lịch hằng năm"
    );
    for wrong in ["0 7 31 1 âm", "0 7 0 1 âm", "0 7 1 13 âm", "0 7 1-5 1 âm", "0 24 1 1 âm", "*/5 7 1 1 âm"]
    {
        assert!(CronRule::parse(wrong, VIETNAM).is_err(), "{wrong}");
    }
    // The thirtieth of the twelfth month is left out where there is none; nothing comes twice, or out of order.
    let thirtieth = rule("0 7 30 12 âm").next_runs(now, 20);
    assert!(thirtieth.is_sorted() && thirtieth.len() == 20, "{thirtieth:?}");
}

#[test]
fn the_last_day_of_the_month_is_found_in_every_month() {
    let runs = rule("0 17 L * *").next_runs(at(2027, 12, 31, 18), 3);
    assert_eq!(runs, [at(2028, 1, 31, 17), at(2028, 2, 29, 17), at(2028, 3, 31, 17)]);
}

#[test]
fn a_wrong_part_is_named() {
    let error = |text: &str| CronRule::parse(text, VIETNAM).expect_err("wrong");
    assert_eq!(error("0 8 1 *"), CronError::Fields);
    assert_eq!(error("0 25 1 * *"), CronError::Field("25".into()));
    assert_eq!(error("0 8 * * 9"), CronError::Field("9".into()));
    assert_eq!(error("0 8 30 2 *"), CronError::Never);
    assert_eq!(error("61 8 * * *"), CronError::Field("61".into()));
    assert_eq!(error(",7 8 * * *"), CronError::Field(",7".into()), "not seconds");
    assert_eq!(error("0 8 ** * *"), CronError::Field("**".into()));
}

#[test]
fn rules_are_said_in_words() {
    assert_eq!(rule("0 8 1 * *").describe(), "08:00 ngày 1 hằng tháng");
    assert_eq!(rule("30 7 * * 1").describe(), "07:30 thứ Hai hằng tuần");
    assert_eq!(rule("0 8 22 12 *").describe(), "08:00 ngày 22/12 hằng năm");
}

#[test]
fn after_an_outage_the_latest_run_fires_and_the_others_are_named() {
    let daily = rule("0 8 * * *");
    let due = daily.due(at(2026, 11, 20, 8), at(2026, 11, 23, 10), DAY);
    assert_eq!(due.fire, Some(at(2026, 11, 23, 8)));
    assert_eq!(due.missed, [at(2026, 11, 21, 8), at(2026, 11, 22, 8)]);
    let late = daily.due(at(2026, 11, 22, 8), at(2026, 11, 23, 10), Duration::from_secs(3600));
    assert_eq!(late, Due { missed: vec![at(2026, 11, 23, 8)], ..Due::default() });
}

#[test]
fn of_ten_years_the_last_fifty_runs_are_named_and_the_others_counted() {
    let daily = rule("0 8 * * *");
    let due = daily.due(at(2026, 11, 23, 8), at(2036, 11, 23, 10), DAY);
    assert_eq!(due.fire, Some(at(2036, 11, 23, 8)));
    assert_eq!(due.missed.len(), 50);
    assert_eq!(due.missed.last(), Some(&at(2036, 11, 22, 8)));
    let earlier = due.earlier.expect("more than fifty");
    assert_eq!((earlier.first, earlier.last), (at(2026, 11, 24, 8), at(2036, 10, 3, 8)));
    assert_eq!(earlier.count, 3653 - 1 - 50);
    let late = daily.due(at(2026, 11, 23, 8), at(2036, 11, 24, 7), Duration::from_secs(3600));
    assert_eq!(late.missed.last(), Some(&at(2036, 11, 23, 8)), "the latest is named too");
}

#[test]
fn a_rule_of_every_minute_is_looked_through_in_no_time() {
    let due = rule("* * * * *").due(at(2026, 11, 23, 8), at(2036, 11, 23, 8), DAY);
    assert_eq!(due.fire, Some(at(2036, 11, 23, 8)));
    assert_eq!(due.earlier.map(|earlier| earlier.count), Some(10_000));
    let last_days = rule("* * L * *");
    let next = last_days.next_after(Timestamp::vietnam(2027, 7, 31, 23, 59));
    assert_eq!(next, Some(at(2027, 8, 31, 0)));
}

#[test]
fn a_skipped_hour_happens_once_and_a_double_one_too() {
    let berlin: Tz = "Europe/Berlin".parse().expect("a zone");
    let rule = CronRule::parse("30 2 * * *", berlin).expect("a rule");
    let spring = Timestamp::from(berlin.with_ymd_and_hms(2027, 3, 27, 12, 0, 0).unwrap().to_utc());
    let autumn = Timestamp::from(berlin.with_ymd_and_hms(2027, 10, 30, 12, 0, 0).unwrap().to_utc());
    for start in [spring, autumn] {
        let runs = rule.next_runs(start, 3);
        let days: Vec<u32> = runs.iter().map(|run| run.in_zone(berlin).day()).collect();
        assert!(days.windows(2).all(|pair| pair[0] != pair[1]), "{days:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn ten_years_have_no_run_missing_and_none_double(day in 1_u32..=31, step in 1_u64..400) {
        let monthly = rule(&format!("0 8 {day} * *"));
        let end = at(2037, 1, 1, 0);
        let mut last = at(2027, 1, 1, 0);
        let mut now = last;
        let mut fired = Vec::new();
        while now < end {
            now = now + Duration::from_secs(step * 3600);
            let due = monthly.due(last, now, Duration::from_secs(u64::from(u32::MAX)));
            prop_assert_eq!(due.earlier, None);
            fired.extend(due.missed);
            fired.extend(due.fire);
            last = now;
        }
        let expected = (2027..2037)
            .flat_map(|year| (1..=12).map(move |month| (year, month)))
            .filter_map(|(year, month)| chrono::NaiveDate::from_ymd_opt(year, month, day))
            .map(|date| at(date.year(), date.month(), date.day(), 8))
            .collect::<Vec<_>>();
        fired.retain(|run| *run < end);
        prop_assert_eq!(fired, expected);
    }

    #[test]
    fn any_expression_is_survived(text in "[-0-9*/, LTCNMOa-z]{0,30}") {
        let _ = CronRule::parse(&text, VIETNAM);
    }
}

/// Days off as in early 2027, and a Saturday on which people work.
fn with_days_off() -> Arc<Calendar> {
    let day = |month, day| NaiveDate::from_ymd_opt(2027, month, day).expect("a date");
    let mut calendar = Calendar::default();
    calendar.holidays.extend([
        day(1, 1),
        day(2, 5),
        day(2, 8),
        day(2, 9),
        day(2, 10),
        day(2, 11),
        day(4, 16),
    ]);
    calendar.extra_workdays.insert(day(2, 20));
    Arc::new(calendar)
}

#[test]
fn working_days_and_nth_weekdays_are_found() {
    let rule = |text| rule(text).by(with_days_off());
    let now = at(2026, 12, 31, 18);
    let first = rule("0 8 1W * *").next_runs(now, 3);
    assert_eq!(first, [at(2027, 1, 4, 8), at(2027, 2, 1, 8), at(2027, 3, 1, 8)]);
    let last = rule("0 17 LW * *").next_runs(now, 3);
    assert_eq!(last, [at(2027, 1, 29, 17), at(2027, 2, 26, 17), at(2027, 3, 31, 17)]);
    let before = rule("0 8 10W 1,2,10 *").next_runs(now, 3);
    assert_eq!(before, [at(2027, 1, 8, 8), at(2027, 2, 4, 8), at(2027, 10, 8, 8)], "the tenth, or before");
    assert_eq!(rule("0 8 * * 1#1").next_runs(now, 2), [at(2027, 1, 4, 8), at(2027, 2, 1, 8)]);
    assert_eq!(rule("0 8 * * T6#L").next_runs(now, 2), [at(2027, 1, 29, 8), at(2027, 2, 26, 8)]);
    assert_eq!(rule("0 8 * 3,6 CN#5").next_runs(now, 2), [at(2030, 3, 31, 8), at(2030, 6, 30, 8)]);
    assert_eq!(rule("0 8 1w * *").describe(), "08:00 ngày làm việc đầu tiên hằng tháng");
    assert_eq!(rule("0 8 25W * *").describe(), "08:00 ngày 25 (nghỉ thì ngày làm việc trước đó) hằng tháng");
    assert_eq!(rule("30 7 * 1,4,7,10 1#1").describe(), "07:30 thứ Hai đầu tiên của tháng 1, 4, 7, 10");
    for wrong in [
        "0 8 0W * *",
        "0 8 32W * *",
        "0 8 1W * 1",
        "0 8 1 * 1#1",
        "0 8 * * 1#6",
        "0 8 * * 9#1",
        "0 */2 LW * *",
    ] {
        assert!(CronRule::parse(wrong, VIETNAM).is_err(), "{wrong}");
    }
}

#[test]
fn days_off_are_left_out_or_gone_around() {
    let rule = |text| rule(text).by(with_days_off());
    let now = at(2027, 2, 4, 9);
    assert_eq!(rule("0 8 * * 1-5 bỏ").next_runs(now, 2), [at(2027, 2, 12, 8), at(2027, 2, 15, 8)]);
    assert_eq!(rule("0 8 9 2 * trước").next_after(now), rule("0 8 9 2 * before").next_after(now));
    assert_eq!(rule("0 7 9 2 * trước").next_after(at(2027, 1, 1, 0)), Some(at(2027, 2, 4, 7)));
    assert_eq!(rule("0 8 9 2 * sau").next_after(now), Some(at(2027, 2, 12, 8)));
    assert_eq!(
        rule("0 8 * * * after").next_runs(now, 2),
        [at(2027, 2, 12, 8), at(2027, 2, 15, 8)],
        "once a day"
    );
    assert_eq!(
        rule("0 7 10 3 âm trước -1").next_after(now),
        Some(at(2027, 4, 14, 7)),
        "the day before the day before"
    );
    assert_eq!(rule("0 8 8 10 * -7").next_after(now), Some(at(2027, 10, 1, 8)));
    let text = "0 7 10 3 âm trước -1";
    assert_eq!(rule(text).expression(), text);
    let words = "07:00 ngày 10/3 âm lịch hằng năm, ngày nghỉ thì ngày làm việc trước đó, gửi sớm 1 ngày";
    assert_eq!(rule(text).describe(), words);
    for wrong in [
        "0 8 1 * * nghỉ",
        "0 8 1 * * bỏ sau",
        "0 8 1 * * -0",
        "0 8 1 * * -61",
        "*/5 8 1 * * bỏ",
        "0 8 1 * * -3 -3",
    ] {
        assert!(CronRule::parse(wrong, VIETNAM).is_err(), "{wrong}");
    }
}

/// Whether a day is one of the rule, said day by day and without moving anything.
fn is_of(text: &str, day: NaiveDate) -> bool {
    let calendar = with_days_off();
    let works = |day: NaiveDate| calendar.is_workday(day);
    let month = |day: NaiveDate| (1..=31).filter_map(move |number| day.with_day(number));
    let first_or = |number: u32| {
        let until = |day: &NaiveDate| day.day() <= number;
        let none_by_then = !month(day).filter(until).any(works);
        let last_by_then = until(&day) && !month(day).filter(until).any(|other| other > day && works(other));
        let first_after = none_by_then && !month(day).any(|other| other < day && works(other));
        works(day) && (last_by_then || first_after)
    };
    match text {
        "1W" => first_or(1),
        "25W" => first_or(25),
        "LW" => works(day) && !month(day).any(|other| other > day && works(other)),
        "2#2" => day.weekday() == chrono::Weekday::Tue && (day.day() - 1) / 7 == 1,
        "5#L" => {
            day.weekday() == chrono::Weekday::Fri && (day + chrono::Duration::days(7)).month() != day.month()
        }
        "15" => day.day() == 15,
        _ => panic!("{text}"),
    }
}

/// Whether something comes on a day, where its days are moved.
fn comes(text: &str, off: &str, day: NaiveDate) -> bool {
    let calendar = with_days_off();
    let works = |day: NaiveDate| calendar.is_workday(day);
    let rest = |mut day: NaiveDate, step: i64| {
        let mut days = Vec::new();
        loop {
            day += chrono::Duration::days(step);
            if works(day) {
                return days;
            }
            days.push(day);
        }
    };
    match off {
        "" => is_of(text, day),
        "bỏ" => works(day) && is_of(text, day),
        "trước" => {
            works(day) && (is_of(text, day) || rest(day, 1).into_iter().any(|day| is_of(text, day)))
        }
        "sau" => works(day) && (is_of(text, day) || rest(day, -1).into_iter().any(|day| is_of(text, day))),
        _ => panic!("{off}"),
    }
}

#[test]
fn fifty_years_agree_with_looking_at_every_day() {
    let (begin, years) = (NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date"), 50);
    for (text, fields) in [
        ("1W", "0 8 1W * *"),
        ("25W", "0 8 25W * *"),
        ("LW", "0 8 LW * *"),
        ("2#2", "0 8 * * 2#2"),
        ("5#L", "0 8 * * 5#L"),
        ("15", "0 8 15 * *"),
    ] {
        for off in ["", "bỏ", "trước", "sau"] {
            let days = begin.iter_days().take(365 * years);
            let expected: Vec<NaiveDate> = days.filter(|day| comes(text, off, *day)).collect();
            let rule = rule(&format!("{fields} {off}")).by(with_days_off());
            let runs = rule.next_runs(at(2026, 11, 23, 7), expected.len());
            assert!(runs.is_sorted_by(|a, b| a < b), "{text} {off}");
            let found: Vec<NaiveDate> = runs.iter().map(|at| at.in_zone(VIETNAM).date_naive()).collect();
            assert_eq!(found, expected, "{text} {off}");
        }
    }
}

#[test]
fn nothing_comes_after_the_end() {
    let day = NaiveDate::from_ymd_opt(2026, 12, 31).expect("a day");
    let monthly = rule("0 8 31 * *").until(Some(end_of(day, VIETNAM)));
    let now = at(2026, 11, 23, 9);
    assert_eq!(monthly.next_runs(now, 5), [at(2026, 12, 31, 8)], "the last day counts");
    assert_eq!(monthly.next_after(at(2026, 12, 31, 8)), None);
    assert_eq!(monthly.describe(), "08:00 ngày 31 hằng tháng, đến hết 31/12/2026");
    // An outage beyond the end makes nothing up that was not to come.
    let due = monthly.due(now, at(2027, 2, 1, 8), DAY * 90);
    assert_eq!((due.fire, due.missed), (Some(at(2026, 12, 31, 8)), vec![]));
    let shifted = rule("0 8 1 1 * trước -3").until(Some(end_of(day, VIETNAM)));
    assert_eq!(shifted.next_after(now), Some(at(2026, 12, 29, 8)), "the day on which it comes counts");
}
