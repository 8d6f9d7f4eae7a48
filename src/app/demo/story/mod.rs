//! The story: the first month of a province that does not exist, with troubles that do.
//!
//! People have a role and a given name only, so that none can be taken for somebody real.

mod cases;
mod channels;
mod digest;
mod enrol;
mod guidance;
mod urgent;

use crate::domain::Timestamp;

use super::figures;
use super::stage::Stage;

/// 07:30 on Monday 30/11/2026, in Vietnam: what `Timestamp::vietnam(2026, 11, 30, 7, 30)` gives.
pub const BEGINS: Timestamp = Timestamp(1_795_998_600_000_000);

/// Who writes notices, who approves them, who is on duty, who brings people in.
const EDITOR: i64 = 1001;
const DEPUTY: i64 = 1002;
const THU: i64 = 1003;
const KHANH: i64 = 1004;
const ADMIN: i64 = 1005;
/// Who comes from the province and looks at things on the spot.
const HANH: i64 = 1006;
/// The duty group.
const DUTY: i64 = -1001;
const WARD_HEAD: i64 = 1008;
const WARD_CULTURE: i64 = 1009;
const WARD_LAND: i64 = 1010;
const WARD_GROUP: i64 = -1003;
const COMMUNE_ROADS: i64 = 1020;
const COMMUNE_GROUP: i64 = -1007;
const VILLAGE_HEAD: i64 = 1022;
/// A retired man who reports for the Fatherland Front, by mail.
const DINH: i64 = 1201;
const BAN_LECH_HEAD: i64 = 1028;
const BAN_LECH_CULTURE: i64 = 1029;
const BAN_LECH_FARMS: i64 = 1030;
const BAN_LECH_GROUP: i64 = -1011;

/// What the page shows at first: a ward on Zalo, a village with the Official Account, then the editor, who reports by
/// mail, and the duty group.
pub const COLUMNS: [i64; 5] = [WARD_CULTURE, VILLAGE_HEAD, EDITOR, DINH, DUTY];

/// December 2026.
fn day(day: u32, hour: u32, minute: u32) -> Timestamp {
    Timestamp::vietnam(2026, 12, day, hour, minute)
}

/// Plays it all.
///
/// # Errors
/// What did not happen as it should.
pub async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    enrol::organisation(stage).await?;
    enrol::invites(stage).await?;
    channels::link(stage).await?;
    guidance::play(stage).await?;
    urgent::play(stage).await?;
    cases::landslide(stage).await?;
    digest::week(stage).await?;
    cases::compensation(stage).await?;
    cases::road(stage).await?;
    digest::month(stage).await?;
    stage.expect_clean()?;
    figures::show(stage).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_begins_on_a_monday_morning() {
        assert_eq!(BEGINS, Timestamp::vietnam(2026, 11, 30, 7, 30));
    }
}
