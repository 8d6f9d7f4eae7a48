//! `loa audience`: whom notices are for, under a name.

use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::notice::audience_words;
use crate::domain::audience::MOST_LIST_NAME;
use crate::domain::text::{clean_line, fold};
use crate::store::notice::{AudienceLine, NewAudience};

use super::notice::{allowed, reach_words, read_audience};
use super::people::find_unit;
use super::{CommandError, Desk, say};

/// Saved audiences.
#[derive(Debug, clap::Subcommand)]
pub enum AudienceCommand {
    /// Lists the saved audiences, by name.
    #[command(after_help = "Example:\n  loa audience list")]
    List,
    /// Keeps an audience under a name, or another under the same name.
    #[command(after_help = "\
Examples:
  loa audience save 'Trưởng thôn' 'role:head@unit:Xã A/*; -person:Lan'
  loa audience save 'Chi ủy phường' 'role:head; -silent:90' --unit 'Phường Bình Minh'
  loa notice new --title 'Lịch họp' --text-file hop.txt --to 'saved:Trưởng thôn'

How an audience is written: loa notice new --help. Whom it means is looked up whenever something is sent.")]
    Save {
        name: String,
        /// Who is in it.
        audience: String,
        /// Whose editors, and those above, use and change it: a path or name; those at the top where not given. One that is
        /// there keeps its unit.
        #[arg(long)]
        unit: Option<String>,
    },
    /// Shows one, and whom it reaches now.
    #[command(after_help = "Example:\n  loa audience show 'Trưởng thôn'")]
    Show { name: String },
    /// Forgets one. What names it does not go out any more, and says so.
    #[command(after_help = "Example:\n  loa audience remove 'Trưởng thôn'")]
    Remove { name: String },
    /// Counts whom an audience reaches now: over which channels, whom not, how long it takes, what it costs.
    #[command(after_help = "\
Examples:
  loa audience preview 'unit:Xã A/*; role:head; -tag:Nghỉ phép'
  loa audience preview 'unconfirmed:12' --urgent --json")]
    Preview {
        /// Who is in it.
        audience: String,
        /// As fast as an urgent notice.
        #[arg(long)]
        urgent: bool,
    },
}

#[derive(Serialize)]
struct Saved<'a> {
    id: i64,
    name: &'a str,
}

/// Runs `loa audience`.
///
/// # Errors
/// An audience that cannot be read or means nobody; a database that fails.
pub async fn run(command: AudienceCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        AudienceCommand::List => {
            let all = desk.store.audiences().await?;
            desk.show(&all, |all| match all.is_empty() {
                true => say("audience-cli-none", &[]),
                false => all.iter().map(line_words).collect::<Vec<_>>().join("\n"),
            })
        }
        AudienceCommand::Save { name, audience, unit } => {
            let name = read_name(&name)?;
            let text = read_audience(&audience)?;
            let unit = match unit {
                Some(unit) => Some(find_unit(desk, &unit).await?.0),
                None => None,
            };
            let new = NewAudience { name: name.clone(), text, unit };
            let id = allowed(desk.store.audience_save(new).await?)?.0;
            desk.show(&Saved { id, name: &name }, |_| say("audience-cli-saved", &[("name", &name)]))
        }
        AudienceCommand::Show { name } => {
            let all = desk.store.audiences().await?;
            let found = all.into_iter().find(|line| fold(&line.name) == fold(&name));
            let line = found.ok_or_else(|| unknown(&name))?;
            let reach = allowed(desk.store.audience_preview(format!("saved:{}", line.name), false).await?)?;
            desk.show(&serde_json::json!({ "audience": line, "reach": reach }), |_| {
                format!("{}\n{}", line_words(&line), reach_words(&reach))
            })
        }
        AudienceCommand::Remove { name } => {
            if !desk.store.audience_remove(name.clone()).await? {
                return Err(unknown(&name));
            }
            let done = serde_json::json!({ "name": name });
            desk.show(&done, |_| say("audience-cli-removed", &[("name", &name)]))
        }
        AudienceCommand::Preview { audience, urgent } => {
            let audience = read_audience(&audience)?;
            let reach = allowed(desk.store.audience_preview(audience, urgent).await?)?;
            desk.show(&reach, reach_words)
        }
    }
}

fn unknown(name: &str) -> CommandError {
    CommandError::User(say("audience-cli-unknown", &[("name", name)]))
}

/// A name that can be typed after `saved:` or `tag:`.
pub(super) fn read_name(name: &str) -> Result<String, CommandError> {
    let wrong = || CommandError::User(say("audience-cli-name", &[("most", &MOST_LIST_NAME.to_string())]));
    let clean = clean_line(name, MOST_LIST_NAME + 1).ok_or_else(wrong)?;
    let plain = clean.chars().count() <= MOST_LIST_NAME && !clean.contains([';', '@']);
    plain.then_some(clean).ok_or_else(wrong)
}

fn line_words(line: &AudienceLine) -> String {
    let whose = line.unit.clone().unwrap_or_else(|| say("audience-cli-top", &[]));
    let author = line.author.clone().unwrap_or_else(|| say("audience-cli-machine", &[]));
    let words = audience_words(Lang::Vi, &line.text);
    format!(
        "{} – {words}\n        {}\n        ({whose}; {author}, {})",
        line.name,
        line.text,
        line.changed_at.short()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;
    use crate::domain::import::parse;

    async fn office() -> Office {
        let office = Office::new(false).await;
        let rows = "unit,name,role,channel,chat_id,kind\n\
                    Tỉnh Mường Lam / Xã A,Chị Lan,head,telegram,11,person\n\
                    Tỉnh Mường Lam,Anh Dũng,admin,email,dung@vi-du.vn,person\n";
        office.desk.store.import(parse(rows).expect("rows"), false).await.expect("an import");
        office
    }

    fn save(name: &str, audience: &str) -> AudienceCommand {
        AudienceCommand::Save { name: name.to_owned(), audience: audience.to_owned(), unit: None }
    }

    #[tokio::test]
    async fn an_audience_is_kept_shown_and_forgotten() {
        let office = office().await;
        run(save("Lãnh đạo xã", "role:head"), &office.desk).await.expect("saved");
        run(save("lanh dao XÃ", "role:head@unit:Xã A; -person:Dũng"), &office.desk)
            .await
            .expect_err("nobody");
        run(save("lanh dao XÃ", "role:head@unit:Xã A"), &office.desk).await.expect("replaced");
        office.said();
        run(AudienceCommand::List, &office.desk).await.expect("a list");
        let list = office.said();
        assert!(
            list.contains("Lãnh đạo xã – lãnh đạo – Xã A") && list.contains("role:head@unit:Xã A"),
            "{list}"
        );
        let show = |name: &str| AudienceCommand::Show { name: name.to_owned() };
        run(show("Lãnh đạo xã"), &office.desk).await.expect("shown");
        assert!(office.said().contains("Tới 0 nhóm và 1 người"));
        let remove = || AudienceCommand::Remove { name: "Lãnh đạo xã".to_owned() };
        run(remove(), &office.desk).await.expect("removed");
        assert!(matches!(run(remove(), &office.desk).await, Err(CommandError::User(_))));
        assert!(matches!(run(show("Lãnh đạo xã"), &office.desk).await, Err(CommandError::User(_))));
    }

    #[tokio::test]
    async fn a_name_that_cannot_be_typed_again_is_refused() {
        let office = office().await;
        for name in ["a; b", "a@b", " ", &"a".repeat(61)] {
            let refused = run(save(name, "all"), &office.desk).await;
            assert!(matches!(refused, Err(CommandError::User(_))), "{name}");
        }
        let circle = run(save("Vòng", "saved:Vòng"), &office.desk).await.expect_err("nothing of that name");
        assert!(circle.to_string().contains("Vòng"), "{circle}");
    }

    #[tokio::test]
    async fn a_preview_says_over_which_channels() {
        let office = office().await;
        let preview = AudienceCommand::Preview { audience: "people; role:head".to_owned(), urgent: false };
        run(preview, &office.desk).await.expect("counted");
        let said = office.said();
        assert!(said.contains("Tới 0 nhóm và 2 người") && said.contains("Telegram 1, "), "{said}");
        assert!(said.contains("1 người có trong nhiều phần"), "{said}");
    }
}
