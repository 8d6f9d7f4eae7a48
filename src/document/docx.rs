//! The text of a DOCX with its emphasis (ECMA-376): paragraphs, runs, links, lists, tables as lines. What is deleted,
//! and what stands in boxes or at the edges of pages, is not read.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::DocumentError;
use super::numbering::Numbering;
use super::pack::{Pack, attribute, referred};
use crate::domain::Rich;
use crate::domain::rich::{Link, Span, Style, utf16_len};

/// What is passed over with all that is in it.
const PASSED: [&str; 9] =
    ["del", "moveFrom", "Fallback", "txbxContent", "pPrChange", "rPrChange", "sectPr", "tblPr", "instrText"];
/// Between the cells of a table.
const CELL: &str = " | ";

/// Reads a DOCX.
///
/// # Errors
/// Where it is none, or too large.
pub fn read_docx(bytes: &[u8]) -> Result<Rich, DocumentError> {
    let mut pack = Pack::open(bytes)?;
    let document = pack.part("word/document.xml")?.ok_or(DocumentError::NoDocx)?;
    let links = pack.part("word/_rels/document.xml.rels")?.map(|xml| targets(&xml)).transpose()?;
    let numbering = pack.part("word/numbering.xml")?.map(|xml| Numbering::read(&xml)).transpose()?;
    let mut writer = Writer {
        links: links.unwrap_or_default(),
        numbering: numbering.unwrap_or_default(),
        ..Writer::default()
    };
    let mut reader = Reader::from_str(&document);
    loop {
        match reader.read_event().map_err(|_| DocumentError::NoDocx)? {
            Event::Eof => break,
            // Names of one's own, which could stand for more and more text, are not for documents.
            Event::DocType(_) => return Err(DocumentError::NoDocx),
            Event::Start(tag) if PASSED.contains(&tag.local_name().as_ref()) => {
                reader.read_to_end(tag.name()).map_err(|_| DocumentError::NoDocx)?;
            }
            Event::Start(tag) => writer.begin(&tag),
            Event::Empty(tag) => {
                writer.begin(&tag);
                writer.end(tag.local_name().as_ref());
            }
            Event::End(tag) => writer.end(tag.local_name().as_ref()),
            Event::Text(text) if writer.in_text => writer.push(&text.xml10_content()),
            Event::CData(text) if writer.in_text => writer.push(&text.xml10_content()),
            Event::GeneralRef(name) if writer.in_text => {
                if let Some(c) = referred(&name) {
                    writer.push(c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
    }
    Ok(Rich { text: writer.text, spans: writer.spans }.normal())
}

/// Where the links of a document lead, by their names in it.
fn targets(xml: &str) -> Result<HashMap<String, Link>, DocumentError> {
    let mut reader = Reader::from_str(xml);
    let mut targets = HashMap::new();
    loop {
        match reader.read_event().map_err(|_| DocumentError::NoDocx)? {
            Event::Eof => return Ok(targets),
            Event::DocType(_) => return Err(DocumentError::NoDocx),
            Event::Start(tag) | Event::Empty(tag) => {
                let external = attribute(&tag, "TargetMode").is_some_and(|mode| mode == "External");
                if let (Some(id), Some(to)) = (attribute(&tag, "Id"), attribute(&tag, "Target"))
                    && let (true, Ok(link)) = (external, Link::read(&to))
                {
                    targets.insert(id, link);
                }
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    /// The length of the text in UTF-16 units.
    units: usize,
    spans: Vec<Span>,
    links: HashMap<String, Link>,
    numbering: Numbering,
    /// In a run, and in its text.
    in_run: bool,
    in_text: bool,
    styles: Vec<Style>,
    link: Option<Link>,
    /// Of the paragraph: the list that it is an item of, the level, whether it is a heading.
    list: Option<String>,
    level: usize,
    heading: bool,
    /// Whether something of the paragraph is written.
    begun: bool,
    /// Cells of this row, before the one that is read; `None` outside of tables.
    cells: Option<usize>,
}

impl Writer {
    fn begin(&mut self, tag: &BytesStart<'_>) {
        let value = || attribute(tag, "val");
        let on = || !matches!(value().as_deref(), Some("0" | "false" | "off" | "none"));
        match tag.local_name().as_ref() {
            "p" => (self.list, self.level, self.heading, self.begun) = (None, 0, false, false),
            "pStyle" => {
                self.heading = value().is_some_and(|name| name.starts_with("Heading") || name == "Title");
            }
            "numId" => self.list = value().filter(|id| id != "0"),
            "ilvl" => self.level = value().and_then(|level| level.parse().ok()).unwrap_or(0),
            "r" => {
                self.in_run = true;
                self.styles.clear();
            }
            "hyperlink" => self.link = attribute(tag, "id").and_then(|id| self.links.get(&id).cloned()),
            "tr" => self.cells = Some(0),
            "b" if self.in_run => self.set(Style::Bold, on()),
            "i" if self.in_run => self.set(Style::Italic, on()),
            "u" if self.in_run => self.set(Style::Underline, on()),
            "strike" | "dstrike" if self.in_run => self.set(Style::Strike, on()),
            "t" => self.in_text = self.in_run,
            "tab" | "ptab" if self.in_run => self.push(" "),
            "br" | "cr" if self.in_run => self.push("\n"),
            "noBreakHyphen" if self.in_run => self.push("-"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            // In a table what comes next may be a cell beside this one.
            "p" if self.cells.is_none() => self.write("\n"),
            "p" if self.begun => self.write(" "),
            "r" => (self.in_run, self.in_text) = (false, false),
            "t" => self.in_text = false,
            "hyperlink" => self.link = None,
            "tc" => {
                self.trim();
                self.cells = self.cells.map(|cells| cells + 1);
                self.write(CELL);
            }
            "tr" => {
                let end = self.text.trim_end_matches([' ', '|']).len();
                self.cut(end);
                self.cells = None;
                self.write("\n");
            }
            _ => {}
        }
    }

    fn set(&mut self, style: Style, on: bool) {
        self.styles.retain(|other| *other != style);
        if on {
            self.styles.push(style);
        }
    }

    /// Text of a run; the first of a paragraph comes behind the number that it has in its list.
    fn push(&mut self, text: &str) {
        if !std::mem::replace(&mut self.begun, true)
            && let Some(list) = self.list.take()
        {
            let mark = self.numbering.next(&list, self.level);
            self.write(&mark);
        }
        let start = self.units;
        self.write(text);
        let mut styles = self.styles.clone();
        if self.heading {
            styles.push(Style::Bold);
        }
        // Word underlines links by itself.
        if let Some(link) = &self.link {
            styles.retain(|style| *style != Style::Underline);
            styles.push(Style::Link(link.clone()));
        }
        for style in styles {
            self.mark(start, style);
        }
    }

    /// Sets what was written from `start` on. Word cuts text into many runs: those of one style are one.
    fn mark(&mut self, start: usize, style: Style) {
        let end = self.units;
        let before =
            self.spans.iter_mut().rev().take(8).find(|span| span.style == style && span.end() == start);
        match before {
            Some(span) => span.len = end - span.start,
            None => self.spans.push(Span::new(start..end, style)),
        }
    }

    fn write(&mut self, text: &str) {
        self.text.push_str(text);
        self.units += utf16_len(text);
    }

    fn trim(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.cut(end);
    }

    fn cut(&mut self, end: usize) {
        self.units -= utf16_len(&self.text[end..]);
        self.text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;

    use super::*;

    fn pack(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
            zip.write_all(text.as_bytes()).expect("written");
        }
        zip.finish().expect("a zip").into_inner()
    }

    fn document(body: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><w:document xmlns:w="w" xmlns:r="r"><w:body>{body}</w:body></w:document>"#
        )
    }

    #[test]
    fn paragraphs_runs_and_links_are_read() {
        let body = r#"<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:rPr><w:i/></w:rPr></w:pPr><w:r><w:t>Lịch họp</w:t></w:r></w:p>
          <w:p><w:r><w:t xml:space="preserve">Họp </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>toàn</w:t></w:r><w:r><w:rPr><w:b w:val="1"/><w:i w:val="0"/></w:rPr><w:t xml:space="preserve"> xã</w:t></w:r>
          <w:r><w:tab/><w:t>A &amp; B &#272;</w:t></w:r><w:del><w:r><w:delText>bỏ</w:delText></w:r></w:del>
          <w:hyperlink r:id="rId4"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>tại đây</w:t></w:r></w:hyperlink></w:p>
          <w:tbl><w:tr><w:tc><w:p><w:r><w:t>8h</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Hội trường</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
          <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>một</w:t></w:r></w:p>"#;
        let rels = r#"<Relationships><Relationship Id="rId4" Target="https://xa.gov.vn/lich" TargetMode="External"/></Relationships>"#;
        let bytes = pack(&[("word/document.xml", &document(body)), ("word/_rels/document.xml.rels", rels)]);
        let text = read_docx(&bytes).expect("read").cleaned(1000);
        assert_eq!(text.text, "Lịch họp\nHọp toàn xã A & B Đtại đây\n8h | Hội trường\n• một");
        let to = Link::read("https://xa.gov.vn/lich").expect("an address");
        let expected = [
            Span::new(0..8, Style::Bold),
            Span::new(13..20, Style::Bold),
            Span::new(28..35, Style::Link(to)),
        ];
        assert_eq!(text.spans, expected);
    }

    #[test]
    fn what_is_no_docx_is_said_and_nothing_is_blown_up() {
        assert_eq!(read_docx(b"PK\x03\x04 not really"), Err(DocumentError::NoDocx));
        assert_eq!(read_docx(&pack(&[("a.txt", "a")])), Err(DocumentError::NoDocx));
        let bomb = " ".repeat(17 << 20);
        assert_eq!(read_docx(&pack(&[("word/document.xml", &bomb)])), Err(DocumentError::TooLarge));
        let entity =
            r#"<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document><w:t>&b;</w:t></w:document>"#;
        assert_eq!(read_docx(&pack(&[("word/document.xml", entity)])), Err(DocumentError::NoDocx));
        let unknown = document("<w:p><w:r><w:t>a&b;c</w:t></w:r></w:p>");
        assert_eq!(read_docx(&pack(&[("word/document.xml", &unknown)])).expect("read").text.trim(), "ac");
        let broken = "<w:document><w:p><w:r><w:t>a</w:p>";
        assert_eq!(read_docx(&pack(&[("word/document.xml", broken)])), Err(DocumentError::NoDocx));
    }
}
