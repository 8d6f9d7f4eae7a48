//! Whom a notice is for, in words for people.

use super::super::Lang;
use super::super::people::role_name;
use crate::domain::Role;
use crate::domain::audience::{Audience, AudienceError, Place, Selector};
use crate::domain::role::UnknownRole;

/// `tất cả`, `Tỉnh A / Xã B và cấp dưới; trừ cá nhân`. What cannot be read stands as it is.
pub fn audience_words(lang: Lang, audience: &str) -> String {
    let Ok(audience) = audience.parse::<Audience>() else { return audience.to_owned() };
    let include = audience.include.iter().map(|part| part_words(lang, part));
    let without = |part| lang.say("notice-for-without", &[("value", &part_words(lang, part))]);
    let parts: Vec<String> = include.chain(audience.exclude.iter().map(without)).collect();
    parts.join("; ")
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
    }
}

fn place_words(lang: Lang, place: &Place) -> String {
    if place.below { lang.say("notice-for-below", &[("value", &place.unit)]) } else { place.unit.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_reads_as_words() {
        let words = |text| audience_words(Lang::Vi, text);
        assert_eq!(words("all"), "tất cả");
        assert_eq!(
            words("unit:Tỉnh A / Xã B/*; role:head@unit:Xã C; -people"),
            "Tỉnh A / Xã B và cấp dưới; lãnh đạo – Xã C; trừ cá nhân"
        );
        assert_eq!(words("không đọc được"), "không đọc được");
    }
}
