//! The text of a part of a DOCX file with its places: paragraphs, the pieces of text in their runs,
//! rows, cells and tables.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The deepest nesting that is read; real papers have some thirty levels.
const DEEPEST: usize = 400;
/// The vocabularies whose paragraphs, runs and texts these are.
const WORDS: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];
/// What stands in the text for a line break, a tab or a picture: no name holds it.
pub(super) const GAP: char = '\u{fffc}';

/// A part with all that a filling needs to know of it.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The prefix of its elements, with the colon.
    pub(super) prefix: String,
    /// Paragraphs in the order of their ends.
    pub(super) paragraphs: Vec<Paragraph>,
    /// Rows of tables.
    pub(super) rows: Vec<Row>,
    /// Cells, with how many paragraphs each holds.
    pub(super) cells: Vec<usize>,
    /// Tables, with how many rows each has.
    pub(super) tables: Vec<Table>,
    /// Where a paragraph may be put before all others.
    pub(super) top: Option<usize>,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) span: Range<usize>,
    pub(super) rows: usize,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) table: usize,
}

/// A paragraph.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    pub(super) span: Range<usize>,
    /// Its opening tag with its properties: what is left of it where it may not go.
    pub(super) head: Range<usize>,
    /// The innermost row that holds it.
    pub(super) row: Option<usize>,
    /// The cell that holds it directly.
    pub(super) cell: Option<usize>,
    /// Its text, piece by piece.
    pub(super) pieces: Vec<Piece>,
    /// The page's form hangs on it.
    pub(super) keeps_section: bool,
}

/// A text of a run, or a gap.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The whole element.
    pub(super) span: Range<usize>,
    pub(super) text: String,
    /// A gap is not text.
    pub(super) is_gap: bool,
    /// The opening tag of its run.
    pub(super) run: Range<usize>,
    /// The properties of its run.
    pub(super) properties: Option<Range<usize>>,
}

impl Paragraph {
    /// Its text, gaps included.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// An element that is open.
struct Open {
    name: String,
    start: usize,
}

struct Scanner<'t> {
    text: &'t str,
    part: Part,
    open: Vec<Open>,
    paragraphs: Vec<Paragraph>,
    rows: Vec<(usize, usize)>,
    cells: Vec<usize>,
    tables: Vec<usize>,
    /// Opening tag and properties of the runs that are open.
    runs: Vec<(Range<usize>, Option<Range<usize>>)>,
    /// The text that is open: where it begins, and its words so far.
    piece: Option<(usize, String)>,
}

/// Reads a part; none where it is no XML, or XML of a kind that no office program writes.
pub(super) fn scan(text: &str) -> Option<Part> {
    let mut reader = Reader::from_str(text);
    let mut scanner = Scanner {
        text,
        part: Part::default(),
        open: Vec::new(),
        paragraphs: Vec::new(),
        rows: Vec::new(),
        cells: Vec::new(),
        tables: Vec::new(),
        runs: Vec::new(),
        piece: None,
    };
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event().ok()?;
        let end = reader.buffer_position() as usize;
        match event {
            Event::Start(tag) => {
                scanner.root(&tag);
                if scanner.open.len() > DEEPEST {
                    return None;
                }
                scanner.enter(tag.name().0, start, end);
                scanner.open.push(Open { name: tag.name().0.to_owned(), start });
            }
            Event::Empty(tag) => {
                scanner.root(&tag);
                scanner.enter(tag.name().0, start, end);
                scanner.leave(tag.name().0, start, end);
            }
            Event::End(_) => {
                let open = scanner.open.pop()?;
                scanner.leave(&open.name, open.start, end);
            }
            Event::Text(_) => scanner.add(text.get(start..end)?),
            Event::CData(data) => scanner.add(&data),
            Event::GeneralRef(_) => {
                let known = resolved(text.get(start + 1..end - 1)?)?;
                scanner.add(known.encode_utf8(&mut [0; 4]));
            }
            // What a document type could declare, nobody resolves here.
            Event::DocType(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    (scanner.open.is_empty() && !scanner.part.prefix.is_empty()).then_some(scanner.part)
}

/// The character of a reference such as `amp` or `#x4e00`.
fn resolved(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

impl Scanner<'_> {
    /// The prefix of our elements, from the root's declarations.
    fn root(&mut self, tag: &quick_xml::events::BytesStart<'_>) {
        if !self.open.is_empty() || !self.part.prefix.is_empty() {
            return;
        }
        for attribute in tag.attributes().flatten() {
            if WORDS.contains(&attribute.value.as_ref())
                && let Some(prefix) = attribute.key.0.strip_prefix("xmlns:")
            {
                self.part.prefix = format!("{prefix}:");
            }
        }
    }

    fn own<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.part.prefix.as_str()).unwrap_or("")
    }

    fn enter(&mut self, name: &str, start: usize, end: usize) {
        match self.own(name) {
            "body" | "hdr" | "ftr" if self.part.top.is_none() => self.part.top = Some(end),
            "p" => {
                let parent_is_cell = self.open.last().is_some_and(|open| self.own(&open.name) == "tc");
                let cell = self.cells.last().copied().filter(|_| parent_is_cell);
                if let Some(cell) = cell {
                    self.part.cells[cell] += 1;
                }
                let row = self.rows.last().map(|(row, _)| *row);
                self.paragraphs.push(Paragraph { head: start..end, row, cell, ..Paragraph::default() });
            }
            "tbl" => {
                self.tables.push(self.part.tables.len());
                self.part.tables.push(Table { span: start..end, rows: 0 });
            }
            "tr" => {
                let table = self.tables.last().copied().unwrap_or_default();
                self.rows.push((self.part.rows.len(), table));
                self.part.rows.push(Row { span: start..end, table });
            }
            "tc" => {
                self.cells.push(self.part.cells.len());
                self.part.cells.push(0);
            }
            "r" => self.runs.push((start..end, None)),
            "t" if !self.runs.is_empty() => self.piece = Some((start, String::new())),
            _ => {}
        }
    }

    fn leave(&mut self, name: &str, start: usize, end: usize) {
        match self.own(name) {
            "p" => {
                if let Some(mut paragraph) = self.paragraphs.pop() {
                    paragraph.span = start..end;
                    self.part.paragraphs.push(paragraph);
                }
            }
            "pPr" => {
                let whole = start..end;
                // The properties of a style inside another element are no paragraph's.
                let direct = self.open.last().is_some_and(|open| self.own(&open.name) == "p");
                if let Some(paragraph) = self.paragraphs.last_mut().filter(|_| direct) {
                    paragraph.head.end = whole.end;
                    let section = format!("<{}sectPr", self.part.prefix);
                    paragraph.keeps_section = self.text[whole].contains(&section);
                }
            }
            "tbl" => {
                if let Some(table) = self.tables.pop() {
                    self.part.tables[table].span = start..end;
                }
            }
            "tr" => {
                if let Some((row, table)) = self.rows.pop() {
                    self.part.rows[row].span = start..end;
                    if let Some(table) = self.part.tables.get_mut(table) {
                        table.rows += 1;
                    }
                }
            }
            "tc" => drop(self.cells.pop()),
            "r" => drop(self.runs.pop()),
            "rPr" => {
                let direct = self.open.last().is_some_and(|open| self.own(&open.name) == "r");
                if let Some((_, properties)) = self.runs.last_mut().filter(|_| direct) {
                    *properties = Some(start..end);
                }
            }
            "t" => {
                if let Some((start, text)) = self.piece.take() {
                    self.push(start..end, text, false);
                }
            }
            "br" | "cr" | "tab" | "drawing" | "pict" | "object" | "sym" if !self.runs.is_empty() => {
                self.push(start..end, GAP.to_string(), true);
            }
            _ => {}
        }
    }

    fn push(&mut self, span: Range<usize>, text: String, is_gap: bool) {
        let Some((run, properties)) = self.runs.last().cloned() else { return };
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.pieces.push(Piece { span, text, is_gap, run, properties });
        }
    }

    fn add(&mut self, words: &str) {
        if let Some((_, text)) = &mut self.piece {
            text.push_str(words);
        }
    }
}
