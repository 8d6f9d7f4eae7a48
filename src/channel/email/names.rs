//! What our mails are called: a name that only we can make, so that an answer or a bounce that holds it is about one of
//! our messages, and the same whenever the message is sent again, so that mail programs show it once.

use crate::domain::ids::MessageId;
use crate::domain::seal::Seal;

const MESSAGE: &str = "mail";
const THREAD: &str = "mail thread";
/// How every name begins.
const BEGINNING: &str = "loa.";

/// Makes names, and knows its own.
#[derive(Clone, Debug)]
pub(super) struct Names {
    seal: Seal,
    /// What stands behind the `@`.
    domain: String,
}

impl Names {
    /// `address` is ours: its domain is that of the names.
    pub(super) fn new(seal: Seal, address: &str) -> Self {
        let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_owned();
        Self { seal, domain }
    }

    /// The name of a message, without the angle brackets.
    pub(super) fn message(&self, id: MessageId) -> String {
        let id = id.to_string();
        format!("{BEGINNING}{id}.{}@{}", self.seal.sign(MESSAGE, &[&id]), self.domain)
    }

    /// The name under which everything that is said to an address hangs together. No mail has it.
    pub(super) fn thread(&self, address: &str) -> String {
        format!("{BEGINNING}{}@{}", self.seal.sign(THREAD, &[address]), self.domain)
    }

    /// The message that has this name; `None` if it is none of ours.
    pub(super) fn read(&self, name: &str) -> Option<MessageId> {
        let (local, domain) = name.trim().trim_matches(['<', '>']).split_once('@')?;
        let (id, signature) = local.strip_prefix(BEGINNING)?.split_once('.')?;
        let ours = domain.eq_ignore_ascii_case(&self.domain) && self.seal.holds(MESSAGE, &[id], signature);
        id.parse().ok().filter(|_| ours).map(MessageId)
    }

    /// The first of our messages that a text names.
    pub(super) fn find(&self, text: &str) -> Option<MessageId> {
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"');
        text.split(ends).find_map(|word| self.read(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &str) -> Names {
        Names::new(Seal::new(key.to_owned().into()), "bao@vi-du.vn")
    }

    #[test]
    fn a_name_is_known_again_and_cannot_be_made_up() {
        let name = names("a").message(MessageId(42));
        assert!(name.starts_with("loa.42.") && name.ends_with("@vi-du.vn"), "{name}");
        assert_eq!(name, names("a").message(MessageId(42)));
        assert_eq!(names("a").read(&format!(" <{name}> ")), Some(MessageId(42)));
        assert_eq!(names("b").read(&name), None);
        assert_eq!(names("a").read(&name.replacen("42", "43", 1)), None);
        assert_eq!(names("a").read(&names("a").thread("lan@vi-du.vn")), None);
        let text = format!("Reporting-MTA: dns; x\nMessage-ID: <{name}>\r\nloa.1.2@vi-du.vn");
        assert_eq!(names("a").find(&text), Some(MessageId(42)));
    }
}
