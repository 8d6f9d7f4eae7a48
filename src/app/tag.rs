//! `loa tag`: marks people, units and groups.

use crate::store::tags::{TagBearer, TagLine, Tagged};

use super::audience::read_name;
use super::{CommandError, Desk, say};

/// Tags.
#[derive(Debug, clap::Subcommand)]
pub enum TagCommand {
    /// Marks people, units and groups with a tag.
    #[command(after_help = "\
Examples:
  loa tag add 'Đảng viên' --person 12 --person 'Chị Lan'
  loa tag add 'Vùng cao' --unit 'Xã Nậm Pung' --group 'Cán bộ xã Nậm Pung'
  loa audience preview 'tag:Vùng cao'

The tag of a unit means the people and groups of that unit, not those below it.")]
    Add {
        name: String,
        #[command(flatten)]
        bearers: Bearers,
    },
    /// Takes a tag away from people, units and groups.
    #[command(after_help = "Example:\n  loa tag remove 'Đảng viên' --person 12")]
    Remove {
        name: String,
        #[command(flatten)]
        bearers: Bearers,
    },
    /// Lists all tags, or what carries one.
    #[command(after_help = "Examples:\n  loa tag list\n  loa tag list 'Vùng cao'")]
    List { name: Option<String> },
}

/// What carries a tag.
#[derive(Debug, Default, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Bearers {
    /// A person, by name or number; may be given several times.
    #[arg(long)]
    person: Vec<String>,
    /// A unit, by path or name; may be given several times.
    #[arg(long)]
    unit: Vec<String>,
    /// A bound group, by title or the platform's id; may be given several times.
    #[arg(long, allow_hyphen_values = true)]
    group: Vec<String>,
}

impl Bearers {
    fn all(self) -> Vec<Tagged> {
        let people = self.person.into_iter().map(Tagged::Person);
        let units = self.unit.into_iter().map(Tagged::Unit);
        people.chain(units).chain(self.group.into_iter().map(Tagged::Group)).collect()
    }
}

/// Runs `loa tag`.
///
/// # Errors
/// A name that nobody has; a database that fails.
pub async fn run(command: TagCommand, desk: &Desk) -> Result<(), CommandError> {
    let (name, changed, key) = match command {
        TagCommand::Add { name, bearers } => {
            let name = read_name(&name)?;
            (name.clone(), desk.store.tag(name, bearers.all()).await?, "audience-cli-tagged")
        }
        TagCommand::Remove { name, bearers } => {
            (name.clone(), desk.store.untag(name, bearers.all()).await?, "audience-cli-untagged")
        }
        TagCommand::List { name: None } => {
            let tags = desk.store.tags().await?;
            return desk.show(&tags, |tags| listing(tags, tag_words));
        }
        TagCommand::List { name: Some(name) } => {
            let bearers = desk.store.tag_bearers(&name).await?;
            return desk.show(&bearers, |bearers| listing(bearers, bearer_words));
        }
    };
    let changed = changed
        .map_err(|fault| CommandError::User(say("audience-cli-wrong", &[("why", &fault.to_string())])))?;
    let count = changed.to_string();
    let done = serde_json::json!({ "name": name, "changed": changed });
    desk.show(&done, |_| say(key, &[("name", &name), ("count", &count)]))
}

fn listing<T>(rows: &[T], line: impl Fn(&T) -> String) -> String {
    if rows.is_empty() {
        return say("audience-cli-no-tags", &[]);
    }
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn tag_words(tag: &TagLine) -> String {
    let [people, units, groups] = [tag.people, tag.units, tag.groups].map(|count| count.to_string());
    let vars = [("name", tag.name.as_str()), ("people", &people), ("units", &units), ("groups", &groups)];
    say("audience-cli-tag", &vars)
}

fn bearer_words(bearer: &TagBearer) -> String {
    let key = match bearer.kind.as_str() {
        "person" => "notice-audience-person",
        "unit" => "notice-audience-unit",
        _ => "notice-audience-group",
    };
    format!("{:>6}  {} ({})", bearer.id, bearer.name, say(key, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;
    use crate::domain::import::parse;

    #[tokio::test]
    async fn what_is_tagged_is_listed_and_can_be_taken_back() {
        let office = Office::new(false).await;
        let rows = "unit,name,role,channel,chat_id,kind\n\
                    Tỉnh Mường Lam / Xã A,Chị Lan,head,telegram,11,person\n\
                    Tỉnh Mường Lam / Xã A,Cán bộ xã A,,telegram,-100,group\n";
        office.desk.store.import(parse(rows).expect("rows"), false).await.expect("an import");
        let bearers = || Bearers {
            person: vec!["chi lan".to_owned()],
            unit: vec!["Xã A".to_owned()],
            group: vec!["-100".to_owned()],
        };
        let add = |name: &str| TagCommand::Add { name: name.to_owned(), bearers: bearers() };
        run(add("Vùng cao"), &office.desk).await.expect("tagged");
        assert!(office.said().contains("3"));
        run(add("VÙNG CAO"), &office.desk).await.expect("tagged before");
        assert!(office.said().contains("0"));
        run(TagCommand::List { name: None }, &office.desk).await.expect("a list");
        assert!(office.said().contains("Vùng cao: 1 người, 1 đơn vị, 1 nhóm"));
        run(TagCommand::List { name: Some("vung cao".to_owned()) }, &office.desk).await.expect("a list");
        let list = office.said();
        assert!(list.contains("Chị Lan (người)") && list.contains("Cán bộ xã A (nhóm)"), "{list}");
        let nobody = Bearers { person: vec!["Ai đó".to_owned()], ..Bearers::default() };
        let wrong = TagCommand::Add { name: "Vùng cao".to_owned(), bearers: nobody };
        assert!(matches!(run(wrong, &office.desk).await, Err(CommandError::User(_))));
        let take = TagCommand::Remove { name: "vung cao".to_owned(), bearers: bearers() };
        run(take, &office.desk).await.expect("taken");
        run(TagCommand::List { name: None }, &office.desk).await.expect("a list");
        assert!(office.said().contains("Chưa có nhãn"));
    }
}
