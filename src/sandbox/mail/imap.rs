//! The server from which the service reads its mailbox (RFC 3501, with IDLE of RFC 2177): one folder, and no mail is
//! ever deleted.

use std::io;
use std::sync::Arc;

use chrono::DateTime;

use super::lines::Lines;
use super::server::Shared;
use super::sets::{names, words};
use super::world::{Stored, World};

/// The longest command, in bytes without its end.
const LONGEST_COMMAND: usize = 8192;
const ABLE_TO: &str = "IMAP4rev1 IDLE";

/// How far a session has come.
#[derive(Default)]
struct State {
    let_in: bool,
    selected: bool,
    /// So many mails the client has been told of.
    told: usize,
}

/// What follows a command.
enum Next {
    Say(Vec<u8>),
    /// The client waits for news, under this tag.
    Idle(String),
    End(Vec<u8>),
}

/// Why a command is not done.
enum Refused {
    /// It cannot be understood, or not now: a correct program never sends it.
    Bad(&'static str),
    No(&'static str),
}

/// Speaks with one client until either ends.
pub(super) async fn converse(shared: &Arc<Shared>, lines: &mut Lines) -> io::Result<()> {
    lines.write(format!("* OK [CAPABILITY {ABLE_TO}] ready\r\n")).await?;
    let mut state = State::default();
    while let Some(line) = lines.next(LONGEST_COMMAND).await? {
        let line = String::from_utf8_lossy(&line).into_owned();
        match shared.act(|world| command(world, &mut state, &line)) {
            Next::Say(words) => lines.write(words).await?,
            Next::End(words) => return lines.write(words).await,
            Next::Idle(tag) => {
                lines.write("+ idling\r\n").await?;
                if !idle(shared, lines, &mut state, &tag).await? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Tells of new mails until the client has heard enough; `false` where it is gone.
async fn idle(shared: &Arc<Shared>, lines: &mut Lines, state: &mut State, tag: &str) -> io::Result<bool> {
    let mut changed = shared.changed.subscribe();
    loop {
        changed.borrow_and_update();
        let news = shared.look(|world| news(world, state));
        lines.write(news).await?;
        tokio::select! {
            // The sender lives as long as `shared`.
            _ = changed.changed() => {}
            line = lines.next(LONGEST_COMMAND) => {
                let Some(line) = line? else { return Ok(false) };
                let done = line.eq_ignore_ascii_case(b"DONE");
                if !done {
                    shared.act(|world| world.violate("imap", "only DONE ends IDLE"));
                }
                let answer = if done { "OK heard" } else { "BAD only DONE ends IDLE" };
                lines.write(format!("{tag} {answer}\r\n")).await?;
                return Ok(true);
            }
        }
    }
}

/// How many mails there are, where the client does not know yet.
fn news(world: &World, state: &mut State) -> String {
    let there = world.mailbox.len();
    if !state.selected || state.told == there {
        return String::new();
    }
    state.told = there;
    format!("* {there} EXISTS\r\n")
}

fn command(world: &mut World, state: &mut State, line: &str) -> Next {
    let (tag, rest) = line.split_once(' ').unwrap_or((line, ""));
    let done = words(rest).ok_or(Refused::Bad("this is no command")).and_then(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        run(world, state, &words)
    });
    match done {
        Ok(Done::Idle) => Next::Idle(tag.to_owned()),
        Ok(Done::LogOut) => Next::End(format!("* BYE\r\n{tag} OK bye\r\n").into_bytes()),
        Ok(Done::Told(mut told)) => {
            told.extend(news(world, state).into_bytes());
            told.extend(format!("{tag} OK done\r\n").into_bytes());
            Next::Say(told)
        }
        Err(Refused::No(why)) => Next::Say(format!("{tag} NO {why}\r\n").into_bytes()),
        Err(Refused::Bad(why)) => {
            world.violate("imap", why);
            Next::Say(format!("{tag} BAD {why}\r\n").into_bytes())
        }
    }
}

/// What a command that was done leads to.
enum Done {
    Told(Vec<u8>),
    Idle,
    LogOut,
}

fn run(world: &mut World, state: &mut State, words: &[&str]) -> Result<Done, Refused> {
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    match (&upper[..], words) {
        (["CAPABILITY"], _) => Ok(told(format!("* CAPABILITY {ABLE_TO}\r\n"))),
        (["NOOP"], _) => Ok(told("")),
        (["LOGOUT"], _) => Ok(Done::LogOut),
        (["LOGIN", ..], [_, user, password]) if !state.let_in => {
            let options = &world.options;
            if *user != options.address || *password != options.password {
                return Err(Refused::No("[AUTHENTICATIONFAILED] wrong user or password"));
            }
            state.let_in = true;
            Ok(told(""))
        }
        (["SELECT", "INBOX"], _) if state.let_in => {
            (state.selected, state.told) = (true, world.mailbox.len());
            Ok(told(selected(world)))
        }
        (["SELECT", _], _) if state.let_in => Err(Refused::No("there is only INBOX")),
        (["IDLE"], _) if state.selected => Ok(Done::Idle),
        (["UID", "SEARCH", "UID", set], _) if state.selected => search(world, set),
        (["UID", "FETCH", set, items], _) if state.selected => fetch(world, set, items),
        (["UID", "STORE", set, "+FLAGS.SILENT", "\\SEEN"], _) if state.selected => mark(world, set),
        _ => Err(Refused::Bad("not known here, or not now")),
    }
}

fn told(words: impl Into<String>) -> Done {
    Done::Told(words.into().into_bytes())
}

fn selected(world: &World) -> String {
    let next = last(world) + 1;
    format!(
        "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {}] numbers\r\n* OK [UIDNEXT {next}] next\r\n",
        world.mailbox.len(),
        world.options.validity
    )
}

fn last(world: &World) -> u32 {
    world.mailbox.last().map_or(0, |mail| mail.uid)
}

/// The places of the mails that a set names.
fn named(world: &World, set: &str) -> Result<Vec<usize>, Refused> {
    let last = last(world);
    let mut places = Vec::new();
    for (place, mail) in world.mailbox.iter().enumerate() {
        if names(set, mail.uid, last).ok_or(Refused::Bad("this is no set of numbers"))? {
            places.push(place);
        }
    }
    Ok(places)
}

fn search(world: &World, set: &str) -> Result<Done, Refused> {
    let found = named(world, set)?.into_iter().map(|place| format!(" {}", world.mailbox[place].uid));
    Ok(told(format!("* SEARCH{}\r\n", found.collect::<String>())))
}

fn mark(world: &mut World, set: &str) -> Result<Done, Refused> {
    for place in named(world, set)? {
        world.mailbox[place].seen = true;
    }
    // Who waits until all is read has to look again.
    world.seq += 1;
    Ok(told(""))
}

fn fetch(world: &World, set: &str, items: &str) -> Result<Done, Refused> {
    let mut out = Vec::new();
    for place in named(world, set)? {
        let mail = &world.mailbox[place];
        out.extend(format!("* {} FETCH (", place + 1).into_bytes());
        for (at, item) in items.split(' ').enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            out.extend(shown(mail, item)?);
        }
        out.extend(b")\r\n");
    }
    Ok(Done::Told(out))
}

/// One thing about a mail. Looking at it marks nothing.
fn shown(mail: &Stored, item: &str) -> Result<Vec<u8>, Refused> {
    Ok(match item {
        "UID" => format!("UID {}", mail.uid).into_bytes(),
        "FLAGS" => format!("FLAGS ({})", if mail.seen { "\\Seen" } else { "" }).into_bytes(),
        "INTERNALDATE" => {
            let at = DateTime::from_timestamp_micros(mail.at).unwrap_or_default();
            format!("INTERNALDATE \"{}\"", at.format("%e-%b-%Y %H:%M:%S +0000")).into_bytes()
        }
        "RFC822.SIZE" => format!("RFC822.SIZE {}", mail.bytes.len()).into_bytes(),
        "BODY.PEEK[]" => literal("BODY[]", &mail.bytes),
        "BODY.PEEK[HEADER]" => {
            let end = mail.bytes.windows(4).position(|four| four == b"\r\n\r\n");
            literal("BODY[HEADER]", &mail.bytes[..end.map_or(mail.bytes.len(), |end| end + 4)])
        }
        _ => return Err(Refused::Bad("nothing is known by this name")),
    })
}

fn literal(name: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("{name} {{{}}}\r\n", bytes.len()).as_bytes(), bytes].concat()
}
