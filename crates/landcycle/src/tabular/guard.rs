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

/// Parts that are kept whole may unpack to this much.
const MAX_KEPT_BYTES: u64 = 256 * 1024 * 1024;
/// Styles, the list of sheets and relations are kept as structures many times their size.
const MAX_STRUCTURE_BYTES: u64 = 16 * 1024 * 1024;
/// Shared strings; each also costs a pointer, however short it is.
const MAX_STRINGS: u64 = 16 * 1024 * 1024;
/// No cell is longer with all its markup: a part of it for each of 32,767 characters.
const MAX_ITEM_BYTES: u64 = 4 * 1024 * 1024;
/// No tag or text of a real sheet is longer; a cell holds 32,767 characters.
const MAX_TOKEN_BYTES: usize = 4 * 1024 * 1024;
/// The shortest shared string, `<si/>`.
const SHORTEST_STRING: u64 = 5;
const STEP: usize = 64 * 1024;
const CLAIM: &[u8] = b"uniqueCount";
/// Bytes carried over from one step to the next, so that a claim cut in two is seen.
const OVERLAP: usize = 64;

/// Refuses archives that are no workbook, broken ones, and those that unpack to too much. Says
/// whether any sheet has merged cells, which are read apart.
pub(super) fn inspect(file: &mut File, options: &ReadOptions) -> Result<bool, Fault> {
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let names = part_names(&archive)?;
    let holds = |mark: &str| names.iter().any(|name| name.contains(mark));
    let is_workbook = holds("[content_types].xml") && (holds("workbook.xml") || holds("worksheets/"));
    if !is_workbook || holds("workbook.bin") {
        return Err(Fault::NotAWorkbook);
    }
    let mut left = options.max_unpacked_bytes;
    let mut merges = false;
    for (index, name) in names.iter().enumerate() {
        if !matches!(name.rsplit('.').next(), Some("xml" | "rels")) {
            continue;
        }
        let mut part = archive.by_index(index).map_err(broken)?;
        let structure = ["styles.xml", "workbook.xml", ".rels", "[content_types].xml"];
        let allowed = if structure.iter().any(|end| name.ends_with(end)) {
            left.min(MAX_STRUCTURE_BYTES)
        } else if !name.contains("worksheets/") || name.ends_with("sharedstrings.xml") {
            left.min(MAX_KEPT_BYTES)
        } else {
            left
        };
        let found = inspect_part(&mut part, allowed, options.max_unpacked_bytes)?;
        merges |= found.merges;
        left = left.saturating_sub(found.size);
    }
    Ok(merges)
}

/// What a pass over a part showed.
#[derive(Default)]
struct Found {
    size: u64,
    /// Shared strings.
    strings: u64,
    merges: bool,
    /// Where the cell or shared string that is open began.
    item: Option<u64>,
}

impl Found {
    /// Looks at every tag that begins in `window` before `end`; the window begins at `base`.
    fn tags(&mut self, window: &[u8], end: usize, base: u64) -> Result<(), Fault> {
        let mut at = 0;
        while let Some(next) = window[at..end].iter().position(|byte| *byte == b'<') {
            at += next;
            let (closes, name) = local_name(&window[at + 1..]);
            match (closes, name) {
                (false, b"c" | b"si") => {
                    self.item = Some(base + at as u64);
                    self.strings += u64::from(name == b"si");
                }
                (true, b"c" | b"si" | b"row" | b"sst") => self.item = None,
                (false, b"mergeCell") => self.merges = true,
                _ => {}
            }
            at += 1;
        }
        let open = self.item.map_or(0, |item| base + end as u64 - item);
        if open > MAX_ITEM_BYTES {
            return Err(malformed("a cell holds an overlong text"));
        }
        if self.strings > MAX_STRINGS {
            return Err(malformed("there are too many shared strings"));
        }
        Ok(())
    }
}

/// Whether a tag closes, and its name without the namespace.
fn local_name(tag: &[u8]) -> (bool, &[u8]) {
    let (closes, tag) = tag.strip_prefix(b"/").map_or((false, tag), |tag| (true, tag));
    let ends = |byte: &u8| matches!(byte, b' ' | b'>' | b'/' | b'<' | b'\t' | b'\r' | b'\n');
    let name = &tag[..tag.iter().position(ends).unwrap_or(tag.len())];
    (closes, name.rsplit(|byte| *byte == b':').next().unwrap_or(name))
}

fn part_names(archive: &ZipArchive<&mut File>) -> Result<Vec<String>, Fault> {
    archive
        .file_names()
        .map(|name| Ok(name.map_err(broken)?.to_ascii_lowercase().replace('\\', "/")))
        .collect()
}

fn inspect_part(part: &mut impl Read, allowed: u64, limit: u64) -> Result<Found, Fault> {
    let mut window = Vec::with_capacity(STEP + OVERLAP);
    let mut found = Found::default();
    let mut since_tag = 0_usize;
    let mut claimed = 0_u64;
    loop {
        let carried = window.len();
        let read =
            part.take(STEP as u64).read_to_end(&mut window).map_err(|error| malformed(&error.to_string()))?;
        let base = found.size - carried as u64;
        if read == 0 {
            found.tags(&window, window.len(), base)?;
            break;
        }
        found.size += read as u64;
        if found.size > allowed {
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
        // What is carried over is looked at with what follows it.
        let keep = window.len().saturating_sub(OVERLAP);
        found.tags(&window, keep, base)?;
        window.drain(..keep);
    }
    if claimed > found.size / SHORTEST_STRING {
        return Err(malformed("more shared strings are announced than there are"));
    }
    Ok(found)
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
