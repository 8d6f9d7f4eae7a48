//! A text with emphasis as HTML: nothing that people wrote is taken for markup.

use std::fmt::Write;

use crate::domain::rich::{Rich, Span, Style};

/// With a line at its side, as mail programs show quotes.
const QUOTE: &str =
    "<blockquote style=\"margin: 0.5em 0; padding-left: 0.8em; border-left: 3px solid #ccc\">";

/// The text with `&`, `<`, `>` and `"` escaped: for the content of an element, or of an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The lines of a text, with its emphasis. A quote is a block, which needs no line breaks around it.
pub(super) fn rendered(rich: &Rich) -> String {
    let mut out = String::with_capacity(rich.text.len() * 2);
    let mut changes: Vec<usize> = rich.spans.iter().flat_map(|span| [span.start, span.end()]).collect();
    changes.sort_unstable();
    let mut changes = changes.into_iter().peekable();
    let (mut open, mut at, mut after_quote): (Vec<&Style>, usize, bool) = (Vec::new(), 0, false);
    for c in rich.text.chars() {
        let mut changed = false;
        while changes.next_if(|change| *change <= at).is_some() {
            changed = true;
        }
        if changed {
            let styles = styles_at(&rich.spans, at);
            let same = open.iter().zip(&styles).take_while(|(a, b)| a == b).count();
            after_quote = open[same..].contains(&&Style::Quote);
            close(&mut out, &open[same..]);
            for style in &styles[same..] {
                begin(&mut out, style);
            }
            open = styles;
        }
        match c {
            '\n' if after_quote => {}
            '\n' => out.push_str("<br>\n"),
            c => out.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
        }
        after_quote = false;
        at += c.len_utf16();
    }
    close(&mut out, &open);
    out
}

/// How a place is set, from the outside to the inside.
fn styles_at(spans: &[Span], at: usize) -> Vec<&Style> {
    let here = spans.iter().filter(|span| (span.start..span.end()).contains(&at));
    let mut styles: Vec<&Style> = here.map(|span| &span.style).collect();
    styles.sort();
    styles.dedup();
    styles
}

fn begin(out: &mut String, style: &Style) {
    match style {
        Style::Link(to) => {
            let _ = write!(out, "<a href=\"{}\">", escaped(to.as_str()));
        }
        Style::Quote => {
            if let Some(before) = out.strip_suffix("<br>\n").map(str::len) {
                out.truncate(before);
            }
            out.push_str(QUOTE);
        }
        style => {
            let _ = write!(out, "<{}>", tag(style));
        }
    }
}

fn close(out: &mut String, open: &[&Style]) {
    for style in open.iter().rev() {
        let _ = write!(out, "</{}>", tag(style));
    }
}

fn tag(style: &Style) -> &'static str {
    match style {
        Style::Bold => "b",
        Style::Italic => "i",
        Style::Underline => "u",
        Style::Strike => "s",
        Style::Code => "code",
        Style::Quote => "blockquote",
        Style::Link(_) => "a",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::rich::Link;

    #[test]
    fn emphasis_is_kept_and_markup_of_people_is_not() {
        let text = Rich::new().bold("Họp <khẩn>").line().push("mã 😀 ").code("ML-2026-0042").push(" & hết");
        let html = "<b>Họp &lt;khẩn&gt;</b><br>\nmã 😀 <code>ML-2026-0042</code> &amp; hết";
        assert_eq!(rendered(&text), html);
    }

    #[test]
    fn spans_that_cross_or_reach_too_far_are_still_well_formed() {
        let span = |start, len, style| Span { start, len, style };
        let spans =
            vec![span(0, 2, Style::Bold), span(1, 2, Style::Italic), span(9, usize::MAX, Style::Code)];
        let html = rendered(&Rich { text: "abc".into(), spans });
        assert_eq!(html, "<b>a<i>b</i></b><i>c</i>");
    }

    #[test]
    fn links_lead_where_they_say_and_quotes_are_blocks() {
        let to = Link::read("https://xa.gov.vn/?a=1&b='2'").expect("an address");
        let text =
            Rich::new().push("Theo:\n").styled("một\nhai", Style::Quote).push("\nXem ").link("<đây>", to);
        let html = format!(
            "Theo:{QUOTE}một<br>\nhai</blockquote>Xem <a href=\"https://xa.gov.vn/?a=1&amp;b='2'\">&lt;đây&gt;</a>"
        );
        assert_eq!(rendered(&text), html);
    }

    proptest! {
        #[test]
        fn every_word_is_drawn_and_every_tag_closed(
            text in "[a-c<>&\"\n😀 ]{0,40}",
            spans in prop::collection::vec((0..45_usize, 0..45_usize, 0..7_usize), 0..8),
        ) {
            let to = Link::read("https://xa.vn/?a=1&b=2").expect("an address");
            let styles = [Style::Bold, Style::Italic, Style::Underline, Style::Strike, Style::Code, Style::Quote, Style::Link(to)];
            let spans = spans.into_iter().map(|(start, len, style)| Span { start, len, style: styles[style].clone() });
            let rich = Rich { text, spans: spans.collect() }.normal();
            let (mut words, mut open, html) = (String::new(), Vec::new(), rendered(&rich));
            let mut rest = html.as_str();
            while let Some((before, after)) = rest.split_once('<') {
                words.push_str(before);
                let (tag, behind) = after.split_once('>').expect("an end");
                rest = behind;
                match tag.strip_prefix('/') {
                    Some(name) => prop_assert_eq!(open.pop(), Some(name.to_owned()), "{}", html),
                    None if tag == "br" => {}
                    None => open.push(tag.split(' ').next().unwrap_or_default().to_owned()),
                }
            }
            words.push_str(rest);
            prop_assert!(open.is_empty(), "{html}");
            let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            // Lines around a quote need no break of their own.
            prop_assert_eq!(words.replace('\n', ""), rich.text.replace('\n', ""));
        }
    }
}
