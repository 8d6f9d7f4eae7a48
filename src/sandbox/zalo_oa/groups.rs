//! Groups: only those that the account made are its own, and only a paid plan lets it write there.

use serde_json::json;

use super::api::Result;
use super::options::ZaloOaGroups;
use super::refusal::Refusal;
use super::world::World;

/// Groups in one page of the list.
const MOST_IN_PAGE: usize = 50;

impl World {
    fn groups_permitted(&self) -> Result<()> {
        match self.options.groups {
            ZaloOaGroups::Good => Ok(()),
            ZaloOaGroups::TooLow => Err(Refusal::new(-224, "OA needs to upgrade its package")),
            ZaloOaGroups::Ended => Err(Refusal::new(-237, "The GMF package is expired")),
        }
    }

    /// Refuses a group in which the account cannot write.
    pub fn own_group(&self, group: &str) -> Result<()> {
        self.groups_permitted()?;
        match self.groups.get(group) {
            Some(group) if group.ours => Ok(()),
            _ => Err(Refusal::new(-403, "This group does not belong to OA")),
        }
    }

    /// `group/getgroupsofoa`
    pub fn list_groups(&self, query: &[(String, String)]) -> Result {
        self.groups_permitted()?;
        let number = |name: &str| {
            let found = query.iter().find(|(key, _)| key == name);
            let number = found.and_then(|(_, value)| value.parse::<usize>().ok());
            number.ok_or_else(|| Refusal::wrong(format!("{name} must be a whole number")))
        };
        let (offset, count) = (number("offset")?, number("count")?);
        if !(1..=MOST_IN_PAGE).contains(&count) {
            return Err(Refusal::wrong(format!("count must be 1 to {MOST_IN_PAGE}")));
        }
        let own: Vec<_> = self.groups.iter().filter(|(_, group)| group.ours).collect();
        let page = own.iter().skip(offset).take(count);
        let page = page.map(|(id, group)| {
            json!({"group_id": id, "name": group.title, "status": "enabled",
                "total_member": group.members.len()})
        });
        Ok(json!({"total": own.len(), "groups": page.collect::<Vec<_>>()}))
    }
}
