//! Holds that every sentence of this part has words in every language.

use std::collections::BTreeSet;

fn keys(ftl: &'static str) -> BTreeSet<&'static str> {
    ftl.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    let vi = keys(include_str!("../../../locales/vi/people.ftl"));
    let en = keys(include_str!("../../../locales/en/people.ftl"));
    assert_eq!(vi, en);
    let sources = [
        include_str!("mod.rs"),
        include_str!("enrol.rs"),
        include_str!("group.rs"),
        include_str!("help.rs"),
        include_str!("invite.rs"),
        include_str!("me.rs"),
        include_str!("own_data.rs"),
        include_str!("request.rs"),
        include_str!("../../app/data.rs"),
        include_str!("../../app/import.rs"),
        include_str!("../../app/people.rs"),
    ];
    for piece in sources.iter().flat_map(|source| source.split('"')) {
        let ours = piece.starts_with("people-") || piece.starts_with("data-cli-");
        let whole = !piece.contains(char::is_whitespace) && !piece.contains('{') && piece.len() > 7;
        if ours && whole {
            assert!(vi.contains(piece), "{piece} is said, and has no words");
        }
    }
}
