//! A DOCX file as a container: which parts of it hold text, and putting changed parts back. What is
//! not changed is copied as it lies.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use crate::say::Failure;

/// The largest template; a paper without pictures has some ten thousand bytes.
pub(super) const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// The largest part with text, unpacked.
const MOST_PART: u64 = 16 * 1024 * 1024;
/// All parts, as the container says of itself.
const MOST_ALL: u64 = 128 * 1024 * 1024;
/// Parts that a container may have.
const MOST_PARTS: usize = 2_000;

/// What says which part is what.
const TYPES: &str = "[Content_Types].xml";
/// The kinds of part that hold text, by the ends of their content types; the first is the paper itself.
const TEXT: [&str; 5] = [
    "wordprocessingml.document.main+xml",
    "wordprocessingml.header+xml",
    "wordprocessingml.footer+xml",
    "wordprocessingml.footnotes+xml",
    "wordprocessingml.endnotes+xml",
];
/// How a compound file begins: an old .doc, or a DOCX behind a password.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// The stream of a DOCX behind a password.
const ENCRYPTED: &str = "EncryptedPackage";

/// 文书文件 · a DOCX file.
#[derive(Debug)]
pub(crate) struct Docx {
    bytes: Vec<u8>,
    /// Parts with text by name, the paper itself first.
    pub(super) parts: Vec<(String, String)>,
}

impl Docx {
    /// Opens a file as bytes; `name` is what messages call it.
    pub(crate) fn open(name: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let refuse = |key: &str| Failure::new(key, &[("file", name)]);
        let limit = || {
            let limit = (MOST_ALL / 1024 / 1024).to_string();
            Failure::new("paper_too_large", &[("file", name), ("limit", &limit)])
        };
        if bytes.starts_with(&COMPOUND) {
            return Err(refuse(if is_encrypted(&bytes) { "paper_locked" } else { "paper_old_doc" }));
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(limit());
        }
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).map_err(|_| refuse("paper_no_docx"))?;
        if archive.len() > MOST_PARTS || unpacked(&mut archive) > u128::from(MOST_ALL) {
            return Err(limit());
        }
        let mut read = |part: &str| match part_of(&mut archive, part) {
            Ok(text) => Ok(text),
            Err(Trouble::Large) => Err(limit()),
            Err(Trouble::Locked) => Err(refuse("paper_locked")),
            Err(Trouble::Bad) => Err(refuse("paper_no_docx")),
        };
        let types = read(TYPES)?;
        let named = text_parts(&types).ok_or_else(|| refuse("paper_no_docx"))?;
        let mut parts = Vec::new();
        for part in named {
            let text = read(&part)?;
            parts.push((part, text));
        }
        Ok(Self { bytes, parts })
    }

    /// The file with some of its parts in other words.
    pub(super) fn with(&self, parts: &BTreeMap<String, String>) -> Result<Vec<u8>, ZipError> {
        let mut archive = ZipArchive::new(Cursor::new(&self.bytes))?;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            let file = archive.by_index_raw(at)?;
            let name = file.name()?.into_owned();
            match parts.get(&name) {
                // The same paper is the same bytes: no clock.
                Some(text) => {
                    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
                    writer.start_file(name, options)?;
                    writer.write_all(text.as_bytes())?;
                }
                None => writer.raw_copy_file(file)?,
            }
        }
        Ok(writer.finish()?.into_inner())
    }
}

enum Trouble {
    Large,
    Locked,
    Bad,
}

/// The text of a part, within bounds whatever the container says of its size.
fn part_of(archive: &mut ZipArchive<Cursor<&Vec<u8>>>, name: &str) -> Result<String, Trouble> {
    let file = archive.by_name(name).map_err(|error| match error {
        ZipError::UnsupportedArchive(what) if what == ZipError::PASSWORD_REQUIRED => Trouble::Locked,
        _ => Trouble::Bad,
    })?;
    let mut text = Vec::new();
    file.take(MOST_PART + 1).read_to_end(&mut text).map_err(|_| Trouble::Bad)?;
    if text.len() as u64 > MOST_PART {
        return Err(Trouble::Large);
    }
    String::from_utf8(text).map_err(|_| Trouble::Bad)
}

/// The size of all parts, as the container says.
fn unpacked(archive: &mut ZipArchive<Cursor<&Vec<u8>>>) -> u128 {
    (0..archive.len())
        .map(|at| archive.by_index_raw(at).map_or(u128::from(u64::MAX), |file| u128::from(file.size())))
        .sum()
}

/// The names of the parts with text, the paper itself first; none if there is no paper.
fn text_parts(types: &str) -> Option<Vec<String>> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut reader = Reader::from_str(types);
    loop {
        let event = reader.read_event().ok()?;
        let (Event::Start(tag) | Event::Empty(tag)) = event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let value = |key: &str| {
            let found = tag.attributes().flatten().find(|attribute| attribute.key.0 == key);
            found.map(|attribute| attribute.value.into_owned())
        };
        if let (Some(part), Some(kind)) = (value("PartName"), value("ContentType"))
            && let Some(order) = TEXT.iter().position(|text| kind.ends_with(text))
        {
            found.push((order, part.trim_start_matches('/').to_owned()));
        }
    }
    found.sort();
    let paper = found.first().is_some_and(|(order, _)| *order == 0);
    paper.then(|| found.into_iter().map(|(_, part)| part).collect())
}

/// Whether a compound file holds a DOCX behind a password: its directory names streams in UTF-16.
fn is_encrypted(bytes: &[u8]) -> bool {
    let wanted: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
