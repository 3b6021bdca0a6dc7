//! Splitting text into records and cells (RFC 4180).
//!
//! Stricter than the usual readers on purpose: a quotation mark left open would otherwise swallow
//! the rest of a register into one cell, so its line is remembered and reported, and a record is
//! never read beyond its limit.

use super::decode::Characters;
use super::error::{Fault, shortened};
use super::record::Record;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quotation mark inside quotes: the end, or the first of two.
    QuoteSeen,
    /// After the closing quotation mark and a space.
    Closed,
}

/// What one step over the text led to.
enum Step {
    /// Go on with the text there is.
    On,
    /// The record is complete.
    Done,
    /// The text there is has been used up.
    More,
}

/// Records out of a stream of characters.
pub(super) struct Splitter {
    characters: Characters,
    text: String,
    at: usize,
    /// A fault met while looking ahead for the heading.
    met: Option<Fault>,
    separator: u8,
    line: u64,
    after_return: bool,
    limit: usize,
    max_cells: usize,
    state: State,
    quote_line: u64,
    used: usize,
}

impl Splitter {
    pub(super) fn new(characters: Characters, limit: usize, max_cells: usize) -> Self {
        Self {
            characters,
            text: String::new(),
            at: 0,
            met: None,
            separator: b',',
            line: 1,
            after_return: false,
            limit,
            max_cells,
            state: State::CellStart,
            quote_line: 1,
            used: 0,
        }
    }

    pub(super) fn encoding(&self) -> &'static str {
        self.characters.encoding()
    }

    pub(super) fn set_separator(&mut self, separator: u8) {
        self.separator = separator;
    }

    /// The text up to the end of the first line with content, without taking it.
    pub(super) fn peek_first_line(&mut self) -> &str {
        loop {
            let complete = first_line_end(self.text.trim_start()).is_some();
            let full = self.text.len() > self.limit;
            if complete || full || self.met.is_some() || !self.fill_ahead() {
                break;
            }
        }
        let rest = self.text.trim_start();
        &rest[..first_line_end(rest).unwrap_or(rest.len())]
    }

    fn fill_ahead(&mut self) -> bool {
        match self.characters.read(&mut self.text) {
            Ok(more) => more,
            Err(fault) => {
                self.met = Some(fault);
                false
            }
        }
    }

    /// The next record, blank ones included; `None` at the end. A fault comes with its line.
    pub(super) fn next(&mut self) -> Result<Option<Record>, (Fault, u64)> {
        let mut record = None;
        self.state = State::CellStart;
        self.used = 0;
        loop {
            if self.at == self.text.len() {
                self.text.clear();
                self.at = 0;
                let more = match self.met.take() {
                    Some(fault) => Err(fault),
                    None => self.characters.read(&mut self.text),
                };
                if !more.map_err(|fault| (fault, self.line))? {
                    return self.finish(record);
                }
            }
            if self.after_return && self.text.as_bytes()[self.at] == b'\n' {
                self.after_return = false;
                // Inside quotes the line feed is content, but no further line.
                if self.state == State::Quoted {
                    record.get_or_insert_with(|| Record::at(self.line)).push_text("\n");
                }
                self.at += 1;
                continue;
            }
            self.after_return = false;
            let record = record.get_or_insert_with(|| Record::at(self.line));
            match self.run(record)? {
                Step::Done => return Ok(Some(std::mem::take(record))),
                Step::On | Step::More => {}
            }
        }
    }

    fn run(&mut self, record: &mut Record) -> Result<Step, (Fault, u64)> {
        while self.at < self.text.len() && !self.after_return {
            let before = self.at;
            let step = match self.state {
                State::CellStart => self.start_cell(record),
                State::Plain => self.plain(record),
                State::Quoted => self.quoted(record),
                State::QuoteSeen => self.quote_seen(record)?,
                State::Closed => self.closed(record)?,
            };
            self.used += self.at - before;
            if self.used > self.limit {
                return Err(self.too_long(record.line));
            }
            if record.cell_count() > self.max_cells {
                let found = record.cell_count();
                let limit = self.max_cells;
                return Err((Fault::TooManyColumns { found, limit }, record.line));
            }
            if matches!(step, Step::Done) {
                return Ok(Step::Done);
            }
        }
        Ok(Step::More)
    }

    fn too_long(&self, line: u64) -> (Fault, u64) {
        let limit = self.limit;
        if self.state == State::Quoted && self.line > self.quote_line {
            let limit = Some(limit);
            (Fault::OpenQuote { limit }, self.quote_line)
        } else {
            (Fault::LineTooLong { limit }, line)
        }
    }

    fn start_cell(&mut self, record: &mut Record) -> Step {
        if self.text.as_bytes()[self.at] == b'"' {
            self.at += 1;
            self.quote_line = self.line;
            self.state = State::Quoted;
            Step::On
        } else {
            self.state = State::Plain;
            self.plain(record)
        }
    }

    fn plain(&mut self, record: &mut Record) -> Step {
        let separator = self.separator;
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(|byte| byte == separator || byte == b'\n' || byte == b'\r');
        let Some(end) = end else {
            record.push_text(rest);
            self.at = self.text.len();
            return Step::More;
        };
        record.push_text(&rest[..end]);
        self.at += end;
        self.end_cell(record)
    }

    fn quoted(&mut self, record: &mut Record) -> Step {
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(|byte| byte == b'"' || byte == b'\n' || byte == b'\r');
        let Some(end) = end else {
            record.push_text(rest);
            self.at = self.text.len();
            return Step::More;
        };
        if rest.as_bytes()[end] == b'"' {
            record.push_text(&rest[..end]);
            self.state = State::QuoteSeen;
        } else {
            record.push_text(&rest[..=end]);
            self.after_return = rest.as_bytes()[end] == b'\r';
            self.line += 1;
        }
        self.at += end + 1;
        Step::On
    }

    fn quote_seen(&mut self, record: &mut Record) -> Result<Step, (Fault, u64)> {
        if self.text.as_bytes()[self.at] == b'"' {
            record.push_text("\"");
            self.at += 1;
            self.state = State::Quoted;
            return Ok(Step::On);
        }
        self.closed(record)
    }

    /// Only padding may stand between a closing quotation mark and the next separator.
    fn closed(&mut self, record: &mut Record) -> Result<Step, (Fault, u64)> {
        self.state = State::Closed;
        match self.text.as_bytes()[self.at] {
            byte if byte == self.separator || byte == b'\n' || byte == b'\r' => Ok(self.end_cell(record)),
            b' ' | b'\t' | 0x1A => {
                self.at += 1;
                Ok(Step::On)
            }
            _ => {
                let rest = &self.text[self.at..];
                let text = shortened(rest.lines().next().unwrap_or_default());
                Err((Fault::StrayText { text }, self.line))
            }
        }
    }

    /// Ends the cell at the separator or line break that was reached.
    fn end_cell(&mut self, record: &mut Record) -> Step {
        record.end_cell(record.cell_count());
        let byte = self.text.as_bytes()[self.at];
        self.at += 1;
        self.state = State::CellStart;
        if byte == self.separator {
            return Step::On;
        }
        self.line += 1;
        self.after_return = byte == b'\r';
        Step::Done
    }

    fn finish(&mut self, record: Option<Record>) -> Result<Option<Record>, (Fault, u64)> {
        let Some(mut record) = record else {
            return Ok(None);
        };
        if self.state == State::Quoted {
            return Err((Fault::OpenQuote { limit: None }, self.quote_line));
        }
        record.end_cell(record.cell_count());
        Ok(Some(record))
    }
}

/// Where the first line break outside quotes is.
fn first_line_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        !quoted && (byte == b'\n' || byte == b'\r')
    })
}
