//! Who has tapped in a group: a number for the group, names for who looks after the notice.

use super::super::Lang;
use super::running::group;
use crate::domain::Rich;
use crate::domain::text::shorten;

/// Groups that are told of in one message.
const MOST_GROUPS: usize = 12;

/// Who has tapped in one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupTaps {
    pub title: String,
    pub count: i64,
    /// Of how many; not known where nobody is on the list of the group's unit.
    pub members: Option<i64>,
    /// Some of their names.
    pub tapped: Vec<String>,
    /// How many of the group's unit have confirmed nowhere, and some of their names.
    pub missing_count: i64,
    pub missing: Vec<String>,
}

/// What the button says in a group in which so many have tapped.
pub fn counted_label(lang: Lang, tapped: i64, members: Option<i64>) -> String {
    let count = group(tapped);
    match members {
        _ if tapped == 0 => lang.say("notice-confirm-button", &[]),
        Some(members) => {
            lang.say("notice-confirm-counted-of", &[("count", &count), ("total", &group(members))])
        }
        None => lang.say("notice-confirm-counted", &[("count", &count)]),
    }
}

/// The groups in which somebody is missing; `None` where nobody is.
pub(super) fn in_groups(lang: Lang, groups: &[GroupTaps]) -> Option<Rich> {
    let late: Vec<&GroupTaps> = groups.iter().filter(|one| one.missing_count > 0).collect();
    if late.is_empty() {
        return None;
    }
    let mut text = Rich::new().push(lang.say("notice-in-groups", &[]));
    for one in late.iter().take(MOST_GROUPS) {
        let count = match one.members {
            Some(members) => format!("{}/{}", group(one.count), group(members)),
            None => group(one.count),
        };
        text = text.line().push("💬 ").bold(&one.title).push(format!(" {count}"));
        let tapped = names(&one.tapped, one.count);
        if !tapped.is_empty() {
            text = text.line().push(lang.say("notice-have-tapped", &[("names", &tapped)]));
        }
        let missing = names(&one.missing, one.missing_count);
        text = text.line().push(lang.say("notice-have-not-tapped", &[("names", &missing)]));
    }
    match late.len().checked_sub(MOST_GROUPS) {
        Some(left @ 1..) => {
            Some(text.line().push(lang.say("notice-more-groups", &[("count", &left.to_string())])))
        }
        _ => Some(text),
    }
}

fn names(names: &[String], count: i64) -> String {
    let more = if usize::try_from(count).is_ok_and(|count| count > names.len()) { ", …" } else { "" };
    format!("{}{more}", shorten(&names.join(", "), 150))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_how_many_of_whom_it_knows() {
        let label = |tapped, members| counted_label(Lang::Vi, tapped, members);
        assert_eq!(label(0, Some(12)), "✅ Đã nhận");
        assert_eq!(label(3, Some(12)), "✅ Đã nhận · 3/12 người");
        assert_eq!(label(3, None), "✅ Đã nhận · 3 người");
    }

    #[test]
    fn only_groups_in_which_somebody_is_missing_are_told_of() {
        let all = GroupTaps { title: "Xã A".into(), count: 3, members: Some(3), ..GroupTaps::default() };
        assert_eq!(in_groups(Lang::Vi, std::slice::from_ref(&all)), None);
        let late = GroupTaps {
            title: "Xã B".into(),
            count: 1,
            members: Some(30),
            tapped: vec!["Chị Lan".into()],
            missing_count: 29,
            missing: vec!["Anh Pao".into(), "Anh Sinh".into()],
        };
        let groups: Vec<GroupTaps> = std::iter::once(all).chain(std::iter::repeat_n(late, 14)).collect();
        let text = in_groups(Lang::Vi, &groups).expect("some are missing").text;
        assert!(text.contains("Xã B 1/30\nĐã: Chị Lan\nChưa: Anh Pao, Anh Sinh, …"), "{text}");
        assert!(!text.contains("Xã A") && text.ends_with("… và 2 nhóm nữa."), "{text}");
    }
}
