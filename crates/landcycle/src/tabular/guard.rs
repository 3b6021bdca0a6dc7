//! Looking through a workbook's parts before they are parsed.
//!
//! The parser below trusts a workbook: it reserves room for as many shared strings as the file
//! claims and keeps what a part unpacks to. One pass over the unpacked bytes, kept nowhere, refuses
//! what would exhaust the memory.

use std::fs::File;
use std::io::Read;

use zip::ZipArchive;
use zip::result::ZipError;

use super::ReadOptions;
use super::error::Fault;

/// Parts that are kept whole (shared strings, styles, ...) may unpack to this much.
const MAX_KEPT_BYTES: u64 = 256 * 1024 * 1024;
/// No tag or text of a real sheet is longer; a cell holds 32,767 characters.
const MAX_TOKEN_BYTES: usize = 4 * 1024 * 1024;
/// The shortest shared string, `<si/>`.
const SHORTEST_STRING: u64 = 5;
const STEP: usize = 64 * 1024;
const CLAIM: &[u8] = b"uniqueCount";
/// Bytes carried over from one step to the next, so that a claim cut in two is seen.
const OVERLAP: usize = 64;

/// Refuses archives that are no workbook, broken ones, and those that unpack to too much.
pub(super) fn inspect(file: &mut File, options: &ReadOptions) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let names = part_names(&archive)?;
    let holds = |mark: &str| names.iter().any(|name| name.contains(mark));
    let is_workbook = holds("[content_types].xml") && (holds("workbook.xml") || holds("worksheets/"));
    if !is_workbook || holds("workbook.bin") {
        return Err(Fault::NotAWorkbook);
    }
    let mut left = options.max_unpacked_bytes;
    for (index, name) in names.iter().enumerate() {
        if !matches!(name.rsplit('.').next(), Some("xml" | "rels")) {
            continue;
        }
        let mut part = archive.by_index(index).map_err(broken)?;
        let kept = !name.contains("worksheets/") || name.ends_with("sharedstrings.xml");
        let allowed = if kept { left.min(MAX_KEPT_BYTES) } else { left };
        let size = inspect_part(&mut part, allowed, options.max_unpacked_bytes)?;
        left = left.saturating_sub(size);
    }
    Ok(())
}

fn part_names(archive: &ZipArchive<&mut File>) -> Result<Vec<String>, Fault> {
    archive
        .file_names()
        .map(|name| Ok(name.map_err(broken)?.to_ascii_lowercase().replace('\\', "/")))
        .collect()
}

fn inspect_part(part: &mut impl Read, allowed: u64, limit: u64) -> Result<u64, Fault> {
    let mut window = Vec::with_capacity(STEP + OVERLAP);
    let mut size = 0_u64;
    let mut since_tag = 0_usize;
    let mut claimed = 0_u64;
    loop {
        let carried = window.len();
        let read =
            part.take(STEP as u64).read_to_end(&mut window).map_err(|error| malformed(&error.to_string()))?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > allowed {
            return Err(Fault::TooLarge { limit: limit.min(allowed) });
        }
        let fresh = &window[carried..];
        if fresh.contains(&0) {
            return Err(malformed("a part is not in UTF-8"));
        }
        since_tag = match fresh.iter().rposition(|byte| *byte == b'<') {
            Some(last) => fresh.len() - last,
            None => since_tag + fresh.len(),
        };
        if since_tag > MAX_TOKEN_BYTES {
            return Err(malformed("a part holds an overlong text"));
        }
        claimed = claimed.max(largest_claim(&window));
        let keep = window.len().saturating_sub(OVERLAP);
        window.drain(..keep);
    }
    if claimed > size / SHORTEST_STRING {
        return Err(malformed("more shared strings are announced than there are"));
    }
    Ok(size)
}

fn largest_claim(window: &[u8]) -> u64 {
    let mut largest = 0;
    let mut rest = window;
    while let Some(at) = rest.windows(CLAIM.len()).position(|found| found == CLAIM) {
        rest = &rest[at + CLAIM.len()..];
        let count = rest
            .iter()
            .skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\''))
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0_u64, |count, byte| count.saturating_mul(10).saturating_add(u64::from(byte - b'0')));
        largest = largest.max(count);
    }
    largest
}

fn malformed(detail: &str) -> Fault {
    Fault::WorkbookBroken { detail: detail.to_owned() }
}

fn broken(error: ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Encrypted,
        ZipError::Io(error) => match error.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData => {
                malformed(&error.to_string())
            }
            _ => Fault::of_io(error),
        },
        other => malformed(&other.to_string()),
    }
}
