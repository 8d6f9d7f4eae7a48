//! Whether a mail comes from whom it says: the receiving server looked, and wrote down what it saw (RFC 8601).

use mail_parser::Message;

/// Its header.
const RESULTS: &str = "Authentication-Results";
/// What every server on the way puts on top (RFC 5321, 4.4).
const RECEIVED: &str = "Received";

/// Whether the server `server` vouches for the address. Those notes count that stand above the line in which it says from
/// whom it received the mail, and else the topmost alone: what is below may have come with the mail, and so may all of it
/// where there is no such line.
pub(super) fn is_vouched_for(mail: &Message<'_>, server: &str, address: &str) -> bool {
    let heads: Vec<(&str, &str)> = mail.headers_raw().collect();
    let is_note = |head: &&(&str, &str)| head.0.eq_ignore_ascii_case(RESULTS);
    let received = heads.iter().position(|(name, _)| name.eq_ignore_ascii_case(RECEIVED)).unwrap_or(0);
    let (above, _) = heads.split_at(received);
    let notes: Vec<_> = if above.iter().any(|head| is_note(&head)) {
        above.iter().filter(is_note).collect()
    } else {
        heads.iter().find(is_note).into_iter().collect()
    };
    notes.into_iter().any(|(_, note)| vouches(note, server, address))
}

fn vouches(note: &str, server: &str, address: &str) -> bool {
    let note = without_comments(note).to_lowercase();
    let mut parts = note.split(';');
    let by = parts.next().unwrap_or_default().split_whitespace().next().unwrap_or_default();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    if server.is_empty() || by != server.to_lowercase() || domain.is_empty() {
        return false;
    }
    parts.any(|part| passes(part, domain))
}

/// Whether one finding says that the mail comes from this domain.
fn passes(finding: &str, domain: &str) -> bool {
    let mut words = finding.split_whitespace();
    let aligned = |key: &str| {
        let found = finding.split_whitespace().find_map(|word| word.strip_prefix(key));
        found.is_some_and(|found| covers(found.rsplit('@').next().unwrap_or(found), domain))
    };
    match words.next() {
        Some("dmarc=pass") => !finding.contains("header.from=") || aligned("header.from="),
        Some("dkim=pass") => aligned("header.d=") || aligned("header.i="),
        Some("spf=pass") => aligned("smtp.mailfrom=") || aligned("smtp.mail="),
        _ => false,
    }
}

/// Whether who speaks for one domain speaks for the other: it is the same, or lies above it, and is nobody's top level.
fn covers(speaker: &str, domain: &str) -> bool {
    let speaker = speaker.trim_matches(['"', '.']);
    let above = domain.strip_suffix(speaker).is_some_and(|rest| rest.ends_with('.'));
    speaker == domain || (above && speaker.split('.').count() >= 3)
}

/// Comments stand in parentheses, also within each other.
fn without_comments(note: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(note.len());
    for c in note.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_server_speaks_and_only_for_the_domain_it_looked_at() {
        let lan = "lan@muonglam.gov.vn";
        let table = [
            ("mx.vi-du.vn; dmarc=pass (p=NONE) header.from=muonglam.gov.vn", true),
            ("mx.vi-du.vn;\r\n\tdkim=pass header.i=@muonglam.gov.vn header.s=s1;\r\n\tspf=fail", true),
            ("mx.vi-du.vn; dkim=pass header.d=muonglam.gov.vn", true),
            ("MX.vi-du.vn 1; spf=pass (ip is allowed) smtp.mailfrom=lan@muonglam.gov.vn", true),
            ("mx.vi-du.vn; spf=pass smtp.mailfrom=evil.example", false),
            ("mx.vi-du.vn; dkim=pass header.d=evil.example", false),
            ("mx.vi-du.vn; dkim=pass header.d=gov.vn", false),
            ("mx.vi-du.vn; dkim=pass header.d=lam.gov.vn", false),
            ("mx.vi-du.vn; dmarc=fail header.from=muonglam.gov.vn", false),
            ("mx.vi-du.vn; dmarc=pass header.from=evil.example", false),
            ("mx.vi-du.vn; none (dmarc=pass)", false),
            ("evil.example; dmarc=pass header.from=muonglam.gov.vn", false),
            ("", false),
        ];
        for (note, vouched) in table {
            assert_eq!(vouches(note, "mx.vi-du.vn", lan), vouched, "{note}");
        }
        assert!(!vouches("; dmarc=pass", "", lan));
        assert!(vouches("m; dkim=pass header.d=muonglam.gov.vn", "m", "a@xa.muonglam.gov.vn"));
    }

    #[test]
    fn a_note_that_came_with_the_mail_is_not_believed() {
        let none = "Authentication-Results: mx.vi-du.vn; spf=none";
        let pass = "Authentication-Results: mx.vi-du.vn; dmarc=pass header.from=vi-du.vn";
        let ours = "Received: from evil.example by mx.vi-du.vn";
        for (heads, vouched) in [
            ([ours, none, pass], false),
            ([none, ours, pass], false),
            ([ours, pass, none], true),
            // Several programs of one server write a note each.
            ([none, pass, ours], true),
            ([pass, none, ours], true),
            // Without the server's line nobody knows where its notes end.
            ([none, pass, "X: y"], false),
            ([pass, none, "X: y"], true),
        ] {
            let raw = format!("{}\r\nFrom: a@vi-du.vn\r\n\r\nx", heads.join("\r\n"));
            let mail = mail_parser::MessageParser::default().parse(&raw).expect("a mail");
            assert_eq!(is_vouched_for(&mail, "mx.vi-du.vn", "a@vi-du.vn"), vouched, "{heads:?}");
        }
    }
}
