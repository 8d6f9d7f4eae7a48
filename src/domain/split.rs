//! Cutting long text into messages.

use unicode_segmentation::UnicodeSegmentation;

use super::Rich;
use super::rich::{Span, utf16_len};

/// Cuts a text into pieces of at most `max` UTF-16 units, at the best border that fits: a paragraph, a line,
/// a sentence, a word, at last a grapheme. Only blanks at the cuts are left out; emphasis is cut along. No
/// piece is blank, which no platform would take, unless the whole text is.
pub fn split(text: &Rich, max: usize) -> Vec<Rich> {
    let max = max.max(2);
    let mut pieces = Vec::new();
    let mut rest = text.text.as_str();
    let mut start = 0;
    loop {
        let blank = rest.len() - rest.trim_start().len();
        // Blanks at the beginning of the whole text belong to it, unless they fill a piece; at a cut they do not.
        let fills = blank < rest.len() && blank > 0 && prefix_that_fits(rest, max) <= blank;
        if (!pieces.is_empty() && blank > 0) || fills {
            start += utf16_len(&rest[..blank]);
            rest = &rest[blank..];
        }
        if rest.is_empty() {
            break;
        }
        let end = cut(rest, max);
        let piece = rest[..end].trim_end();
        let piece = if piece.is_empty() { &rest[..end] } else { piece };
        pieces
            .push(Rich { text: piece.to_owned(), spans: spans_within(&text.spans, start, utf16_len(piece)) });
        start += utf16_len(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

/// Where to cut: the number of bytes of the first piece.
fn cut(text: &str, max: usize) -> usize {
    let fits = prefix_that_fits(text, max);
    if fits == text.len() {
        return fits;
    }
    let head = &text[..fits];
    // A border near the beginning would make many tiny pieces; a lesser one further on is better.
    let least = fits / 3;
    let best = ["\n\n", "\n"]
        .iter()
        .find_map(|border| head.rfind(border).filter(|at| *at > least))
        .or_else(|| last_sentence(head).filter(|at| *at > least))
        .or_else(|| head.rfind(char::is_whitespace))
        // Not where there is nothing but blanks before it.
        .filter(|at| !head[..*at].trim().is_empty());
    best.unwrap_or(fits)
}

/// The end of the last whole sentence.
fn last_sentence(head: &str) -> Option<usize> {
    head.char_indices()
        .rev()
        .find(|(at, c)| {
            matches!(c, '.' | '!' | '?' | '…' | ';')
                && head[at + c.len_utf8()..].starts_with(char::is_whitespace)
        })
        .map(|(at, c)| at + c.len_utf8())
}

/// The longest beginning of at most `max` UTF-16 units that ends on a grapheme border; a grapheme that is
/// longer than that is cut between characters.
fn prefix_that_fits(text: &str, max: usize) -> usize {
    let mut units = 0;
    let mut end = 0;
    for grapheme in text.graphemes(true) {
        let size = utf16_len(grapheme);
        if units + size > max {
            break;
        }
        units += size;
        end += grapheme.len();
    }
    if end > 0 || text.is_empty() {
        return end;
    }
    for c in text.chars() {
        units += c.len_utf16();
        if units > max {
            break;
        }
        end += c.len_utf8();
    }
    end
}

/// The parts of spans that lie in `len` units from `start`, counted from there.
fn spans_within(spans: &[Span], start: usize, len: usize) -> Vec<Span> {
    let end = start + len;
    spans
        .iter()
        .filter_map(|span| {
            let from = span.start.max(start);
            let to = (span.start + span.len).min(end);
            (from < to).then(|| Span { start: from - start, len: to - from, style: span.style })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_fits_stays_whole() {
        let text = Rich::new().bold("Thông báo").line().push("Họp lúc 8 giờ.");
        assert_eq!(split(&text, 100), [text]);
    }

    #[test]
    fn a_long_text_is_cut_after_a_sentence() {
        let text = Rich::from("Câu thứ nhất dài. Câu thứ hai cũng dài.");
        let pieces = split(&text, 25);
        assert_eq!(pieces[0].text, "Câu thứ nhất dài.");
        assert_eq!(pieces[1].text, "Câu thứ hai cũng dài.");
    }

    #[test]
    fn emphasis_goes_along_with_its_words() {
        let text = Rich::new().push("một hai ").bold("ba bốn");
        let pieces = split(&text, 11);
        assert_eq!(pieces[0].text, "một hai ba");
        assert_eq!(pieces[0].spans[0].len, 2);
        assert_eq!(pieces[1].spans[0], Span { start: 0, len: 3, style: super::super::rich::Style::Bold });
    }

    proptest! {
        #[test]
        fn pieces_fit_and_nothing_but_blanks_is_lost(text in "(?s).{0,300}", max in 2_usize..60) {
            let pieces = split(&Rich::from(text.clone()), max);
            for piece in &pieces {
                prop_assert!(piece.utf16_len() <= max);
            }
            let all: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&all), bare(&text));
        }

        #[test]
        fn spans_stay_inside_their_piece(words in prop::collection::vec("[a-zđ😀]{1,12}", 1..40), max in 2_usize..30) {
            let mut text = Rich::new();
            for (number, word) in words.iter().enumerate() {
                text = if number % 2 == 0 { text.bold(word) } else { text.push(word) }.push(" ");
            }
            for piece in split(&text, max) {
                for span in &piece.spans {
                    prop_assert!(span.start + span.len <= piece.utf16_len());
                }
            }
        }
    }
}
