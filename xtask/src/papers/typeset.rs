//! Blocks of a template as paragraphs and tables as office programs store them.

use std::fmt::Write as _;

use super::source::{Block, Style, Table};

/// The width of the text in twentieths of a point: 210 mm less margins of 28 and 26.
const TEXT_WIDTH: u32 = 8845;

impl Style {
    /// The name of its style in the document.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Title => "PaperTitle",
            Self::Number => "PaperNumber",
            Self::To => "PaperTo",
            Self::Body => "PaperBody",
            Self::First => "PaperFirst",
            Self::Second => "PaperSecond",
            Self::Signature => "PaperSignature",
            Self::Note => "PaperNote",
        }
    }
}

/// The body of the document.
pub(super) fn body(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut new_page = false;
    for (at, block) in blocks.iter().enumerate() {
        match block {
            Block::NewPage => new_page = true,
            Block::Paragraph(style, words) => {
                // What is signed is not parted from its date.
                let follows = matches!(blocks.get(at + 1), Some(Block::Paragraph(Style::Signature, _)));
                let room = Room {
                    above: at > 0 && matches!(blocks.get(at - 1), Some(Block::Table(_))),
                    below: matches!(blocks.get(at + 1), Some(Block::Table(_))),
                };
                let mut more = String::new();
                if follows {
                    more.push_str("<w:keepNext/>");
                }
                if new_page {
                    more.push_str("<w:pageBreakBefore/>");
                }
                if *style != Style::Note {
                    more.push_str(&room.spacing());
                }
                out.push_str(&paragraph(style.id(), words, &more));
                new_page = false;
            }
            Block::Table(table) => out.push_str(&table_of(table)),
        }
    }
    out
}

/// Where a paragraph has a table beside it.
struct Room {
    above: bool,
    below: bool,
}

impl Room {
    /// Half a line between the text and the lines of a table.
    fn spacing(&self) -> String {
        let side =
            |wanted: bool, name: &str| if wanted { format!(" w:{name}=\"160\"") } else { String::new() };
        if !self.above && !self.below {
            return String::new();
        }
        let (before, after) = (side(self.above, "before"), side(self.below, "after"));
        format!("<w:spacing{before}{after} w:line=\"560\" w:lineRule=\"exact\"/>")
    }
}

fn paragraph(style: &str, words: &str, more: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>{}</w:p>", run(words))
}

fn run(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(words))
}

fn table_of(table: &Table) -> String {
    let widths: Vec<u32> = table.widths.iter().map(|share| TEXT_WIDTH * share / 100).collect();
    let mut out = String::from("<w:tbl><w:tblPr>");
    out.push_str(if table.ruled {
        "<w:tblStyle w:val=\"PaperTable\"/>"
    } else {
        "<w:tblStyle w:val=\"PaperPlaces\"/>"
    });
    let _ = write!(
        out,
        "<w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/>",
        widths.iter().sum::<u32>()
    );
    out.push_str("<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>");
    for width in &widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
    for (at, row) in table.rows.iter().enumerate() {
        let head = table.ruled && at == 0;
        out.push_str("<w:tr><w:trPr><w:cantSplit/>");
        out.push_str(if head { "<w:tblHeader/></w:trPr>" } else { "</w:trPr>" });
        for (cell, width) in row.iter().zip(&widths) {
            let style = if head { "PaperHead" } else { "PaperCell" };
            let _ = write!(
                out,
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>"
            );
            for line in cell.split(" / ") {
                out.push_str(&paragraph(style, line.trim(), ""));
            }
            out.push_str("</w:tc>");
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    out
}

/// Words as XML has them.
pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
