//! Whom a notice is for, in words for people.

use super::super::people::role_name;
use super::super::{Context, Lang, Need, Turn};
use super::{ReachFacts, facts};
use crate::domain::Role;
use crate::domain::audience::{Audience, AudienceError, AudienceFault, Listed, Named, Place, Selector};
use crate::domain::role::UnknownRole;

/// `tất cả`, `Tỉnh A / Xã B và cấp dưới; trừ cá nhân`. What cannot be read stands as it is.
pub fn audience_words(lang: Lang, audience: &str) -> String {
    let Ok(audience) = audience.parse::<Audience>() else { return audience.to_owned() };
    let include = audience.include.iter().map(|part| part_words(lang, part));
    let without = |part| lang.say("notice-for-without", &[("value", &part_words(lang, part))]);
    let parts: Vec<String> = include.chain(audience.exclude.iter().map(without)).collect();
    parts.join("; ")
}

/// How far an audience reaches that the writer may address, or what they are told instead.
pub(super) fn addressed(ctx: &Context<'_>, audience: &str) -> Result<Result<ReachFacts, Turn>, Need> {
    let lang = ctx.lang();
    Ok(match facts::reach(ctx, audience)? {
        Err(fault) => Err(Turn::say(fault_words(lang, &fault))),
        Ok(reach) if reach.beyond => Err(Turn::say(lang.say("notice-beyond", &[]))),
        Ok(reach) => Ok(reach),
    })
}

/// Why nobody can be told whom an audience means, and what to type instead.
pub(super) fn fault_words(lang: Lang, fault: &AudienceFault) -> String {
    let of = |named| lang.say(named_key(named), &[]);
    match fault {
        AudienceFault::Unreadable(wrong) => wrong_words(lang, wrong),
        AudienceFault::Unknown(named, name) => {
            lang.say("notice-audience-nobody", &[("what", &of(*named)), ("name", name)])
        }
        AudienceFault::Several(named, name, all) => {
            lang.say("notice-audience-several", &[("what", &of(*named)), ("name", name), ("all", all)])
        }
        AudienceFault::Ended(name, into) => {
            lang.say("notice-audience-ended", &[("name", name), ("into", into)])
        }
        AudienceFault::NoNotice(id) => lang.say("notice-audience-no-notice", &[("id", &id.to_string())]),
        AudienceFault::NotSent(id) => lang.say("notice-audience-not-sent", &[("id", &id.to_string())]),
        AudienceFault::NotAsked(id) => lang.say("notice-audience-not-asked", &[("id", &id.to_string())]),
        AudienceFault::Circle(name) => lang.say("notice-audience-circle", &[("name", name)]),
        AudienceFault::TooDeep => lang.say("notice-audience-too-deep", &[]),
        AudienceFault::InSaved(name, fault) => {
            let why = fault_words(lang, fault);
            lang.say("notice-audience-in-saved", &[("name", name), ("why", &why)])
        }
    }
}

fn named_key(named: Named) -> &'static str {
    match named {
        Named::Unit => "notice-audience-unit",
        Named::Group => "notice-audience-group",
        Named::Person => "notice-audience-person",
        Named::Tag => "notice-audience-tag",
        Named::Saved => "notice-audience-saved",
    }
}

/// What is wrong with what was typed, and how it is typed right.
pub(super) fn wrong_words(lang: Lang, wrong: &AudienceError) -> String {
    match wrong {
        AudienceError::Empty => lang.say("notice-ask-audience", &[]),
        AudienceError::Unknown(part) => lang.say("notice-audience-unknown", &[("part", part)]),
        AudienceError::LongName(name) => lang.say("notice-audience-long-name", &[("part", name)]),
        AudienceError::NoName(key) => lang.say("notice-audience-no-name", &[("part", key)]),
        AudienceError::Role(UnknownRole(name)) => {
            let all: Vec<String> = Role::ALL.into_iter().map(|role| role_name(lang, role)).collect();
            lang.say("notice-audience-no-role", &[("part", name), ("all", &all.join(", "))])
        }
        AudienceError::TooLong => lang.say("notice-audience-too-long", &[]),
        AudienceError::NoNumber(key) => lang.say("notice-audience-no-number", &[("part", key)]),
        AudienceError::NoDays(key) => lang.say("notice-audience-no-days", &[("part", key)]),
    }
}

fn part_words(lang: Lang, part: &Selector) -> String {
    let role = |role| role_name(lang, role);
    match part {
        Selector::All => lang.say("notice-for-all", &[]),
        Selector::Groups => lang.say("notice-for-groups", &[]),
        Selector::People => lang.say("notice-for-people", &[]),
        Selector::Unit(place) => place_words(lang, place),
        Selector::Role(one) => role(*one),
        Selector::RoleAt { role: one, place } => format!("{} – {}", role(*one), place_words(lang, place)),
        Selector::Group(name) | Selector::Person(name) => name.clone(),
        Selector::Listed { list, place: None } => list_words(lang, list),
        Selector::Listed { list, place: Some(place) } => {
            format!("{} – {}", list_words(lang, list), place_words(lang, place))
        }
        Selector::Saved(name) => lang.say("notice-for-saved", &[("value", name)]),
    }
}

fn list_words(lang: Lang, list: &Listed) -> String {
    match list {
        Listed::Tag(name) => lang.say("notice-for-tag", &[("value", name)]),
        Listed::Unconfirmed(id) => lang.say("notice-for-unconfirmed", &[("value", &id.to_string())]),
        Listed::Silent(days) => lang.say("notice-for-silent", &[("value", &days.to_string())]),
    }
}

fn place_words(lang: Lang, place: &Place) -> String {
    if place.below { lang.say("notice-for-below", &[("value", &place.unit)]) } else { place.unit.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_found_is_said_in_the_language_of_the_chat() {
        let nobody = AudienceFault::Unknown(Named::Unit, "Xã X".to_owned());
        let words = fault_words(Lang::Vi, &nobody);
        assert_eq!(words, "Không có đơn vị nào tên “Xã X”. Bạn xem lại tên rồi gõ lại giúp mình nhé.");
        let several = AudienceFault::Several(
            Named::Person,
            "Lan".to_owned(),
            "Lan (person:1); Lan (person:2)".to_owned(),
        );
        let words = fault_words(Lang::En, &several);
        assert_eq!(
            words,
            "There is more than one person called “Lan”. Please type which one: Lan (person:1); Lan (person:2)"
        );
    }

    #[test]
    fn an_audience_reads_as_words() {
        let words = |text| audience_words(Lang::Vi, text);
        assert_eq!(words("all"), "tất cả");
        assert_eq!(
            words("unit:Tỉnh A / Xã B/*; role:head@unit:Xã C; -people"),
            "Tỉnh A / Xã B và cấp dưới; lãnh đạo – Xã C; trừ cá nhân"
        );
        assert_eq!(words("không đọc được"), "không đọc được");
        assert_eq!(
            words("unconfirmed:12; silent:90@unit:Xã B/*; -tag:Đảng viên; -saved:Trưởng thôn"),
            "ai chưa xác nhận thông báo số 12; ai không nhận gì trong 90 ngày – Xã B và cấp dưới; \
             trừ nhãn “Đảng viên”; trừ danh sách “Trưởng thôn”"
        );
    }

    #[test]
    fn what_is_wrong_inside_a_saved_audience_says_in_which() {
        let gone = AudienceFault::Unknown(Named::Unit, "Xã X".to_owned());
        let words = fault_words(Lang::En, &AudienceFault::InSaved("Heads".to_owned(), Box::new(gone)));
        assert!(words.starts_with("In the saved list “Heads”: "), "{words}");
    }
}
