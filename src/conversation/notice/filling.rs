//! What a notice with variables is filled in with, and what stands in the way.

use serde::Serialize;

use super::super::{Choice, Context, Lang, Reply, Turn};
use super::{Act, Action, NoticeFacts, running};
use crate::domain::template::{TemplateError, Variable};
use crate::domain::text::shorten;

/// What is known of a notice's variables. Of one without any there is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filling {
    /// Why it cannot be filled in for anybody.
    pub fault: Option<TemplateError>,
    /// What is missing, of whom.
    pub blanks: Vec<Blank>,
    /// Whom the preview is filled in for.
    pub example: Option<String>,
}

/// Recipients of whom something is not known that the notice says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blank {
    pub variable: Variable,
    pub count: i64,
    /// Some of their names.
    pub names: Vec<String>,
}

impl Blank {
    /// The same in words.
    pub fn says(&self, lang: Lang) -> String {
        let more = if usize::try_from(self.count).is_ok_and(|count| count > self.names.len()) {
            ", …"
        } else {
            ""
        };
        let names = format!("{}{more}", shorten(&self.names.join(", "), 200));
        let key = match self.variable {
            Variable::Unit => "notice-blank-unit",
            Variable::Role => "notice-blank-role",
            _ => "notice-blank-name",
        };
        lang.say(key, &[("count", &running::group(self.count)), ("names", &names)])
    }
}

impl Filling {
    /// Whether every recipient gets it without a hole.
    pub fn is_whole(&self) -> bool {
        self.fault.is_none() && self.blanks.is_empty()
    }

    /// Whether there is nothing to say of it.
    pub fn is_nothing(&self) -> bool {
        self.is_whole() && self.example.is_none()
    }

    /// What stands in the way, line by line.
    pub fn wrongs(&self, lang: Lang) -> Vec<String> {
        let all = Variable::all_words();
        let fault = self.fault.as_ref().map(|fault| match fault {
            TemplateError::Unknown(words) => {
                lang.say("notice-variable-unknown", &[("words", words), ("all", &all)])
            }
            TemplateError::Open(word) => lang.say("notice-variable-open", &[("word", word)]),
            TemplateError::TooMany => lang.say("notice-variables-too-many", &[]),
        });
        fault.into_iter().chain(self.blanks.iter().map(|blank| blank.says(lang))).collect()
    }

    /// All that there is to say of it, line by line.
    pub fn says(&self, lang: Lang) -> Vec<String> {
        let example = self.example.iter().map(|name| lang.say("notice-filled-for", &[("name", name)]));
        let mut lines: Vec<String> = example.chain(self.wrongs(lang)).collect();
        if !self.is_whole() {
            lines.push(lang.say("notice-variables-first", &[]));
        }
        lines
    }
}

/// What is said to somebody who would hand on a notice that cannot be filled in. Its author finds the way back.
pub(super) fn stopped(ctx: &Context<'_>, facts: &NoticeFacts, filling: &Filling) -> Turn {
    let lang = ctx.lang();
    let lines = filling.wrongs(lang).join("\n");
    let text = lang.say("notice-variables-stop", &[("title", &facts.notice.title), ("lines", &lines)]);
    let mut reply = Reply::here(text);
    if facts.stage.is_open() {
        let rework = Action::Notice { notice: facts.id, act: Act::Rework };
        reply = reply.row([Choice::always(lang.say("notice-rework", &[]), rework.into())]);
    }
    Turn::default().and(reply)
}
