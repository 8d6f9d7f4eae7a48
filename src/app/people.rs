//! `loa invite`, `loa people`, `loa unit`.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::people::{MOST_DAYS, MOST_USES, Standing, USUAL_DAYS, invite_link, role_name};
use crate::domain::calendar::date_words;
use crate::domain::ids::{InviteId, UnitId};
use crate::domain::qr::qr_text;
use crate::domain::staffing::last_day;
use crate::domain::{ChannelKind, Role, Timestamp};
use crate::store::people::{InviteLine, NewInvite, PersonLine, UnitLine};

use super::staffing::{self, StaffCommand};
use super::{CommandError, Desk};

/// Invites: links with which people enrol by themselves.
#[derive(Debug, clap::Subcommand)]
pub enum InviteCommand {
    /// Makes an invite and prints its link and QR code, this one time.
    #[command(after_help = "Examples:
  loa invite new --unit \"Tỉnh Mường Lam / Phường Bình Minh\" --role staff --uses 20 --days 14
  loa invite new --unit \"Phường Bình Minh\" --role head")]
    New {
        /// The unit: its path, or its name where only one has it.
        #[arg(long)]
        unit: String,
        /// staff, reporter, duty, editor, approver, head or admin.
        #[arg(long)]
        role: Role,
        /// How many people may enrol with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_USES)))]
        uses: u32,
        /// For how many days it is good.
        #[arg(long, default_value_t = USUAL_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
        days: u32,
    },
    /// Lists invites, newest first.
    #[command(after_help = "Example:\n  loa invite list")]
    List,
    /// Takes an invite back: nobody can use it any more.
    #[command(after_help = "Example:\n  loa invite revoke 3")]
    Revoke {
        /// The number that `loa invite list` shows.
        id: i64,
    },
}

/// People.
#[derive(Debug, clap::Subcommand)]
pub enum PeopleCommand {
    /// Lists people with their units and roles, and who cannot be reached.
    #[command(after_help = "Examples:
  loa people list
  loa people list --unit \"Phường Bình Minh\"    with what is below it")]
    List {
        /// Only people of this unit and those below it.
        #[arg(long)]
        unit: Option<String>,
    },
    #[command(flatten)]
    Staff(StaffCommand),
}

/// Units.
#[derive(Debug, clap::Subcommand)]
pub enum UnitCommand {
    /// Lists the tree of units.
    #[command(after_help = "Example:\n  loa unit list")]
    List,
    /// A unit ends, and another takes its people, groups, lower units and what is open there.
    #[command(after_help = "Example:
  loa unit merge \"Xã Nậm Pung\" --into \"Xã Bản Mế\"                       what would go over
  loa unit merge \"Xã Nậm Pung\" --into \"Xã Bản Mế\" --on 01/01/2027 --yes")]
    Merge {
        /// The unit that ends: its path, or its name where only one has it.
        unit: String,
        /// The unit that takes it in.
        #[arg(long)]
        into: String,
        /// The day, such as 01/01/2027; without it, now.
        #[arg(long)]
        on: Option<String>,
        /// Does it; without this it is only said what would go over. It cannot be taken back.
        #[arg(long)]
        yes: bool,
    },
    /// Sets over which channels people of a unit and below are reached first, unless they chose themselves.
    #[command(after_help = "Examples:
  loa unit channels \"Tỉnh Mường Lam\" zalo_bot telegram
  loa unit channels \"Phường Bình Minh\"             as it is usual above")]
    Channels {
        /// The unit: its path, or its name where only one has it.
        unit: String,
        /// telegram, zalo_bot, zalo_oa, email: the first goes first.
        channels: Vec<ChannelKind>,
    },
}

/// An invite as it is printed, once.
#[derive(Debug, Serialize)]
struct NewInviteLine {
    id: InviteId,
    link: String,
    unit: String,
    role: Role,
    uses: u32,
    expires_at: Timestamp,
}

/// Runs `loa invite`.
///
/// # Errors
/// A unit or an invite that is not there; a database that fails.
pub async fn run_invite(command: InviteCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        InviteCommand::New { unit, role, uses, days } => {
            let (id, path) = find_unit(desk, &unit).await?;
            let line = new_invite(desk, (id, path), role, uses, days).await?;
            desk.show(&line, new_invite_words)
        }
        InviteCommand::List => {
            let invites = desk.store.invites().await?;
            desk.show(&invites, |invites| listing(invites, invite_words))
        }
        InviteCommand::Revoke { id } => {
            let number = id.to_string();
            if !desk.store.revoke_invite(InviteId(id)).await? {
                return Err(CommandError::User(say("people-cli-no-invite", &[("id", &number)])));
            }
            let done = serde_json::json!({ "id": id, "standing": Standing::Revoked });
            desk.show(&done, |_| say("people-cli-revoked", &[("id", &number)]))
        }
    }
}

/// Makes an invite and says how to hand it on. Also for `loa init`.
async fn new_invite(
    desk: &Desk,
    (unit, path): (UnitId, String),
    role: Role,
    uses: u32,
    days: u32,
) -> Result<NewInviteLine, CommandError> {
    let expires_at = desk.clock.now() + Duration::from_secs(24 * 3600) * days;
    let new = NewInvite { unit, role, uses, expires: expires_at, by: None };
    let (id, token) = desk.store.create_invite(new).await?;
    let link = invite_link(&desk.rules.bot_username, token.expose_secret());
    Ok(NewInviteLine { id, link, unit: path, role, uses, expires_at })
}

/// Makes the invite of the first administrator and prints it: for `loa init`.
///
/// # Errors
/// A database that fails.
pub async fn invite_first_admin(desk: &Desk, unit: UnitId, path: String) -> Result<(), CommandError> {
    let line = new_invite(desk, (unit, path), Role::Admin, 1, USUAL_DAYS).await?;
    desk.show(&line, new_invite_words)
}

/// Runs `loa people`.
///
/// # Errors
/// A unit that is not there; a database that fails.
pub async fn run_people(command: PeopleCommand, desk: &Desk) -> Result<(), CommandError> {
    let unit = match command {
        PeopleCommand::List { unit } => unit,
        PeopleCommand::Staff(command) => return staffing::run(command, desk).await,
    };
    let unit = match unit {
        Some(text) => Some(find_unit(desk, &text).await?.0),
        None => None,
    };
    let people = desk.store.people(unit).await?;
    desk.show(&people, |people| listing(people, person_words))
}

/// Runs `loa unit`.
///
/// # Errors
/// A database that fails.
pub async fn run_unit(command: UnitCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        UnitCommand::List => {
            let units = desk.store.units().await?;
            desk.show(&units, |units| listing(units, unit_words))
        }
        UnitCommand::Merge { unit, into, on, yes } => {
            staffing::merge(desk, &unit, &into, on.as_deref(), yes).await
        }
        UnitCommand::Channels { unit, channels } => {
            let (id, path) = find_unit(desk, &unit).await?;
            desk.store.set_channels(id, channels.clone()).await?;
            let names: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
            let (key, names) = match names.is_empty() {
                true => ("people-cli-channels-usual", String::new()),
                false => ("people-cli-channels-set", names.join(", ")),
            };
            let done = serde_json::json!({ "unit": path, "channels": channels });
            desk.show(&done, |_| say(key, &[("unit", &path), ("channels", &names)]))
        }
    }
}

/// The one unit that the text means.
pub(super) async fn find_unit(desk: &Desk, text: &str) -> Result<(UnitId, String), CommandError> {
    let mut found = desk.store.find_units(text).await?;
    if found.len() > 1 {
        let paths: Vec<String> = found.iter().take(10).map(|(_, path)| format!("  {path}")).collect();
        let vars = [("text", text), ("units", &paths.join("\n"))];
        return Err(CommandError::User(say("people-cli-which-unit", &vars)));
    }
    found.pop().ok_or_else(|| CommandError::User(say("people-cli-no-unit", &[("text", text)])))
}

/// The command line speaks Vietnamese.
fn say(key: &str, vars: &[(&'static str, &str)]) -> String {
    Lang::Vi.say(key, vars)
}

fn listing<T>(rows: &[T], line: impl Fn(&T) -> String) -> String {
    if rows.is_empty() {
        return say("people-cli-empty", &[]);
    }
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn new_invite_words(line: &NewInviteLine) -> String {
    let role = role_name(Lang::Vi, line.role);
    let (uses, until) = (line.uses.to_string(), line.expires_at.short());
    let vars = [("unit", line.unit.as_str()), ("role", &role), ("uses", &uses), ("until", &until)];
    let mut text = format!("{}\n\n{}", say("people-invite-made", &vars), line.link);
    if let Ok(qr) = qr_text(&line.link) {
        text = format!("{text}\n\n{qr}");
    }
    text
}

fn invite_words(line: &InviteLine) -> String {
    let key = match line.standing {
        Standing::Good => "people-cli-good",
        Standing::Expired => "people-cli-expired",
        Standing::UsedUp => "people-cli-used-up",
        Standing::Revoked => "people-cli-revoked-state",
    };
    let until = line.expires_at.short();
    let state = say(key, &[("until", &until)]);
    let role = role_name(Lang::Vi, line.role);
    format!("{:>4}  {}/{}  {role} – {}  ({state})", line.id, line.used, line.uses, line.unit)
}

fn person_words(line: &PersonLine) -> String {
    let roles = line.roles.iter().map(|post| format!("{} – {}", role_name(Lang::Vi, post.role), post.unit));
    let mut text = format!("{:>6}  {}", line.id, line.name);
    for role in roles {
        text = format!("{text}\n        {role}");
    }
    if line.state == "left" {
        text = format!("{text}  [{}]", say("people-cli-has-left", &[]));
    } else if let Some(until) = line.away_until {
        text = format!("{text}  [{}]", say("people-cli-away", &[("until", &date_words(last_day(until)))]));
    } else if !line.reachable {
        text = format!("{text}  [{}]", say("people-cli-unreachable", &[]));
    }
    text
}

fn unit_words(line: &UnitLine) -> String {
    let (people, groups) = (line.people.to_string(), line.groups.to_string());
    format!(
        "{:>6}  {}  ({})",
        line.id,
        line.path,
        say("people-cli-unit-size", &[("people", &people), ("groups", &groups)])
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;

    async fn office(json: bool) -> Office {
        let office = Office::new(json).await;
        for unit in ["Tỉnh Mường Lam / Phường Bình Minh / Tổ 1", "Tỉnh Mường Lam / Xã Nậm Pung / Tổ 1"]
        {
            office.desk.store.find_or_create_unit(unit.parse().expect("a path")).await.expect("a unit");
        }
        office
    }

    fn new(unit: &str) -> InviteCommand {
        InviteCommand::New { unit: unit.to_owned(), role: Role::Head, uses: 2, days: 3 }
    }

    #[tokio::test]
    async fn the_usual_order_of_channels_is_set_and_taken_back() {
        let office = office(false).await;
        let set = |channels: Vec<ChannelKind>| UnitCommand::Channels { unit: "binh minh".into(), channels };
        let both = vec![ChannelKind::ZaloBot, ChannelKind::Telegram];
        run_unit(set(both), &office.desk).await.expect("set");
        assert!(office.said().contains("Zalo, Telegram"));
        run_unit(set(Vec::new()), &office.desk).await.expect("taken back");
        assert!(office.said().contains("đơn vị bên trên"));
        let nowhere = UnitCommand::Channels { unit: "Xã Không Có".into(), channels: Vec::new() };
        assert!(matches!(run_unit(nowhere, &office.desk).await, Err(CommandError::User(_))));
        assert!("zalo".parse::<ChannelKind>().is_err_and(|known| known.contains("zalo_bot")));
    }

    #[tokio::test]
    async fn an_invite_is_printed_with_its_link_and_code_and_never_again() {
        let office = office(false).await;
        run_invite(new("binh minh"), &office.desk).await.expect("an invite");
        let text = office.said();
        assert!(text.contains("https://t.me/loa_bot?start=") && text.contains('█'), "{text}");
        assert!(text.contains("2 lượt, dùng đến 08:00 26/11/2026"), "{text}");
        run_invite(InviteCommand::List, &office.desk).await.expect("a list");
        let list = office.said();
        assert!(list.contains("0/2  lãnh đạo – Tỉnh Mường Lam / Phường Bình Minh") && !list.contains("t.me"));
        run_invite(InviteCommand::Revoke { id: 1 }, &office.desk).await.expect("revoked");
        assert!(office.said().contains("Đã hủy mã mời số 1"));
        let again = run_invite(InviteCommand::Revoke { id: 1 }, &office.desk).await;
        assert!(matches!(again, Err(CommandError::User(_))));
    }

    #[tokio::test]
    async fn a_unit_that_is_not_there_or_not_one_is_said_plainly() {
        let office = office(false).await;
        let none = run_invite(new("Phường Xa"), &office.desk).await.expect_err("no unit");
        assert!(none.to_string().contains("loa unit list"));
        let two = run_invite(new("Tổ 1"), &office.desk).await.expect_err("two units");
        assert!(two.to_string().contains("Phường Bình Minh / Tổ 1") && two.to_string().contains("Nậm Pung"));
        run_invite(new("Bình Minh / Tổ 1"), &office.desk).await.expect_err("no such end of a path");
        run_invite(new("Phường Bình Minh / Tổ 1"), &office.desk).await.expect("one unit");
    }

    #[tokio::test]
    async fn people_and_units_are_listed() {
        let office = office(true).await;
        let rows = "unit,name,role,channel,chat_id,kind\n\
                    Tỉnh Mường Lam / Phường Bình Minh / Tổ 1,Chị Lan,staff,telegram,11,person\n\
                    Tỉnh Mường Lam,Anh Dũng,admin,telegram,12,person\n";
        let rows = crate::domain::import::parse(rows).expect("rows");
        office.desk.store.import(rows, false).await.expect("an import");
        let unit = Some("Phường Bình Minh".to_owned());
        run_people(PeopleCommand::List { unit }, &office.desk).await.expect("a list");
        let people: serde_json::Value = serde_json::from_str(&office.said()).expect("JSON");
        assert_eq!((people.as_array().map(Vec::len), people[0]["name"].as_str()), (Some(1), Some("Chị Lan")));
        run_unit(UnitCommand::List, &office.desk).await.expect("a list");
        let units: serde_json::Value = serde_json::from_str(&office.said()).expect("JSON");
        assert_eq!(units.as_array().map(Vec::len), Some(5));
    }
}
