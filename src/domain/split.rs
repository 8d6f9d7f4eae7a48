//! Cutting long text into messages.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Rich;
use super::rich::{Span, span_key, utf16_len};

/// Cuts a text into pieces of at most `max` UTF-16 units, at the best border that fits: a paragraph, a line,
/// a sentence, a word, at last a grapheme. Only blanks at the cuts are left out; emphasis is cut along. Links and
/// addresses stay whole where they fit into one piece. No piece is blank, which no platform would take, unless the
/// whole text is.
pub fn split(text: &Rich, max: usize) -> Vec<Rich> {
    let max = max.max(2);
    let whole = stay_whole(text, max);
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
        let end = cut(rest, max, &Whole { ranges: &whole, from: text.text.len() - rest.len() });
        let piece = rest[..end].trim_end();
        let piece = if piece.is_empty() { &rest[..end] } else { piece };
        pieces
            .push(Rich { text: piece.to_owned(), spans: spans_within(&text.spans, start, utf16_len(piece)) });
        start += utf16_len(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

/// What is not cut, in bytes of the whole text, for a rest of it that begins at `from`.
struct Whole<'a> {
    ranges: &'a [Range<usize>],
    from: usize,
}

impl Whole<'_> {
    /// What would be cut at this place of the rest.
    fn around(&self, at: usize) -> Option<Range<usize>> {
        let at = self.from + at;
        let range = self.ranges.get(self.ranges.partition_point(|range| range.end <= at))?;
        let inside = range.start < at && range.start >= self.from;
        inside.then(|| range.start - self.from..range.end - self.from)
    }
}

/// Links, and addresses that stand in the text, if they fit into a piece: in bytes, in order and apart.
fn stay_whole(text: &Rich, max: usize) -> Vec<Range<usize>> {
    let bytes = text.bytes_of_units();
    let byte = |unit: usize| bytes.get(unit).copied().unwrap_or(text.text.len());
    let links = text.links().into_iter().map(|(range, _)| byte(range.start)..byte(range.end));
    let fits = |range: &Range<usize>| utf16_len(&text.text[range.clone()]) <= max;
    let ranges = links.chain(addresses(&text.text)).map(|range| {
        let words = &text.text[range.clone()];
        let start = range.start + (words.len() - words.trim_start().len());
        start..start.max(range.start + words.trim_end().len())
    });
    let mut ranges: Vec<Range<usize>> = ranges.filter(fits).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut whole: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match whole.last_mut() {
            Some(last) if range.start < last.end => {
                let both = last.start..last.end.max(range.end);
                if fits(&both) {
                    *last = both;
                }
            }
            _ => whole.push(range),
        }
    }
    whole
}

/// The words of a text that are addresses.
fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    let starts = starts.filter(|at| {
        let rest = text[*at + 4..].strip_prefix('s').unwrap_or(&text[*at + 4..]);
        rest.starts_with("://") && !text[..*at].ends_with(char::is_alphanumeric)
    });
    starts.map(|at| at..text[at..].find(char::is_whitespace).map_or(text.len(), |len| at + len))
}

/// Where to cut: the number of bytes of the first piece.
fn cut(text: &str, max: usize, whole: &Whole<'_>) -> usize {
    let fits = prefix_that_fits(text, max);
    if fits == text.len() {
        return fits;
    }
    let head = &text[..fits];
    // A border near the beginning would make many tiny pieces; a lesser one further on is better.
    let least = fits / 3;
    let free = |at: &usize| whole.around(*at).is_none();
    let best = ["\n\n", "\n"]
        .iter()
        .find_map(|border| head.rmatch_indices(border).map(|(at, _)| at).find(free).filter(|at| *at > least))
        .or_else(|| sentences(head).find(free).filter(|at| *at > least))
        .or_else(|| head.rmatch_indices(char::is_whitespace).map(|(at, _)| at).find(free))
        // Not where there is nothing but blanks before it.
        .filter(|at| !head[..*at].trim().is_empty());
    best.unwrap_or_else(|| match whole.around(fits) {
        Some(link) if link.start == 0 => link.end,
        Some(link) if !text[..link.start].trim().is_empty() => link.start,
        Some(_) | None => fits,
    })
}

/// The ends of whole sentences, the last one first.
fn sentences(head: &str) -> impl Iterator<Item = usize> {
    let ends = head.char_indices().rev().filter(|(at, c)| {
        matches!(c, '.' | '!' | '?' | '…' | ';') && head[at + c.len_utf8()..].starts_with(char::is_whitespace)
    });
    ends.map(|(at, c)| at + c.len_utf8())
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
    let within = spans.iter().filter_map(|span| {
        let from = span.start.max(start);
        let to = span.end().min(end);
        (from < to).then(|| Span::new(from - start..to - start, span.style.clone()))
    });
    let mut within: Vec<Span> = within.collect();
    within.sort_by(|a, b| span_key(a).cmp(&span_key(b)));
    within
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rich::{Link, Style};
    use super::*;

    /// Words, some of them links or quotes, some in bold.
    fn linked() -> impl Strategy<Value = Rich> {
        let part = (0_u8..5, "[a-zđ😀\n ]{1,15}", "[a-z]{1,12}");
        prop::collection::vec(part, 1..25).prop_map(|parts| {
            let text = parts.into_iter().fold(Rich::new(), |text, (kind, words, name)| {
                let text = match kind {
                    0 => text.link(
                        format!("x{words}"),
                        Link::read(&format!("https://{name}.vn/a")).expect("an address"),
                    ),
                    1 => text.bold(words),
                    2 => text.styled(&words, Style::Quote),
                    3 => text.push(format!("https://{name}.vn")),
                    _ => text.push(words),
                };
                text.push(" ")
            });
            text.normal()
        })
    }

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
        assert_eq!(pieces[1].spans[0], Span { start: 0, len: 3, style: Style::Bold });
    }

    #[test]
    fn a_link_is_not_cut() {
        let link = Link::read("https://xa.gov.vn/lich").expect("an address");
        let text = Rich::new().push("Lịch họp tuần này xem ").link("tại trang của xã", link).push(" nhé");
        let pieces = split(&text, 30);
        assert_eq!(pieces[0].text, "Lịch họp tuần này xem");
        assert_eq!(pieces[1].text, "tại trang của xã nhé");
        let spelled = split(&text.in_words(), 50);
        assert_eq!(spelled[1].text, "tại trang của xã (https://xa.gov.vn/lich) nhé");
        let bare = split(&"Xem:https://xa.gov.vn/lich-cong-tac hoặc".into(), 32);
        assert_eq!(bare[1].text, "https://xa.gov.vn/lich-cong-tac");
    }

    proptest! {
        #[test]
        fn links_and_addresses_stay_whole_where_they_fit(text in linked(), max in 30_usize..80) {
            let text = text.in_words();
            let all: Vec<(String, usize)> = text.links().into_iter()
                .map(|(range, to)| (to.to_string(), range.len())).collect();
            let pieces = split(&text, max);
            let found: Vec<(String, usize)> = pieces.iter().flat_map(Rich::links)
                .map(|(range, to)| (to.to_string(), range.len())).collect();
            for (to, len) in all.iter().filter(|(_, len)| *len <= max) {
                prop_assert!(found.contains(&(to.clone(), *len)), "{to} in {pieces:#?}");
            }
            for (to, _) in all.iter().filter(|(to, _)| to.len() <= max) {
                prop_assert!(pieces.iter().any(|piece| piece.text.contains(to.as_str())), "{to} in {pieces:#?}");
            }
        }

        #[test]
        fn what_is_drawn_in_words_keeps_all_words(text in linked(), max in 2_usize..60) {
            let plain = text.in_words();
            prop_assert!(plain.is_normal());
            let pieces = split(&plain, max);
            for piece in &pieces {
                prop_assert!(piece.utf16_len() <= max && piece.is_normal(), "{piece:?}");
            }
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let all: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert_eq!(bare(&all), bare(&plain.text));
            // Without what was put in, the words are as they were.
            let mut rest = plain.text.chars();
            prop_assert!(text.text.chars().all(|c| rest.any(|other| other == c)));
        }

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
