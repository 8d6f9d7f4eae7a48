//! What a message means: photos, a unit, a category, or only a greeting.

use crate::conversation::incoming::{FileRef, Message};
use crate::conversation::{Context, Need};
use crate::domain::text::{clean_line, clean_text, fold};

use super::draft::{self, Draft, Pick, Spotted};
use super::{Exhibit, NamedUnit, facts, rules};

/// Words that people greet and thank with. A message of nothing else is not a report.
const SMALL_TALK: &str = "xin chao a anh chi em ban oi hi hello alo ok oke okay okie vang da uh um u roi duoc \
    cam on nhieu nhe nha nhi thanks thank you hay tot qua good bye tam biet test thu bot loa chao dong chi \
    minh day co ai khong the buoi sang trua chieu toi hehe haha hihi yes no";

/// The longest name of a document that is kept, in characters.
const MOST_NAME: usize = 80;

/// The pictures and PDF documents of a message, and how many files are neither.
pub fn exhibits(message: &Message) -> (Vec<Exhibit>, usize) {
    let picture = |file: &FileRef| Exhibit { file: file.id.clone(), document: None };
    let mut exhibits: Vec<Exhibit> = message.photos.iter().map(picture).collect();
    let mut others = 0;
    for file in &message.documents {
        let mime = file.mime.as_deref().unwrap_or_default();
        if mime.starts_with("image/") {
            exhibits.push(picture(file));
        } else if let Some(name) = pdf_name(file) {
            exhibits.push(Exhibit { file: file.id.clone(), document: Some(name) });
        } else {
            others += 1;
        }
    }
    (exhibits, others)
}

/// What a PDF document is called; `None` of another file. What it really is shows when it is there.
fn pdf_name(file: &FileRef) -> Option<String> {
    let name = file.name.as_deref().and_then(|name| clean_line(name, MOST_NAME)).unwrap_or_default();
    let ends = name.to_lowercase().ends_with(".pdf");
    let is_pdf = ends || file.mime.as_deref() == Some("application/pdf");
    is_pdf.then(|| match (name.as_str(), ends) {
        ("", _) => "tai-lieu.pdf".to_owned(),
        (_, true) => name,
        (stem, false) => format!("{stem}.pdf"),
    })
}

/// The words of a message, without the command that begins a report, and without the bot's name with which
/// it was addressed in a group.
pub fn said(ctx: &Context<'_>, message: &Message) -> String {
    let whole = without_name(ctx, message);
    let words = match ctx.incoming.command() {
        Some((name, _)) if name == super::REPORT => whole.trim_start().split_once(char::is_whitespace),
        _ => None,
    };
    clean_text(words.map_or(&whole, |(_, words)| words), draft::MOST_WORDS).unwrap_or_default()
}

/// The text as it was written, without the bot's name.
pub fn without_name(ctx: &Context<'_>, message: &Message) -> String {
    let name = &ctx.rules.bot_username;
    if name.is_empty() { message.text.clone() } else { message.text.replace(&format!("@{name}"), "") }
}

/// Whether words by themselves say nothing that could be a case.
pub fn is_small_talk(ctx: &Context<'_>, text: &str) -> bool {
    if rules::category_of(ctx, text).is_some() {
        return false;
    }
    let plain = plain(text);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    let greeting = words.iter().all(|word| SMALL_TALK.split_whitespace().any(|known| known == *word));
    greeting || words.len() < 2 || letters < 8
}

/// Folded, with everything that is neither letter nor digit as one blank.
pub fn plain(text: &str) -> String {
    let spaced: String = fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks for what is not known yet in the words.
pub fn fill_in(ctx: &Context<'_>, draft: &mut Draft) -> Result<(), Need> {
    if draft.category.known().is_none()
        && let Some(code) = rules::category_of(ctx, &draft.text)
    {
        draft.category = Pick::Is(code);
    }
    if draft.unit.known().is_none()
        && let [unit] = candidates(ctx, &draft.text)?.as_slice()
    {
        draft.unit = Pick::Is(Spotted::from(unit));
    }
    Ok(())
}

/// The units that words may mean: none, the one, or several between which a person has to choose.
pub fn candidates(ctx: &Context<'_>, text: &str) -> Result<Vec<NamedUnit>, Need> {
    let plain = plain(text);
    if plain.is_empty() {
        return Ok(Vec::new());
    }
    let found = facts::units_in(ctx, plain.clone())?;
    Ok(narrow(&plain, found))
}

/// A unit whose name the words give, or part of one.
pub fn by_name(ctx: &Context<'_>, text: &str) -> Result<Vec<NamedUnit>, Need> {
    let found = candidates(ctx, text)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let plain = plain(text);
    // Shorter than this, nearly every unit's name contains it.
    if plain.chars().count() < 3 {
        return Ok(Vec::new());
    }
    Ok(facts::units_like(ctx, plain)?.to_vec())
}

/// Whether words tell more of a place than which unit it is in: "thôn Nà Lùng, sau trường" does.
pub fn says_more(text: &str, unit: &NamedUnit) -> bool {
    const BESIDE: &str = "o tai thuoc la trong dia ban khu vuc cho minh day kia nhe nha a ah em anh chi da vang xa phuong \
        thon ban to xom khom ap huyen tinh";
    let text = plain(text);
    let name = plain(&unit.name);
    let known =
        |word: &&str| name.split_whitespace().chain(BESIDE.split_whitespace()).any(|other| other == *word);
    !text.split_whitespace().all(|word| known(&word))
}

/// Leaves out units that other names explain better: those above a unit that is named too, those whose
/// name is only a part of a longer name, and namesakes that lie elsewhere than a unit that is named too.
fn narrow(text: &str, found: &[NamedUnit]) -> Vec<NamedUnit> {
    let found: Vec<NamedUnit> =
        found.iter().filter(|unit| !is_said_better(text, unit, found)).cloned().collect();
    let above =
        |unit: &NamedUnit| found.iter().any(|other| other.id != unit.id && other.line.contains(&unit.id));
    let lowest: Vec<&NamedUnit> = found.iter().filter(|unit| !above(unit)).collect();
    let named: Vec<(&NamedUnit, String)> =
        lowest.into_iter().map(|unit| (unit, occurring(text, &unit.name))).collect();
    let longest = |(unit, name): &&(&NamedUnit, String)| {
        !named.iter().any(|(other, longer)| {
            other.id != unit.id
                && longer.len() > name.len()
                && format!(" {longer} ").contains(&format!(" {name} "))
        })
    };
    let kept: Vec<&NamedUnit> = named.iter().filter(longest).map(|(unit, _)| *unit).collect();
    let supported = |unit: &&&NamedUnit| {
        unit.line.iter().skip(1).any(|up| {
            // The top of the tree is above everything and tells nothing apart.
            unit.line.last() != Some(up) && found.iter().any(|other| other.id == *up)
        })
    };
    let best: Vec<NamedUnit> = kept.iter().filter(supported).map(|unit| (*unit).clone()).collect();
    if best.is_empty() { kept.into_iter().cloned().collect() } else { best }
}

/// The part of a unit's name that occurs in the words: the whole, or what follows "phường", "chi bộ thôn"….
fn occurring(text: &str, name: &str) -> String {
    let name = plain(name);
    let text = format!(" {text} ");
    let mut part = name.as_str();
    loop {
        match part.split_once(' ') {
            _ if text.contains(&format!(" {part} ")) => return part.to_owned(),
            Some((_, rest)) => part = rest,
            None => return name,
        }
    }
}

/// Whether all that the words give of a unit's name is part of what they give of another's: "xã Minh" is the
/// commune, neither its "Đảng bộ xã Minh" nor its "Chi bộ bản Minh".
fn is_said_better(text: &str, unit: &NamedUnit, found: &[NamedUnit]) -> bool {
    let part = occurring(text, &unit.name);
    let holds = |words: &str, part: &str| format!(" {words} ").contains(&format!(" {part} "));
    part != plain(&unit.name)
        && found.iter().filter(|other| other.id != unit.id).any(|other| {
            let longer = occurring(text, &other.name);
            let more = longer.len() > part.len() || longer == plain(&other.name);
            more && holds(&longer, &part) && !holds(&text.replace(&longer, "|"), &part)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UnitId;

    fn unit(id: i64, name: &str, above: &[i64]) -> NamedUnit {
        let line = std::iter::once(id).chain(above.iter().copied()).map(UnitId).collect();
        NamedUnit { id: UnitId(id), name: name.into(), path: name.into(), line }
    }

    fn ids(text: &str, found: &[NamedUnit]) -> Vec<i64> {
        narrow(&plain(text), found).iter().map(|unit| unit.id.0).collect()
    }

    #[test]
    fn the_lowest_unit_that_is_named_is_meant() {
        let found = [unit(1, "Tỉnh Mẫu", &[]), unit(2, "Phường Sông Hiến", &[1])];
        assert_eq!(ids("sạt lở ở phường Sông Hiến, tỉnh Mẫu", &found), [2]);
    }

    #[test]
    fn a_longer_name_hides_the_shorter_one_in_it() {
        let found = [unit(2, "Xã Minh", &[1]), unit(3, "Xã Minh Tâm", &[1])];
        assert_eq!(ids("đường hỏng ở xã Minh Tâm", &found), [3]);
    }

    #[test]
    fn a_cell_is_known_by_its_village_and_a_commune_by_its_own_name() {
        let cell = unit(3, "Chi bộ thôn Nà Lùng", &[2, 1]);
        assert_eq!(ids("sạt lở ở thôn Nà Lùng", &[cell]), [3]);
        let found = [unit(2, "Xã Minh", &[1]), unit(3, "Đảng bộ xã Minh", &[2, 1])];
        assert_eq!(ids("đường hỏng ở xã Minh", &found), [2]);
        assert_eq!(ids("đảng bộ xã Minh họp", &found), [3]);
        let found = [
            unit(2, "Xã Bản Lếch", &[1]),
            unit(3, "Chi bộ bản Lếch", &[2, 1]),
            unit(4, "Chi bộ bản Pho", &[2, 1]),
        ];
        assert_eq!(ids("đường từ xã Bản Lếch vào bản Pho hỏng", &found), [4]);
        assert_eq!(ids("bản Lếch xã Bản Lếch mất điện", &found[..2]), [3]);
    }

    #[test]
    fn of_two_namesakes_the_one_whose_ward_is_named_is_meant() {
        let found =
            [unit(2, "Phường Sông Hiến", &[1]), unit(3, "Chi bộ 4", &[2, 1]), unit(4, "Chi bộ 4", &[9, 1])];
        assert_eq!(ids("chi bộ 4 phường Sông Hiến mất nước", &found), [3]);
        assert_eq!(ids("chi bộ 4 mất nước", &found[1..]), [3, 4]);
    }
}
