//! What the configuration says about the work.

use std::time::Duration;

use crate::domain::calendar::Calendar;
use crate::domain::category::Categories;
use crate::domain::deadline::Deadlines;
use crate::domain::route::Routes;
use crate::domain::schedule::CronRule;
use crate::domain::tally::Indicators;

/// What the configuration says about the work, as opposed to the machinery.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The bot's name on the platform, without `@`, for links and for being addressed.
    pub bot_username: String,
    /// The letters that case codes begin with; empty means `ML`.
    pub case_prefix: String,
    /// What cases are about.
    pub categories: Categories,
    /// Which unit answers for which of them where; the others go to the duty group.
    pub routes: Routes,
    /// When people work.
    pub calendar: Calendar,
    /// Until when what has to happen to a case, and who is told where it does not, where its category does not say.
    pub deadlines: Deadlines,
    /// How long a case that has ended keeps its reporters and pictures.
    pub keep_cases: Duration,
    /// What units count of their work.
    pub indicators: Indicators,
    /// When units are asked for it, for the month that it is then; never where there is no rule.
    pub ask_for_figures: Option<CronRule>,
    /// Working days after which those are reminded who have entered nothing.
    pub remind_of_figures: u32,
    /// After how long those are reminded who have not confirmed, where a notice says nothing else.
    pub remind_after: Duration,
    /// Whether an urgent notice may go out before it is approved.
    pub urgent_first: bool,
    /// How late a run of a schedule that was missed may still go out.
    pub catch_up: Duration,
    /// For how long a channel may fail before it is worth an alarm.
    pub alarm_after: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            bot_username: String::new(),
            case_prefix: String::new(),
            categories: Categories::default(),
            routes: Routes::default(),
            calendar: Calendar::default(),
            deadlines: Deadlines::default(),
            keep_cases: Duration::from_secs(90 * 24 * 3600),
            indicators: Indicators::default(),
            ask_for_figures: None,
            remind_of_figures: 2,
            remind_after: DAY,
            urgent_first: false,
            catch_up: DAY,
            alarm_after: Duration::from_secs(300),
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 3600);
