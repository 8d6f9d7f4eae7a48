use proptest::prelude::*;

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
