//! A text with emphasis as HTML: nothing that people wrote is taken for markup.

use std::fmt::Write;

use crate::domain::rich::{Rich, Span, Style};

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

/// The lines of a text, with its emphasis.
pub(super) fn rendered(rich: &Rich) -> String {
    let mut out = String::with_capacity(rich.text.len() * 2);
    let (mut open, mut at) = (Vec::new(), 0);
    for c in rich.text.chars() {
        let styles = styles_at(&rich.spans, at);
        if styles != open {
            close(&mut out, &open);
            for style in &styles {
                let _ = write!(out, "<{}>", tag(*style));
            }
            open = styles;
        }
        match c {
            '\n' => out.push_str("<br>\n"),
            c => out.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
        }
        at += c.len_utf16();
    }
    close(&mut out, &open);
    out
}

fn styles_at(spans: &[Span], at: usize) -> Vec<Style> {
    let here = |span: &&Span| (span.start..span.start.saturating_add(span.len)).contains(&at);
    spans.iter().filter(here).map(|span| span.style).collect()
}

fn close(out: &mut String, open: &[Style]) {
    for style in open.iter().rev() {
        let _ = write!(out, "</{}>", tag(*style));
    }
}

fn tag(style: Style) -> &'static str {
    match style {
        Style::Bold => "b",
        Style::Italic => "i",
        Style::Code => "code",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(html, "<b>a</b><b><i>b</i></b><i>c</i>");
    }
}
