//! Arrays of 64-bit numbers as `NumPy` reads and writes them.

use std::io::{self, Read, Write};
use std::path::Path;

/// Writes whole numbers.
pub(crate) fn write(path: &Path, values: &[i64]) -> io::Result<()> {
    write_as(path, "<i8", values.iter().map(|value| value.to_le_bytes()))
}

/// Writes floats.
pub(crate) fn write_floats(path: &Path, values: &[f64]) -> io::Result<()> {
    write_as(path, "<f8", values.iter().map(|value| value.to_le_bytes()))
}

/// Reads whole numbers.
pub(crate) fn read(path: &Path) -> io::Result<Vec<i64>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(named)?.read_to_end(&mut bytes)?;
    let [low, high] = [8, 9].map(|at| usize::from(bytes.get(at).copied().unwrap_or(0)));
    let start = 10 + low + (high << 8);
    let header = bytes.get(10..start).unwrap_or_default();
    if !bytes.starts_with(b"\x93NUMPY\x01") || !header.windows(3).any(|part| part == b"<i8") {
        return Err(named(io::Error::other("not an array of 64-bit whole numbers")));
    }
    let values = bytes[start..].chunks_exact(8);
    Ok(values.map(|value| i64::from_le_bytes(value.try_into().unwrap_or_default())).collect())
}

/// Writes an array (format version 1.0: magic, length and text of the header, then the values).
fn write_as(path: &Path, kind: &str, values: impl ExactSizeIterator<Item = [u8; 8]>) -> io::Result<()> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({},), }}", values.len());
    // Magic, version and length take ten bytes; the data begin at a multiple of 64, after a line end.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let header = format!("{header}{}\n", " ".repeat(padding));
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    let mut file = io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for value in values {
        file.write_all(&value)?;
    }
    file.flush()
}
