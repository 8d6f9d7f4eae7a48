//! The server to which the service hands its mails over (RFC 5321), as much of it as a program needs that sends one
//! mail after the other.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::lines::Lines;
use super::log::MailAccepted;
use super::server::Shared;
use super::view::MailSeen;
use super::world::World;

/// The longest command, in bytes without its end (RFC 5321, 4.5.3.1.4, with room for what is encoded).
const LONGEST_COMMAND: usize = 2048;
/// The longest line of a mail (4.5.3.1.6).
const LONGEST_LINE: usize = 998;

/// How far a conversation has come.
#[derive(Default)]
struct State {
    greeted: bool,
    let_in: bool,
    from: bool,
    to: Option<String>,
}

/// What is answered, and what follows.
enum Next {
    Say(String),
    /// The content of a mail is let in.
    Content(String),
    End,
}

/// Speaks with one client until either ends.
pub(super) async fn converse(shared: &Arc<Shared>, lines: &mut Lines) -> io::Result<()> {
    let host = shared.look(|world| world.options.host.clone());
    lines.write(format!("220 {host} ESMTP\r\n")).await?;
    let mut state = State::default();
    while let Some(line) = lines.next(LONGEST_COMMAND).await? {
        let line = String::from_utf8_lossy(&line).into_owned();
        match shared.act(|world| command(world, &mut state, &line)) {
            Next::Say(words) => lines.write(format!("{words}\r\n")).await?,
            Next::End => return lines.write(format!("221 2.0.0 {host} says goodbye\r\n")).await,
            Next::Content(to) => {
                lines.write("354 go on\r\n").await?;
                let most = shared.look(|world| world.options.largest);
                let mail = content(lines, most).await?;
                let answer = shared.act(|world| take(world, &to, mail));
                lines.write(format!("{answer}\r\n")).await?;
            }
        }
    }
    Ok(())
}

fn command(world: &mut World, state: &mut State, line: &str) -> Next {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let verb = verb.to_ascii_uppercase();
    match (verb.as_str(), rest) {
        ("EHLO", name) if !name.trim().is_empty() => {
            *state = State { greeted: true, let_in: state.let_in, ..State::default() };
            let (host, most) = (&world.options.host, world.options.largest);
            Next::Say(format!(
                "250-{host}\r\n250-SIZE {most}\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES"
            ))
        }
        ("NOOP", _) => Next::Say("250 2.0.0 here".into()),
        ("QUIT", "") => Next::End,
        ("RSET", "") => {
            (state.from, state.to) = (false, None);
            Next::Say("250 2.0.0 forgotten".into())
        }
        ("AUTH", rest) if state.greeted && !state.let_in => log_in(world, state, rest),
        ("MAIL" | "RCPT" | "DATA", _) if !state.let_in => wrong(world, "530 5.7.0 log in first"),
        ("MAIL", rest) if !state.from => match path(rest, "FROM:") {
            Some(from) if from == world.options.address => {
                state.from = true;
                Next::Say("250 2.1.0 ok".into())
            }
            Some(_) => wrong(world, "550 5.7.1 this is not your address"),
            None => wrong(world, "501 5.5.4 no sender"),
        },
        ("RCPT", rest) if state.from && state.to.is_none() => match path(rest, "TO:") {
            Some(to) if world.people.contains_key(&to) => {
                state.to = Some(to);
                Next::Say("250 2.1.5 ok".into())
            }
            Some(_) => Next::Say("550 5.1.1 no such mailbox".into()),
            None => wrong(world, "501 5.5.4 no recipient"),
        },
        ("DATA", "") => match state.to.take() {
            Some(to) => {
                state.from = false;
                Next::Content(to)
            }
            None => wrong(world, "503 5.5.1 whose mail?"),
        },
        ("EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA", _) => wrong(world, "503 5.5.1 not now"),
        _ => wrong(world, "500 5.5.1 not known here"),
    }
}

fn wrong(world: &mut World, answer: &str) -> Next {
    world.violate("smtp", answer);
    Next::Say(answer.to_owned())
}

/// `PLAIN` with what it needs in one line (RFC 4616).
fn log_in(world: &mut World, state: &mut State, rest: &str) -> Next {
    let given = rest.strip_prefix("PLAIN ").and_then(|given| STANDARD.decode(given).ok());
    let good = format!("\0{}\0{}", world.options.address, world.options.password);
    match given {
        Some(given) if given == good.as_bytes() => {
            state.let_in = true;
            Next::Say("235 2.7.0 welcome".into())
        }
        // A password may be wrong: that is for a person to put right.
        Some(_) => Next::Say("535 5.7.8 wrong user or password".into()),
        None => wrong(world, "504 5.5.4 only PLAIN, in one line"),
    }
}

/// The address in `FROM:<a@b.vn> SIZE=5`. What stands behind it changes nothing.
fn path(rest: &str, before: &str) -> Option<String> {
    let begins = rest.get(..before.len())?.eq_ignore_ascii_case(before);
    let inside = rest.get(before.len()..)?.strip_prefix('<')?.split_once('>')?.0;
    (begins && inside.contains('@')).then(|| inside.to_lowercase())
}

/// The mail up to the line that is a full stop; `None` if it is too heavy.
async fn content(lines: &mut Lines, most: usize) -> io::Result<Option<Bytes>> {
    let mut mail = Vec::new();
    loop {
        let Some(line) = lines.next(LONGEST_LINE).await? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if line == b"." {
            return Ok((mail.len() <= most).then(|| mail.into()));
        }
        // What is too heavy is heard to its end, and not kept.
        if mail.len() <= most {
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            mail.extend_from_slice(b"\r\n");
        }
    }
}

fn take(world: &mut World, to: &str, mail: Option<Bytes>) -> String {
    world.log.attempts += 1;
    let read = mail.ok_or("552 5.3.4 too heavy".to_owned());
    let read = read.and_then(|mail| MailSeen::read(&mail).map_err(|why| format!("554 5.6.0 {why}")));
    let read = read.and_then(|seen| {
        let ours = seen.from == world.options.address;
        if ours { Ok(seen) } else { Err("550 5.7.1 From is not your address".to_owned()) }
    });
    match read {
        Ok(mut seen) => {
            seen.date = world.now;
            let (name, text) = (seen.id.clone(), seen.text.clone());
            world.log.accepted.push(MailAccepted { at: world.now, to: to.into(), name, text });
            world.post(to, seen);
            "250 2.0.0 taken".to_owned()
        }
        Err(why) => {
            world.violate("smtp", &why);
            why
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_address_in_angle_brackets() {
        assert_eq!(path("FROM:<Lan@xa.vn> SIZE=3", "FROM:").as_deref(), Some("lan@xa.vn"));
        assert_eq!(path("to:<a@b>", "TO:").as_deref(), Some("a@b"));
        for broken in ["", "FROM:lan@xa.vn", "FROM:<>", "TO:<a@b>", "FROM:<a@b", "FRÔM:<a@b>"] {
            assert_eq!(path(broken, "FROM:"), None, "{broken}");
        }
    }
}
