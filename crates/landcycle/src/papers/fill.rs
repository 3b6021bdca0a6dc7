//! Filling a template: calls become values in the form of the run in which they begin, rows and
//! paragraphs are repeated for lists, paragraphs whose test fails go. All else stays as it lies.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::book::{Book, Entry, Item, Lack, Names};
use super::call::Call;
use super::scan::Piece;
use super::template::{Block, Scanned, Template};
use crate::say::{Failure, filled, words};

/// What stands after the highlight in the properties of a run: the standard gives them an order.
const AFTER_HIGHLIGHT: [&str; 13] = [
    "u",
    "effect",
    "bdr",
    "shd",
    "fitText",
    "vertAlign",
    "rtl",
    "cs",
    "em",
    "lang",
    "eastAsianLayout",
    "specVanish",
    "oMath",
];
/// Names that a paragraph has once in a document, which a repeated one does not keep.
const ONCE: [&str; 2] = [" w14:paraId=\"", " w14:textId=\""];

/// A filled paper with what became of it.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) bytes: Vec<u8>,
    /// Contents whose value the paper shows or asks about.
    pub(super) used: BTreeSet<String>,
    /// What it lacks.
    pub(super) lacks: Vec<Lack>,
}

/// A place of the text with what takes it.
type Edit = (Range<usize>, String);

/// What a call becomes.
enum Said {
    Words(String),
    /// Still to be supplied: marked, so that nobody overlooks it.
    Pending(String),
}

struct Filler<'f> {
    book: &'f Book,
    scanned: &'f Scanned,
    text: &'f str,
    blocks: Vec<Block>,
    used: BTreeSet<String>,
    lacks: Vec<Lack>,
}

impl Template {
    /// Fills it. With `draft`, what is lacking is marked as such.
    pub(super) fn fill(&self, book: &Book, names: &Names, draft: bool) -> Result<Filled, Failure> {
        let mut parts = BTreeMap::new();
        let (mut used, mut lacks) = (BTreeSet::new(), Vec::new());
        for ((name, text), scanned) in self.docx.parts.iter().zip(&self.parts) {
            let blocks = scanned.blocks(names).map_err(Failure::text)?;
            let mut filler = Filler { book, scanned, text, blocks, used: BTreeSet::new(), lacks: Vec::new() };
            let mut edits = filler.edits(&(0..text.len()), None);
            if let (true, Some(top)) = (draft, scanned.part.top) {
                edits.push((top..top, draft_line(&scanned.part.prefix)));
            }
            if !edits.is_empty() {
                parts.insert(name.clone(), applied(text, 0..text.len(), edits));
            }
            used.append(&mut filler.used);
            lacks.append(&mut filler.lacks);
        }
        let mut told = BTreeSet::new();
        lacks.retain(|lack| told.insert((lack.name.clone(), lack.title.clone())));
        let bytes = self.docx.with(&parts);
        let bytes =
            bytes.map_err(|error| Failure::new("paper_not_written", &[("why", &error.to_string())]))?;
        Ok(Filled { bytes, used, lacks })
    }
}

/// A paragraph that says that the paper is a draft.
fn draft_line(prefix: &str) -> String {
    let p = prefix;
    let said = escaped(&words("paper_draft_line").zh);
    format!(
        "<{p}p><{p}pPr><{p}jc {p}val=\"center\"/></{p}pPr><{p}r><{p}rPr><{p}b/><{p}color {p}val=\"BFBFBF\"/>\
         <{p}sz {p}val=\"36\"/></{p}rPr><{p}t xml:space=\"preserve\">{said}</{p}t></{p}r></{p}p>"
    )
}

/// A text with its places changed; what lies within another change is part of it.
fn applied(text: &str, range: Range<usize>, mut edits: Vec<Edit>) -> String {
    // What is put in goes before what is replaced at the same place: the mark of a draft is never lost.
    edits.sort_by_key(|(place, _)| (place.start, !place.is_empty(), std::cmp::Reverse(place.end)));
    let mut out = String::with_capacity(range.len());
    let mut at = range.start;
    for (place, words) in edits {
        if place.start < at {
            continue;
        }
        out.push_str(&text[at..place.start]);
        out.push_str(&words);
        at = place.end;
    }
    out.push_str(&text[at..range.end]);
    out
}

impl Filler<'_> {
    /// The changes within a range, for an item of the list that the range is repeated for.
    fn edits(&mut self, range: &Range<usize>, item: Option<&Item>) -> Vec<Edit> {
        let inside = |span: &Range<usize>| range.start <= span.start && span.end <= range.end;
        let mut edits = Vec::new();
        if item.is_none() {
            for block in self.blocks.clone() {
                edits.push(self.repeated(&block));
            }
            self.drop_empty_tables(&mut edits);
        }
        let repeated: Vec<Range<usize>> = edits.iter().map(|(place, _)| place.clone()).collect();
        let scanned = self.scanned;
        let mut kept: BTreeMap<usize, usize> = BTreeMap::new();
        for (paragraph, calls) in scanned.part.paragraphs.iter().zip(&scanned.calls) {
            let elsewhere = repeated
                .iter()
                .any(|place| place.start <= paragraph.span.start && paragraph.span.end <= place.end);
            if calls.is_empty() || elsewhere || !inside(&paragraph.span) {
                continue;
            }
            if self.stays(calls, item) {
                edits.extend(self.pieces(&paragraph.pieces, calls, item));
                continue;
            }
            // A cell without a paragraph, and a paper without the form of its page, are none.
            let left = paragraph.cell.map(|cell| kept.entry(cell).or_insert(scanned.part.cells[cell]));
            let last = left.is_some_and(|left| {
                *left = left.saturating_sub(1);
                *left == 0
            });
            let emptied = if last || paragraph.keeps_section {
                let closing = format!("</{}p>", scanned.part.prefix);
                format!("{}{closing}", &self.text[paragraph.head.clone()])
            } else {
                String::new()
            };
            edits.push((paragraph.span.clone(), emptied));
        }
        edits
    }

    /// A row or paragraph, once for each item of its list.
    fn repeated(&mut self, block: &Block) -> Edit {
        self.used.insert(block.list.clone());
        let items = match self.book.lists.get(&block.list) {
            Some(Ok(items)) => items.clone(),
            Some(Err(lack)) => {
                self.lacks.push(lack.clone());
                vec![self.lacking_item(block, lack)]
            }
            None => Vec::new(),
        };
        let mut out = String::new();
        for (at, item) in items.iter().enumerate() {
            let edits = self.edits(&block.span, Some(item));
            let copy = applied(self.text, block.span.clone(), edits);
            out.push_str(&if at == 0 { copy } else { anonymous(&copy) });
        }
        // A paragraph alone in its cell leaves an empty one.
        if items.is_empty()
            && let Some(paragraph) = block.paragraph.map(|at| &self.scanned.part.paragraphs[at])
            && paragraph.cell.is_some_and(|cell| self.scanned.part.cells[cell] == 1)
        {
            out = format!("{}</{}p>", &self.text[paragraph.head.clone()], self.scanned.part.prefix);
        }
        (block.span.clone(), out)
    }

    /// An item of a list that is not known: every field says so.
    fn lacking_item(&self, block: &Block, lack: &Lack) -> Item {
        let calls = self.scanned.calls.iter().flatten().filter(|call| call.name == block.list);
        calls.map(|call| (call.form.clone(), Entry::Lacking(lack.clone()))).collect()
    }

    /// A table without rows is none.
    fn drop_empty_tables(&self, edits: &mut Vec<Edit>) {
        for (at, table) in self.scanned.part.tables.iter().enumerate() {
            let gone = self.blocks.iter().filter(|block| {
                let empty =
                    self.book.lists.get(&block.list).is_some_and(|l| l.as_ref().is_ok_and(Vec::is_empty));
                empty && block.row.is_some_and(|row| self.scanned.part.rows[row].table == at)
            });
            if table.rows > 0 && gone.count() == table.rows {
                edits.push((table.span.clone(), String::new()));
            }
        }
    }

    /// Whether the tests of a paragraph let it stay. What is not known stays, to be supplied.
    fn stays(&mut self, calls: &[Call], item: Option<&Item>) -> bool {
        let mut stays = true;
        for call in calls {
            let Some(test) = &call.test else { continue };
            self.used.insert(call.name.clone());
            if call.form.is_empty()
                && let Some(list) = self.book.lists.get(&call.name)
            {
                stays &= list.as_ref().map_or(true, |items| items.is_empty() != test.wanted);
                continue;
            }
            match self.entry(call, item) {
                Some(Entry::Known(value)) => {
                    let named = test.words.is_empty() || test.words.iter().any(|w| value.words.contains(w));
                    stays &= (value.holds && named) == test.wanted;
                }
                Some(Entry::Lacking(lack)) => self.lacks.push(lack),
                None => {}
            }
        }
        stays
    }

    fn entry(&self, call: &Call, item: Option<&Item>) -> Option<Entry> {
        let field = item.filter(|_| self.book.lists.contains_key(&call.name));
        field.and_then(|item| item.get(&call.form)).or_else(|| self.book.values.get(&call.name)).cloned()
    }

    /// The changes of a paragraph's pieces.
    fn pieces(&mut self, pieces: &[Piece], calls: &[Call], item: Option<&Item>) -> Vec<Edit> {
        let mut marked = BTreeSet::new();
        let said: Vec<(Range<usize>, Said)> =
            calls.iter().map(|call| (call.place.clone(), self.said(call, item, &mut marked))).collect();
        let mut edits = Vec::new();
        let mut begins = 0;
        for piece in pieces {
            let whole = begins..begins + piece.text.len();
            begins = whole.end;
            let touched = said.iter().any(|(place, _)| place.start < whole.end && whole.start < place.end);
            if piece.is_gap || !touched {
                continue;
            }
            let mut parts: Vec<(String, bool)> = vec![(String::new(), false)];
            let mut at = whole.start;
            for (place, words) in &said {
                if place.end <= whole.start || place.start >= whole.end {
                    continue;
                }
                if place.start >= whole.start {
                    push(&mut parts, &piece.text[at - whole.start..place.start - whole.start], false);
                    match words {
                        Said::Words(words) => push(&mut parts, words, false),
                        Said::Pending(words) => push(&mut parts, words, true),
                    }
                }
                at = place.end.min(whole.end);
            }
            push(&mut parts, &piece.text[at - whole.start..], false);
            edits.push((piece.span.clone(), self.element(piece, &parts)));
        }
        edits
    }

    fn said(&mut self, call: &Call, item: Option<&Item>, marked: &mut BTreeSet<String>) -> Said {
        if call.test.is_some() {
            return Said::Words(String::new());
        }
        self.used.insert(call.name.clone());
        match self.entry(call, item) {
            Some(Entry::Known(value)) => {
                let mut words = value.form(&call.form).to_owned();
                // Said beside the value, once in a paragraph; a list may have a column for it.
                let apart = |other: &Call| other.name == call.name && other.form == "mark";
                let silent = ["cite", "title", "no", "owner"].contains(&call.form.as_str());
                let column = item.is_some() && self.scanned.calls.iter().flatten().any(apart);
                if value.stand_in
                    && !silent
                    && !column
                    && !words.is_empty()
                    && marked.insert(call.name.clone())
                {
                    words.push_str(&crate::say::words("paper_stand_in").zh);
                }
                Said::Words(words)
            }
            Some(Entry::Lacking(lack)) => {
                let found = [("title", lack.title.zh.as_str()), ("owner", &lack.owners.zh)];
                let words = filled("paper_pending", &found).zh;
                self.lacks.push(lack);
                Said::Pending(words)
            }
            None => Said::Words(String::new()),
        }
    }

    /// A text element in other words. What is pending has a run of its own, highlighted.
    fn element(&self, piece: &Piece, parts: &[(String, bool)]) -> String {
        let p = &self.scanned.part.prefix;
        let run = &self.text[piece.run.clone()];
        let properties = piece.properties.clone().map_or("", |place| &self.text[place]);
        let mut out = String::new();
        for (words, pending) in parts {
            if words.is_empty() {
                continue;
            }
            let text = self.text_element(words);
            if *pending {
                let marked = highlighted(properties, p);
                out.push_str(&format!("</{p}r>{run}{marked}{text}</{p}r>{run}{properties}"));
            } else {
                out.push_str(&text);
            }
        }
        out
    }

    /// Words as text of a run, line by line.
    fn text_element(&self, words: &str) -> String {
        let p = &self.scanned.part.prefix;
        let lines = words.split('\n').map(|line| {
            format!("<{p}t xml:space=\"preserve\">{}</{p}t>", escaped(line.trim_end_matches('\r')))
        });
        lines.collect::<Vec<_>>().join(&format!("<{p}br/>"))
    }
}

fn push(parts: &mut Vec<(String, bool)>, words: &str, pending: bool) {
    match parts.last_mut() {
        Some((last, kind)) if *kind == pending => last.push_str(words),
        _ => parts.push((words.to_owned(), pending)),
    }
}

/// The properties of a run with a yellow ground.
fn highlighted(properties: &str, p: &str) -> String {
    let yellow = format!("<{p}highlight {p}val=\"yellow\"/>");
    let closing = format!("</{p}rPr>");
    let Some(inner) = properties.strip_suffix(closing.as_str()) else {
        return format!("<{p}rPr>{yellow}{closing}");
    };
    if inner.contains(&format!("<{p}highlight ")) {
        return properties.to_owned();
    }
    let later = AFTER_HIGHLIGHT.iter().flat_map(|name| [format!("<{p}{name} "), format!("<{p}{name}/")]);
    let at = later.filter_map(|tag| inner.find(&tag)).min().unwrap_or(inner.len());
    format!("{}{yellow}{}{closing}", &inner[..at], &inner[at..])
}

/// A copy without the names that stand once in a document.
fn anonymous(copy: &str) -> String {
    let mut copy = copy.to_owned();
    for once in ONCE {
        while let Some(start) = copy.find(once) {
            let Some(length) = copy[start + once.len()..].find('"') else { break };
            copy.replace_range(start..=start + once.len() + length, "");
        }
    }
    copy
}

/// Words as XML has them. What XML cannot say at all is left out.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
