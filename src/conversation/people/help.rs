//! All commands of all parts in one list: for help, for the platform's menu, for a slip of the hand.

use super::super::{ChatKind, Context, Lang, Turn};
use crate::domain::rights::{APPROVE, DATA, DIGEST, ENTER, PEOPLE, Right, SEE_SCHEDULES, WRITE, has};
use crate::domain::text::fold;
use crate::domain::{Rich, Role};

/// Who may use a command. What it then does for whom is decided by the command.
#[derive(Clone, Copy, Debug)]
enum Who {
    Anybody,
    Enrolled,
    May(Right),
}

/// A command of whatever part.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Without `/`.
    pub name: &'static str,
    who: Who,
}

/// All commands, in the order that help shows them. The text of each is `cmd-<name>`.
pub const COMMANDS: &[Command] = &[
    Command { name: "baonhanh", who: Who::Enrolled },
    Command { name: "vuviec", who: Who::Enrolled },
    Command { name: "thongbao", who: Who::May(WRITE) },
    Command { name: "hop", who: Who::May(WRITE) },
    Command { name: "thuthap", who: Who::May(WRITE) },
    Command { name: "nhap", who: Who::May(WRITE) },
    Command { name: "duyet", who: Who::May(APPROVE) },
    Command { name: "lich", who: Who::May(SEE_SCHEDULES) },
    Command { name: "tonghop", who: Who::May(DIGEST) },
    Command { name: "solieu", who: Who::May(ENTER) },
    Command { name: "yeucau", who: Who::May(DATA) },
    Command { name: "moi", who: Who::May(PEOPLE) },
    Command { name: "gannhom", who: Who::May(PEOPLE) },
    Command { name: "nhomtruc", who: Who::May(PEOPLE) },
    Command { name: "gonhom", who: Who::May(PEOPLE) },
    Command { name: "toi", who: Who::Enrolled },
    Command { name: "nghi", who: Who::Enrolled },
    Command { name: "kenh", who: Who::Enrolled },
    Command { name: "ngonngu", who: Who::Anybody },
    Command { name: "huy", who: Who::Enrolled },
    Command { name: "trogiup", who: Who::Anybody },
    Command { name: "roi", who: Who::Enrolled },
    Command { name: "xoa", who: Who::Enrolled },
];

impl Command {
    /// What it does, in one line.
    pub fn text(&self, lang: Lang) -> String {
        lang.say(&format!("cmd-{}", self.name), &[])
    }

    fn open_to(&self, roles: Option<&[Role]>) -> bool {
        match (self.who, roles) {
            (Who::Anybody, _) | (Who::Enrolled, Some(_)) => true,
            (Who::May(right), Some(roles)) => roles.iter().any(|role| has(*role, right)),
            (_, None) => false,
        }
    }
}

/// The platform's command menu: name without `/`, and what it does.
pub fn menu(lang: Lang) -> Vec<(&'static str, String)> {
    COMMANDS.iter().map(|command| (command.name, command.text(lang))).collect()
}

/// What somebody with these roles can do now, one line each.
pub(super) fn lines(lang: Lang, roles: &[Role]) -> String {
    let open = COMMANDS.iter().filter(|command| command.open_to(Some(roles)));
    let lines: Vec<String> =
        open.map(|command| format!("/{} – {}", command.name, command.text(lang))).collect();
    lines.join("\n")
}

/// `/trogiup`: what this person can do now.
pub(super) fn help(ctx: &Context<'_>) -> Turn {
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return stranger(ctx) };
    let text = Rich::new()
        .push(lang.say("people-help", &[("name", &me.name)]))
        .line()
        .push(lines(lang, &roles(ctx).unwrap_or_default()))
        .push("\n\n")
        .push(lang.say("people-just-write", &[]));
    Turn::say(text)
}

fn roles(ctx: &Context<'_>) -> Option<Vec<Role>> {
    ctx.me.map(|me| me.roles.iter().map(|post| post.role).collect())
}

/// What somebody hears who is not enrolled. In a group, where others listen, only one line.
pub(super) fn stranger(ctx: &Context<'_>) -> Turn {
    let key = if ctx.chat.kind == ChatKind::Group { "people-stranger-group" } else { "people-stranger" };
    Turn::say(ctx.lang().say(key, &[]))
}

/// A slip of the hand: the nearest command. In a group it may be meant for another bot, so that only a
/// near miss is answered.
pub(super) fn unknown_command(ctx: &Context<'_>, name: &str) -> Turn {
    let lang = ctx.lang();
    let roles = roles(ctx);
    match nearest(name, roles.as_deref()) {
        Some(command) => {
            let vars = [("command", command.name), ("does", &command.text(lang))];
            Turn::say(lang.say("people-did-you-mean", &vars))
        }
        None if ctx.chat.kind == ChatKind::Group => Turn::nothing(),
        None if roles.is_none() => stranger(ctx),
        None => Turn::say(lang.say("people-unknown-command", &[])),
    }
}

/// A command was corrected after it was sent: it is not run a second time, and in private that is said.
pub(super) fn corrected_command(ctx: &Context<'_>) -> Turn {
    match ctx.chat.kind {
        ChatKind::Group => Turn::nothing(),
        ChatKind::Private => Turn::say(ctx.lang().say("people-command-corrected", &[])),
    }
}

/// The command that the name comes nearest to, among those open to these roles.
fn nearest(name: &str, roles: Option<&[Role]>) -> Option<&'static Command> {
    let name: String = fold(name).chars().filter(|c| c.is_alphanumeric()).take(32).collect();
    COMMANDS
        .iter()
        .filter(|command| command.open_to(roles))
        .map(|command| (distance(&name, command.name), command))
        .filter(|(far, command)| *far <= 1 + command.name.len() / 4)
        .min_by_key(|(far, _)| *far)
        .map(|(_, command)| command)
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_the_nearest_command() {
        let staff = Some(&[Role::Staff][..]);
        let found = |name: &str| nearest(name, staff).map(|command| command.name);
        assert_eq!(found("vuviecc"), Some("vuviec"));
        assert_eq!(found("vụviệc"), Some("vuviec"));
        assert_eq!(found("bao_nhanh"), Some("baonhanh"));
        assert_eq!(found("trogip"), Some("trogiup"));
        assert_eq!(found("xinchaocacban"), None);
        assert_eq!(found("duyet"), None, "not open to staff");
    }

    #[test]
    fn every_command_says_what_it_does_and_fits_the_platforms_menu() {
        for lang in [Lang::Vi, Lang::En] {
            for (name, text) in menu(lang) {
                assert!(!text.starts_with("cmd-"), "{name} has no text");
                // https://core.telegram.org/bots/api#botcommand
                assert!((1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase()));
                assert!((1..=256).contains(&text.chars().count()));
            }
        }
    }
}
