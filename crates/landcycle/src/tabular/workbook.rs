//! Streaming the rows of a workbook's sheet.
//!
//! The parser lends its cells out of the workbook it owns, so both live on a thread of their own
//! that hands rows over in batches; the hand-over is bounded, and ends when the reader is dropped.
//! The thread also keeps a parser that gives up on hostile bytes from taking the process along.

use std::fs::File;
use std::io::BufReader;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::ReadOptions;
use super::cell::cell_text;
use super::error::Fault;
use super::guard;
use super::merges::Merges;
use super::record::Record;

const BATCH: usize = 128;
const BATCHES_AHEAD: usize = 4;
const MAX_SHEET_ROWS: u32 = 1_048_576;
const MAX_SHEET_COLUMNS: u32 = 16_384;

pub(super) type Input = BufReader<File>;

/// A fault with the row and the column it was met at.
#[derive(Debug)]
pub(super) struct SheetFault {
    pub(super) fault: Fault,
    pub(super) sheet: Option<String>,
    pub(super) row: Option<u64>,
    pub(super) column: Option<u32>,
    /// Faults of other cells of the row, and the row without its faulty cells.
    pub(super) rest: Option<Box<(Vec<SheetFault>, Record)>>,
}

impl SheetFault {
    /// The column as tables count them.
    pub(super) fn column(&self) -> Option<usize> {
        self.column.map(|column| column as usize)
    }

    pub(super) fn whole(fault: Fault) -> Self {
        Self { fault, sheet: None, row: None, column: None, rest: None }
    }
}

enum Message {
    Sheet(String),
    Rows(Vec<Result<Record, SheetFault>>),
}

/// The rows with content of one sheet.
pub(super) struct SheetRows {
    /// The sheet being read.
    pub(super) sheet: String,
    receiver: Option<Receiver<Message>>,
    thread: Option<JoinHandle<()>>,
    batch: std::vec::IntoIter<Result<Record, SheetFault>>,
}

impl SheetRows {
    /// Opens the sheet that is asked for, or the first visible one with content.
    pub(super) fn open(mut file: File, options: &ReadOptions) -> Result<Self, SheetFault> {
        let merges = guard::inspect(&mut file, options).map_err(SheetFault::whole)?;
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        let options = options.clone();
        let thread = std::thread::Builder::new()
            .name("sheet".to_owned())
            .spawn(move || {
                if let Err(fault) = read_workbook(file, &options, merges, &sender) {
                    // Nobody listens any more when the table was dropped.
                    let _ = sender.send(Message::Rows(vec![Err(fault)]));
                }
            })
            .map_err(|error| SheetFault::whole(Fault::of_io(error)))?;
        let mut rows = Self {
            sheet: String::new(),
            receiver: Some(receiver),
            thread: Some(thread),
            batch: Vec::new().into_iter(),
        };
        match rows.receive() {
            Some(Message::Sheet(sheet)) => {
                rows.sheet = sheet;
                Ok(rows)
            }
            Some(Message::Rows(batch)) => Err(batch
                .into_iter()
                .find_map(Result::err)
                .unwrap_or_else(|| SheetFault::whole(Fault::NoHeader))),
            None => Err(rows.verdict().unwrap_or_else(gave_up)),
        }
    }

    /// The next row with content.
    pub(super) fn next(&mut self) -> Option<Result<Record, SheetFault>> {
        loop {
            if let Some(row) = self.batch.next() {
                return Some(row);
            }
            match self.receive() {
                Some(Message::Rows(batch)) => self.batch = batch.into_iter(),
                Some(Message::Sheet(_)) => {}
                None => return self.verdict().map(Err),
            }
        }
    }

    fn receive(&self) -> Option<Message> {
        self.receiver.as_ref()?.recv().ok()
    }

    /// How the thread ended, asked once.
    fn verdict(&mut self) -> Option<SheetFault> {
        self.receiver = None;
        self.thread.take()?.join().is_err().then(gave_up)
    }
}

fn gave_up() -> SheetFault {
    SheetFault::whole(Fault::WorkbookBroken { detail: "the parser gave up".to_owned() })
}

fn read_workbook(
    file: File,
    options: &ReadOptions,
    has_merges: bool,
    sender: &SyncSender<Message>,
) -> Result<(), SheetFault> {
    let mut workbook: Xlsx<Input> =
        Xlsx::new(BufReader::new(file)).map_err(|error| SheetFault::whole(fault_of(&error)))?;
    for name in candidates(&workbook, options)? {
        let merges = if has_merges { Merges::read(&mut workbook, &name) } else { Ok(Merges::default()) };
        let merges = match merges {
            Ok(merges) => merges,
            Err(error) => return Err(SheetFault::whole(fault_of(&error))),
        };
        let cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(SheetFault::whole(fault_of(&error))),
        };
        let mut sheet = SheetReader {
            name,
            cells,
            merges,
            ahead: None,
            finished: false,
            last: 0,
            max_row_bytes: options.max_line_bytes,
        };
        if let Some(first) = sheet.next_row()? {
            sheet.send_all(first, sender);
            return Ok(());
        }
    }
    Err(SheetFault { sheet: options.sheet.clone(), ..SheetFault::whole(Fault::NoHeader) })
}

fn candidates(workbook: &Xlsx<Input>, options: &ReadOptions) -> Result<Vec<String>, SheetFault> {
    let sheets = workbook.sheets_metadata();
    let Some(wanted) = &options.sheet else {
        return Ok(sheets
            .iter()
            .filter(|sheet| sheet.visible == SheetVisible::Visible)
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect());
    };
    let found = sheets
        .iter()
        .find(|sheet| sheet.name == *wanted)
        .or_else(|| sheets.iter().find(|sheet| sheet.name.trim() == wanted.trim()));
    match found {
        Some(sheet) => Ok(vec![sheet.name.clone()]),
        None => Err(SheetFault::whole(Fault::NoSuchSheet {
            wanted: wanted.clone(),
            sheets: sheets.iter().map(|sheet| sheet.name.clone()).collect(),
        })),
    }
}

/// One cell with content: its row and column from 0, and its text or the error it holds.
struct Filled {
    row: u32,
    column: u32,
    text: Result<String, Fault>,
}

struct SheetReader<'a> {
    name: String,
    cells: XlsxCellReader<'a, Input>,
    merges: Merges,
    /// The first cell of the next row.
    ahead: Option<Filled>,
    /// Whether the sheet's end was reached; the parser must not be asked again.
    finished: bool,
    /// The row reached, from 1.
    last: u64,
    max_row_bytes: usize,
}

impl SheetReader<'_> {
    fn send_all(mut self, first: Result<Record, SheetFault>, sender: &SyncSender<Message>) {
        if sender.send(Message::Sheet(self.name.clone())).is_err() {
            return;
        }
        let mut batch = vec![first];
        while let Some(row) = self.next_row().transpose() {
            let failed = row.is_err();
            batch.push(row.and_then(|row| row));
            if failed || batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if sender.send(Message::Rows(full)).is_err() || failed {
                    return;
                }
            }
        }
        // Nobody listens any more when the table was dropped.
        let _ = sender.send(Message::Rows(batch));
    }

    /// The next row with content; the outer error ends the reading, the inner one is the row's.
    fn next_row(&mut self) -> Result<Option<Result<Record, SheetFault>>, SheetFault> {
        let first = match self.ahead.take() {
            Some(cell) => cell,
            None => match self.next_cell()? {
                Some(cell) => cell,
                None => return Ok(None),
            },
        };
        let row = first.row;
        let mut record = Record::at(self.last);
        let mut bad: Vec<SheetFault> = self.add(&mut record, first).into_iter().collect();
        while let Some(cell) = self.next_cell()? {
            if cell.row != row {
                self.ahead = Some(cell);
                break;
            }
            bad.extend(self.add(&mut record, cell));
            if record.byte_len() > self.max_row_bytes {
                let limit = self.max_row_bytes;
                return Err(self.at(Fault::LineTooLong { limit }, Some(row), None));
            }
        }
        let merged = self
            .merges
            .over(row, &record)
            .map(|range| self.at(Fault::MergedCells { range }, Some(row), None));
        let mut bad = merged.into_iter().chain(bad);
        Ok(Some(match bad.next() {
            Some(fault) => Err(SheetFault { rest: Some(Box::new((bad.collect(), record))), ..fault }),
            None => Ok(record),
        }))
    }

    fn add(&self, record: &mut Record, cell: Filled) -> Option<SheetFault> {
        match cell.text {
            Ok(text) => {
                record.push_text(&text);
                record.end_cell(cell.column as usize);
                None
            }
            Err(fault) => Some(self.at(fault, Some(cell.row), Some(cell.column))),
        }
    }

    /// The next cell that is not empty.
    fn next_cell(&mut self) -> Result<Option<Filled>, SheetFault> {
        while !self.finished {
            let cell = match self.cells.next_cell_with_formula_metadata() {
                Ok(Some(cell)) => cell,
                Ok(None) => {
                    self.finished = true;
                    continue;
                }
                Err(error) => return Err(self.at(fault_of(&error), None, None)),
            };
            let text = match cell.value {
                DataRef::Empty if cell.formula.is_some() => Err(Fault::FormulaWithoutValue),
                value => cell_text(&value),
            };
            if matches!(&text, Ok(text) if text.is_empty()) {
                continue;
            }
            let (row, column) = cell.pos;
            let position = u64::from(row) + 1;
            let in_order = position >= self.last;
            if row >= MAX_SHEET_ROWS || column >= MAX_SHEET_COLUMNS || !in_order {
                let detail = "a cell lies outside the sheet or out of order".to_owned();
                return Err(self.at(Fault::WorkbookBroken { detail }, None, None));
            }
            self.last = position;
            return Ok(Some(Filled { row, column, text }));
        }
        Ok(None)
    }

    fn at(&self, fault: Fault, row: Option<u32>, column: Option<u32>) -> SheetFault {
        SheetFault {
            fault,
            sheet: Some(self.name.clone()),
            row: row.map(|row| u64::from(row) + 1),
            column: column.map(|column| column + 1),
            rest: None,
        }
    }
}

fn fault_of(error: &XlsxError) -> Fault {
    match error {
        XlsxError::Password => Fault::Encrypted,
        other => Fault::WorkbookBroken { detail: other.to_string() },
    }
}
