//! Finding out what a file is by its content, and unpacking it within limits.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use flate2::read::MultiGzDecoder;

use super::ReadOptions;
use super::error::Fault;

/// Bytes from somewhere, readable once.
pub(super) type Bytes = Box<dyn Read + Send>;

/// What a file turned out to be.
pub(super) enum Content {
    /// Text, to be decoded.
    Text(Bytes),
    /// A zip archive, to be read as a workbook.
    Workbook(File),
}

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const LONGEST_MAGIC: usize = 8;
const SPOOL_STEP: usize = 64 * 1024;

/// Classifies a file on disk; a pipe passes too, it only cannot be wound back.
pub(super) fn classify_file(mut file: File, options: &ReadOptions) -> Result<Content, Fault> {
    let head = read_head(&mut file)?;
    let is_zip = ZIP.iter().any(|magic| head.starts_with(magic));
    if is_zip && file.seek(SeekFrom::Start(0)).is_ok() {
        return Ok(Content::Workbook(file));
    }
    classify(Box::new(Cursor::new(head).chain(file)), options)
}

/// Classifies a stream, looking once inside a gzip file.
pub(super) fn classify(mut input: Bytes, options: &ReadOptions) -> Result<Content, Fault> {
    let head = read_head(&mut input)?;
    let whole = Cursor::new(head.clone()).chain(input);
    if !head.starts_with(GZIP) {
        return classify_plain(&head, Box::new(whole), options);
    }
    let mut unpacked: Bytes = Box::new(Capped {
        inner: Gunzip(MultiGzDecoder::new(BufReader::new(whole))),
        left: options.max_unpacked_bytes,
        limit: options.max_unpacked_bytes,
    });
    let head = read_head(&mut unpacked)?;
    let whole = Box::new(Cursor::new(head.clone()).chain(unpacked));
    if head.starts_with(GZIP) {
        return Err(Fault::Binary { found: "gzip in gzip".to_owned() });
    }
    classify_plain(&head, whole, options)
}

fn classify_plain(head: &[u8], whole: Bytes, options: &ReadOptions) -> Result<Content, Fault> {
    if ZIP.iter().any(|magic| head.starts_with(magic)) {
        return Ok(Content::Workbook(spool(whole, options)?));
    }
    if head.starts_with(COMPOUND) {
        return Err(compound_fault(whole));
    }
    Ok(Content::Text(whole))
}

fn read_head(input: &mut impl Read) -> Result<Vec<u8>, Fault> {
    let mut head = Vec::with_capacity(LONGEST_MAGIC);
    input.take(LONGEST_MAGIC as u64).read_to_end(&mut head).map_err(Fault::of_io)?;
    Ok(head)
}

/// A workbook's directory lies at its end, so a stream has to be laid down first.
fn spool(mut input: Bytes, options: &ReadOptions) -> Result<File, Fault> {
    let mut file = tempfile::tempfile().map_err(Fault::of_io)?;
    let mut step = vec![0; SPOOL_STEP];
    let mut left = options.max_unpacked_bytes;
    loop {
        let read = input.read(&mut step).map_err(Fault::of_io)?;
        if read == 0 {
            break;
        }
        left = left.checked_sub(read as u64).ok_or(Fault::TooLarge { limit: options.max_unpacked_bytes })?;
        file.write_all(&step[..read]).map_err(Fault::of_io)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(Fault::of_io)?;
    Ok(file)
}

/// Old Excel files and encrypted workbooks share a container; the name of a stream in it tells.
fn compound_fault(input: Bytes) -> Fault {
    const SEARCHED: u64 = 64 * 1024 * 1024;
    let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut input = input.take(SEARCHED);
    let mut window = Vec::new();
    let mut step = vec![0; SPOOL_STEP];
    while let Ok(read) = input.read(&mut step) {
        if read == 0 {
            break;
        }
        window.extend_from_slice(&step[..read]);
        if window.windows(mark.len()).any(|found| found == mark) {
            return Fault::Encrypted;
        }
        let keep = window.len().saturating_sub(mark.len());
        window.drain(..keep);
    }
    Fault::OldExcel
}

/// A gzip stream whose defects are told apart from those of the disk below it.
struct Gunzip<R>(MultiGzDecoder<R>);

impl<R: io::BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Fault::GzipDamaged.into_io()
            }
            _ => error,
        })
    }
}

/// A stream that ends in a fault instead of running past its limit.
struct Capped<R> {
    inner: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(Fault::TooLarge { limit: self.limit }.into_io()),
        }
    }
}
