//! Any bytes at all: an error or a table, never a panic, never much memory.

use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::super::{ReadOptions, Table};
use super::workbook::sample;
use super::{error, error_with, exhaust, gzip};

/// An endless repetition that counts what is taken of it.
struct Endless {
    pattern: &'static [u8],
    left: u64,
    taken: Arc<AtomicU64>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = (buffer.len() as u64).min(self.left) as usize;
        for (at, byte) in buffer[..count].iter_mut().enumerate() {
            *byte = self.pattern[at % self.pattern.len()];
        }
        self.left -= count as u64;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn first_code(start: &'static [u8], pattern: &'static [u8]) -> (&'static str, u64) {
    let taken = Arc::new(AtomicU64::new(0));
    let left = 100 * 1024 * 1024;
    let endless = Endless { pattern, left, taken: Arc::clone(&taken) };
    let input = Box::new(start.chain(endless));
    let code = match Table::from_reader("t", input, &ReadOptions::default()) {
        Err(error) => error.code(),
        Ok(mut table) => table.find_map(Result::err).map_or("none", |error| error.code()),
    };
    (code, taken.load(Ordering::Relaxed))
}

#[test]
fn a_line_of_100_mb_is_given_up_after_one() {
    for (start, pattern) in [(&b"a,b\n"[..], &b"x"[..]), (b"", b"x"), (b"a\n", b"\xB9\xA4"), (b"a\n\"", b"y")]
    {
        let (code, taken) = first_code(start, pattern);
        assert_eq!(code, "T003", "{pattern:?}");
        assert!(taken < 2 * 1024 * 1024, "{taken}");
    }
    let (code, taken) = first_code(b"a\n", b"\0");
    assert_eq!(code, "T004");
    assert!(taken < 2 * 1024 * 1024);
}

#[test]
fn compressed_bombs_are_given_up() {
    let line = gzip(&[b"a\n".to_vec(), vec![b'x'; 20 * 1024 * 1024]].concat());
    assert_eq!(error(line).code(), "T003");
    let options = ReadOptions { max_unpacked_bytes: 1_000_000, ..ReadOptions::default() };
    let breaks = gzip(&[b"a\n".to_vec(), vec![b'\n'; 20 * 1024 * 1024]].concat());
    assert_eq!(error_with(breaks, &options).code(), "T021");
    assert_eq!(error(gzip(&gzip(b"a\n1\n"))).code(), "T004");
}

#[test]
fn truncated_gzip_is_told_at_every_length() {
    let mut text = String::new();
    for row in 0..5_000 {
        let _ = writeln!(text, "{row},{}", row * 7_919 % 1_000);
    }
    let whole = gzip(format!("a,b\n{text}").as_bytes());
    for length in (2..whole.len()).step_by(97) {
        assert_eq!(error(&whole[..length]).code(), "T002", "{length}");
    }
    let mut damaged = whole.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    assert_eq!(error(damaged).code(), "T002");
    assert_eq!(error([whole, b"trailing".to_vec()].concat()).code(), "T002");
}

#[test]
fn truncated_workbooks_are_told_at_every_length() {
    let whole = sample();
    for length in (4..whole.len()).step_by(53) {
        assert_eq!(error(&whole[..length]).code(), "T012", "{length}");
    }
}

#[test]
fn binary_files_are_told() {
    for head in [
        &b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"[..],
        b"\x7FELF\x02\x01\x01\0",
        b"SQLite format 3\0",
        b"\0\0\0\0",
        b"Rar!\x1A\x07\x01\0",
    ] {
        assert_eq!(error(head).code(), "T004", "{head:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_never_panic(
        start in prop::sample::select(vec![
            &b""[..], b"a,b\n", b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"\x1F\x8B", b"\x1F\x8B\x08\0\0\0\0\0\0\x03",
            b"PK\x03\x04", b"PK\x05\x06", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xB1\xE0\xBA\xC5,b\n",
        ]),
        junk in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        exhaust([start, &junk].concat(), &ReadOptions::default());
    }

    #[test]
    fn random_text_never_panics(text in "[a甲\"',;\t\r\n 1\u{FEFF}]{0,200}") {
        let narrow = ReadOptions { max_line_bytes: 20, max_columns: 4, max_rows: 9, max_cell_chars: 5, ..ReadOptions::default() };
        exhaust(text.clone().into_bytes(), &narrow);
        exhaust(encoding_rs::GB18030.encode(&text.replace('\u{FEFF}', "乙")).0.into_owned(), &ReadOptions::default());
    }

    #[test]
    fn damaged_workbooks_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), length in any::<prop::sample::Index>()) {
        let mut bytes = sample();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        exhaust(bytes.clone(), &ReadOptions::default());
        bytes.truncate(length.index(bytes.len()));
        exhaust(bytes, &ReadOptions::default());
    }

    #[test]
    fn damaged_sheets_never_panic(at in any::<prop::sample::Index>(), junk in "[<>/a-zA-Z0-9\"= ]{0,12}") {
        let mut sheet = String::from(r#"<worksheet><dimension ref="A1:B3"/><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2" t="s" s="1"><v>0</v></c><c r="B2" t="b"><v>1</v></c></row></sheetData></worksheet>"#);
        let place = at.index(sheet.len());
        sheet.insert_str(place, &junk);
        exhaust(super::workbook::raw_workbook(&sheet, Some("<sst><si><t>x</t></si></sst>")), &ReadOptions::default());
    }
}
