//! A template: a DOCX file with its calls, and what is wrong with them.

use std::collections::BTreeSet;
use std::ops::Range;

use landcycle_policy::text::Text;

use super::book::Names;
use super::call::{self, Call};
use super::docx::Docx;
use super::scan::{self, Paragraph, Part};
use crate::say::{Failure, filled, words};

/// Names that a complaint lists; more would bury it.
const LISTED: usize = 60;

/// 模板 · a template with its calls.
#[derive(Debug)]
pub(crate) struct Template {
    pub(super) docx: Docx,
    /// The scanned parts, with the calls of each paragraph.
    pub(super) parts: Vec<Scanned>,
    /// What is wrong whatever the paper.
    faults: Vec<Text>,
}

/// A part with its calls.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) part: Part,
    /// By paragraph.
    pub(super) calls: Vec<Vec<Call>>,
}

/// What is repeated for a list: a row, or a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) span: Range<usize>,
    pub(super) list: String,
    pub(super) row: Option<usize>,
    pub(super) paragraph: Option<usize>,
}

impl Template {
    /// Reads a file; `name` is what messages call it.
    pub(crate) fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let docx = Docx::open(name, bytes)?;
        let (mut parts, mut faults) = (Vec::new(), Vec::new());
        for (_, text) in &docx.parts {
            let part = scan::scan(text).ok_or_else(|| Failure::new("paper_no_docx", &[("file", name)]))?;
            let mut calls = Vec::new();
            for paragraph in &part.paragraphs {
                let text = paragraph.text();
                calls.push(call::find(&text).unwrap_or_else(|broken| {
                    let found = [("words", broken.words.as_str()), ("paragraph", &shown(&text))];
                    faults.push(filled(broken.key, &found));
                    Vec::new()
                }));
            }
            parts.push(Scanned { part, calls });
        }
        Ok(Self { docx, parts, faults })
    }

    /// Every name that it calls.
    pub(super) fn called(&self) -> BTreeSet<&str> {
        self.parts.iter().flat_map(|p| p.calls.iter().flatten()).map(|call| call.name.as_str()).collect()
    }

    /// Every value or field that it calls outside of tests, as written.
    pub(super) fn shown(&self) -> BTreeSet<String> {
        let calls = self.parts.iter().flat_map(|part| part.calls.iter().flatten());
        calls.filter(|call| call.test.is_none()).map(Call::written).collect()
    }

    /// What is wrong with it as a template of a paper with such names.
    pub(super) fn faults(&self, names: &Names) -> Vec<Text> {
        let mut faults = self.faults.clone();
        for scanned in &self.parts {
            for (paragraph, calls) in scanned.part.paragraphs.iter().zip(&scanned.calls) {
                for call in calls.iter().filter(|call| !known(call, names)) {
                    faults.push(unknown(call, paragraph, names));
                }
            }
            if let Err(fault) = scanned.blocks(names) {
                faults.push(fault);
            }
        }
        faults
    }
}

/// Whether a paper has what a call asks for. A list as a whole can be asked whether it has items.
fn known(call: &Call, names: &Names) -> bool {
    let whole_list = call.test.is_some() && call.form.is_empty() && names.lists.contains_key(&call.name);
    whole_list || names.has(&call.name, &call.form)
}

fn unknown(call: &Call, paragraph: &Paragraph, names: &Names) -> Text {
    let written = names.written();
    let near = landcycle_policy::text::nearest(&call.written(), written.iter().map(String::as_str));
    let near = near.map_or_else(Text::default, |near| filled("paper_near", &[("name", near)]));
    let mut listed = written.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if written.len() > LISTED {
        listed.push_str(", …");
    }
    let same = Text::same;
    words("paper_unknown_name").fill(&[
        ("name", same(call.written())),
        ("paragraph", same(shown(&paragraph.text()))),
        ("near", near),
        ("names", same(listed)),
    ])
}

/// The beginning of a paragraph, to find it by.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let text: String = text.chars().filter(|c| *c != scan::GAP).collect();
    let text = text.trim();
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}

impl Scanned {
    /// What is repeated: the innermost row, or else the paragraph, that calls a list.
    pub(super) fn blocks(&self, names: &Names) -> Result<Vec<Block>, Text> {
        let mut blocks: Vec<Block> = Vec::new();
        for (at, (paragraph, calls)) in self.part.paragraphs.iter().zip(&self.calls).enumerate() {
            let of_list = |call: &&Call| names.lists.contains_key(&call.name) && !call.form.is_empty();
            for call in calls.iter().filter(of_list) {
                let (span, row) = match paragraph.row {
                    Some(row) => (self.part.rows[row].span.clone(), Some(row)),
                    None => (paragraph.span.clone(), None),
                };
                let alone = row.is_none().then_some(at);
                let block = Block { span, list: call.name.clone(), row, paragraph: alone };
                if blocks.contains(&block) {
                    continue;
                }
                // Two lists have no common items; a row in a row would be repeated for each of both.
                if let Some(other) = blocks.iter().find(|other| overlaps(&other.span, &block.span)) {
                    let found = [
                        ("one", other.list.as_str()),
                        ("other", &block.list),
                        ("paragraph", &shown(&paragraph.text())),
                    ];
                    return Err(filled("paper_two_lists", &found));
                }
                blocks.push(block);
            }
        }
        Ok(blocks)
    }
}

fn overlaps(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
