//! What can be wrong with a table, and where.

use std::io;

use super::header::Row;
use super::messages::{Language, fill, text};

/// Where in the input something is wrong; what is not known stays out of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file's name as the caller knows it, without its folder.
    pub(crate) file: String,
    /// The sheet of a workbook; `None` for a table in text form.
    pub(crate) sheet: Option<String>,
    /// The physical line or the sheet row, counted from 1.
    pub(crate) row: Option<u64>,
    /// The physical column, counted from 1.
    pub(crate) column: Option<usize>,
    /// The heading of that column.
    pub(crate) name: Option<String>,
}

impl Place {
    /// The column as its reader sees it: letters in a workbook, a number in a text table.
    pub(crate) fn column_label(&self) -> Option<String> {
        self.column.map(|column| self.label_of(column))
    }

    fn label_of(&self, column: usize) -> String {
        if self.sheet.is_some() { column_letters(column) } else { column.to_string() }
    }

    /// What is wrong, after this place.
    pub(crate) fn before(&self, what: &str, language: Language) -> String {
        let place = self.describe(language);
        if place.is_empty() {
            what.to_owned()
        } else {
            format!("{place}{}{what}", text("place.colon", language))
        }
    }

    fn describe(&self, language: Language) -> String {
        let mut parts = Vec::new();
        if !self.file.is_empty() {
            parts.push(fill("place.file", language, &[("file", self.file.clone())]));
        }
        if let Some(sheet) = &self.sheet {
            parts.push(fill("place.sheet", language, &[("sheet", sheet.clone())]));
        }
        if let Some(row) = self.row {
            let key = if self.sheet.is_some() { "place.row" } else { "place.line" };
            parts.push(fill(key, language, &[("row", row.to_string())]));
        }
        if let Some(column) = self.column_label() {
            let (key, name) = match &self.name {
                Some(name) => ("place.named", name.clone()),
                None => ("place.column", String::new()),
            };
            parts.push(fill(key, language, &[("column", column), ("name", name)]));
        }
        parts.join(&text("place.join", language))
    }
}

/// The letters a spreadsheet shows for a column counted from 1 (A, B, ..., Z, AA, ...).
pub(super) fn column_letters(column: usize) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().map(char::from).collect::<String>()
}

/// Why a file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no such file.
    NotFound,
    /// Reading is not permitted.
    Denied,
    /// It is a folder.
    Directory,
    /// What the system reports.
    Other(String),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The file cannot be read.
    Unreadable(Cause),
    /// The gzip stream ends early or fails its checks.
    GzipDamaged,
    /// A line (or a record spanning lines) is longer than allowed.
    LineTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// The content is not text.
    Binary {
        /// What gave it away.
        found: String,
    },
    /// The workbook has no sheet of that name.
    NoSuchSheet {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        sheets: Vec<String>,
    },
    /// The bytes are not text in the encoding the file was found to have.
    Encoding {
        /// The encoding being read.
        encoding: &'static str,
        /// Offset of the bad bytes from the start of the (unpacked) file, from 1.
        byte: u64,
        /// The bad bytes in hexadecimal.
        bytes: String,
        /// The encoding the content looks like, if that is another one.
        guess: Option<&'static str>,
    },
    /// Two columns have the same heading.
    DuplicateHeader {
        /// The heading.
        name: String,
        /// First physical column, from 1.
        first: usize,
        /// Second physical column, from 1.
        second: usize,
    },
    /// There is no heading.
    NoHeader,
    /// There is a heading but no data.
    NoRows,
    /// More columns than allowed.
    TooManyColumns {
        /// Columns found (at least).
        found: usize,
        /// Columns allowed.
        limit: usize,
    },
    /// A quotation mark is never closed; `limit` is set when the search was given up there.
    OpenQuote {
        /// Bytes after which the search was given up; `None` when the file ended.
        limit: Option<usize>,
    },
    /// The XLSX file is broken.
    WorkbookBroken {
        /// What the reader reports.
        detail: String,
    },
    /// A cell holds an error value.
    CellError {
        /// The value as the spreadsheet shows it.
        value: String,
    },
    /// A row has content in columns without a heading.
    ExtraCells {
        /// Physical columns, from 1.
        columns: Vec<usize>,
        /// Columns of the heading.
        width: usize,
    },
    /// Text follows a closing quotation mark.
    StrayText {
        /// The text.
        text: String,
    },
    /// An old `.xls` file.
    OldExcel,
    /// A workbook protected by a password.
    Encrypted,
    /// A zip archive that is no XLSX workbook.
    NotAWorkbook,
    /// A cell is longer than allowed.
    CellTooLong {
        /// Characters allowed.
        limit: usize,
    },
    /// More rows than allowed.
    TooManyRows {
        /// Rows allowed.
        limit: u64,
    },
    /// More bytes than allowed.
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// A sheet was asked for, but the file has none.
    SheetOfText {
        /// The name asked for.
        wanted: String,
    },
    /// A web page or XML named like a table.
    WebPage,
    /// A formula whose result is not in the file.
    FormulaWithoutValue,
    /// A sheet writes one cell twice.
    CellTwice {
        /// Physical column, from 1.
        column: usize,
    },
    /// A number with more digits than a spreadsheet keeps.
    LongNumber {
        /// What is left of it.
        text: String,
    },
    /// Cells of data that are merged with others.
    MergedCells {
        /// The range, as a spreadsheet names it.
        range: String,
    },
    /// The text of a cell is not what its column calls for.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what is sound but empty is refused by its callers; tests use it")
    )]
    Value(ValueFault),
}

/// Why the text of a cell is not a date or not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {text}", self.kind.code())]
pub(crate) struct ValueFault {
    /// What is wrong with it.
    pub(crate) kind: ValueFaultKind,
    /// The text, shortened when long.
    pub(crate) text: String,
}

/// The ways the text of a cell can fail to be a date or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueFaultKind {
    /// Not written like a date.
    NotADate,
    /// Written like a date, but the calendar has no such day.
    ImpossibleDate,
    /// A date that programs write for an empty value.
    PlaceholderDate,
    /// Only a year, or a year and a month.
    IncompleteDate,
    /// A number that a spreadsheet shows as a date.
    SerialDate,
    /// Three numbers of which none is plainly the year.
    AmbiguousDate,
    /// Not written like a number.
    NotANumber,
    /// Commas that separate no groups of three.
    UnclearComma,
    /// Too many digits when written out.
    TooManyDigits,
}

impl ValueFaultKind {
    /// The stable code of the fault.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotADate => "T101",
            Self::ImpossibleDate => "T102",
            Self::PlaceholderDate => "T103",
            Self::IncompleteDate => "T104",
            Self::SerialDate => "T105",
            Self::AmbiguousDate => "T106",
            Self::NotANumber => "T111",
            Self::UnclearComma => "T112",
            Self::TooManyDigits => "T113",
        }
    }
}

impl ValueFault {
    pub(super) fn new(kind: ValueFaultKind, text: &str) -> Self {
        Self { kind, text: shortened(text) }
    }

    /// What is wrong with the text, and what to do.
    pub(crate) fn said(&self, language: Language) -> String {
        let code = self.kind.code();
        let gap = if language == Language::En { " " } else { "" };
        format!("{}{gap}{}", fill(code, language, &self.values()), text(&format!("{code}.help"), language))
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        vec![("text", self.text.clone()), ("limit", super::numbers::MAX_DIGITS.to_string())]
    }
}

/// The start of a text, enough to recognise it by.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let text = text.trim();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Fault {
    /// The stable code of the fault.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "T001",
            Self::GzipDamaged => "T002",
            Self::LineTooLong { .. } => "T003",
            Self::Binary { .. } => "T004",
            Self::NoSuchSheet { .. } => "T005",
            Self::Encoding { .. } => "T006",
            Self::DuplicateHeader { .. } => "T007",
            Self::NoHeader => "T008",
            Self::NoRows => "T009",
            Self::TooManyColumns { .. } => "T010",
            Self::OpenQuote { .. } => "T011",
            Self::WorkbookBroken { .. } => "T012",
            Self::CellError { .. } => "T013",
            Self::ExtraCells { .. } => "T014",
            Self::StrayText { .. } => "T015",
            Self::OldExcel => "T016",
            Self::Encrypted => "T017",
            Self::NotAWorkbook => "T018",
            Self::CellTooLong { .. } => "T019",
            Self::TooManyRows { .. } => "T020",
            Self::TooLarge { .. } => "T021",
            Self::SheetOfText { .. } => "T022",
            Self::WebPage => "T023",
            Self::FormulaWithoutValue => "T024",
            Self::CellTwice { .. } => "T025",
            Self::LongNumber { .. } => "T026",
            Self::MergedCells { .. } => "T027",
            Self::Value(value) => value.kind.code(),
        }
    }

    /// Whether reading can go on with the next row.
    pub(crate) fn concerns_one_row(&self) -> bool {
        matches!(
            self,
            Self::CellError { .. }
                | Self::ExtraCells { .. }
                | Self::CellTooLong { .. }
                | Self::FormulaWithoutValue
                | Self::CellTwice { .. }
                | Self::LongNumber { .. }
                | Self::MergedCells { .. }
                | Self::Value(_)
        )
    }

    /// The fault an input error stands for; the readers below the decoder pass theirs inside one.
    pub(super) fn of_io(error: io::Error) -> Self {
        let kind = error.kind();
        let shown = error.to_string();
        if let Some(inner) = error.into_inner()
            && let Ok(carried) = inner.downcast::<Carried>()
        {
            return carried.0;
        }
        Self::Unreadable(match kind {
            io::ErrorKind::NotFound => Cause::NotFound,
            io::ErrorKind::PermissionDenied => Cause::Denied,
            io::ErrorKind::IsADirectory => Cause::Directory,
            _ => Cause::Other(shown),
        })
    }

    /// The fault inside an input error, for readers that can only report those.
    pub(super) fn into_io(self) -> io::Error {
        io::Error::other(Carried(self))
    }

    fn values(&self, place: &Place, language: Language) -> Vec<(&'static str, String)> {
        let label = |column: &usize| place.label_of(*column);
        match self {
            Self::Unreadable(cause) => vec![("cause", cause.describe(language))],
            Self::LineTooLong { limit } | Self::CellTooLong { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::TooManyRows { limit } | Self::TooLarge { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::Binary { found } => vec![("found", found.clone())],
            Self::NoSuchSheet { wanted, sheets } => {
                vec![("wanted", wanted.clone()), ("sheets", sheets.join(&text("list.join", language)))]
            }
            Self::Encoding { encoding, byte, bytes, guess } => vec![
                ("encoding", (*encoding).to_owned()),
                ("byte", byte.to_string()),
                ("bytes", bytes.clone()),
                ("guess", describe_guess(*guess, language)),
            ],
            Self::DuplicateHeader { name, first, second } => {
                vec![("name", name.clone()), ("first", label(first)), ("second", label(second))]
            }
            Self::TooManyColumns { found, limit } => {
                vec![("found", found.to_string()), ("limit", limit.to_string())]
            }
            Self::OpenQuote { limit } => vec![("end", describe_quote_end(*limit, language))],
            Self::WorkbookBroken { detail } => vec![("detail", detail.clone())],
            Self::CellError { value } => vec![("value", value.clone())],
            Self::ExtraCells { columns, width } => vec![
                ("columns", columns.iter().map(label).collect::<Vec<_>>().join(&text("list.join", language))),
                ("width", width.to_string()),
            ],
            Self::StrayText { text } | Self::LongNumber { text } => vec![("text", text.clone())],
            Self::CellTwice { column } => vec![("column", label(column))],
            Self::MergedCells { range } => vec![("range", range.clone())],
            Self::SheetOfText { wanted } => vec![("wanted", wanted.clone())],
            Self::Value(value) => value.values(),
            Self::GzipDamaged
            | Self::NoHeader
            | Self::NoRows
            | Self::OldExcel
            | Self::Encrypted
            | Self::NotAWorkbook
            | Self::FormulaWithoutValue
            | Self::WebPage => Vec::new(),
        }
    }
}

fn describe_guess(guess: Option<&str>, language: Language) -> String {
    match guess {
        Some(encoding) => fill("guess.likely", language, &[("encoding", encoding.to_owned())]),
        None => text("guess.mixed", language),
    }
}

fn describe_quote_end(limit: Option<usize>, language: Language) -> String {
    match limit {
        Some(limit) => fill("quote.limit", language, &[("limit", limit.to_string())]),
        None => text("quote.end", language),
    }
}

impl Cause {
    fn describe(&self, language: Language) -> String {
        match self {
            Self::NotFound => text("cause.not_found", language),
            Self::Denied => text("cause.denied", language),
            Self::Directory => text("cause.directory", language),
            Self::Other(detail) => fill("cause.other", language, &[("detail", detail.clone())]),
        }
    }
}

/// A fault on its way through a reader that can only report input errors.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.0.code())]
struct Carried(Fault);

/// A fault and the place it was found at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message(Language::En))]
pub(crate) struct TabularError {
    // Boxed: results are passed by the hundred thousand, faults are rare.
    inner: Box<(Fault, Place)>,
    rest: Option<Box<Rest>>,
}

/// What else is known of a row with a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rest {
    /// Faults of its other cells.
    others: Vec<TabularError>,
    /// The row without its faulty cells.
    row: Option<Row>,
}

impl TabularError {
    /// A fault at a place.
    pub(crate) fn new(fault: Fault, place: Place) -> Self {
        Self { inner: Box::new((fault, place)), rest: None }
    }

    /// The same with the faults of other cells of the row, and what is sound of it.
    pub(super) fn with_rest(mut self, others: Vec<Self>, row: Option<Row>) -> Self {
        if !others.is_empty() || row.is_some() {
            self.rest = Some(Box::new(Rest { others, row }));
        }
        self
    }

    /// This fault and those of other cells of the row.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.rest.iter().flat_map(|rest| &rest.others))
    }

    /// The row without its faulty cells, where it could be cut into cells.
    pub(crate) fn row(&self) -> Option<&Row> {
        self.rest.as_ref()?.row.as_ref()
    }

    /// The stable code, such as `T003`.
    pub(crate) fn code(&self) -> &'static str {
        self.fault().code()
    }

    /// What is wrong.
    pub(crate) fn fault(&self) -> &Fault {
        &self.inner.0
    }

    /// Where it is wrong.
    pub(crate) fn place(&self) -> &Place {
        &self.inner.1
    }

    /// Whether the file is sound but holds nothing to import.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what is sound but empty is refused by its callers; tests use it")
    )]
    pub(crate) fn is_warning(&self) -> bool {
        matches!(self.fault(), Fault::NoRows)
    }

    /// Where and what, in one sentence.
    pub(crate) fn message(&self, language: Language) -> String {
        let values = self.fault().values(self.place(), language);
        self.place().before(&fill(self.code(), language, &values), language)
    }

    /// What is wrong, without its place.
    pub(crate) fn what(&self, language: Language) -> String {
        fill(self.code(), language, &self.fault().values(self.place(), language))
    }

    /// What to do about it.
    pub(crate) fn help(&self, language: Language) -> String {
        text(&format!("{}.help", self.code()), language)
    }
}
