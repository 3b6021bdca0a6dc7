//! Arrays of 64-bit integers as `NumPy` reads them.

use std::io::{self, Write};
use std::path::Path;

/// Writes an array (format version 1.0: magic, length and text of the header, then the values).
pub(crate) fn write(path: &Path, values: &[i64]) -> io::Result<()> {
    let header = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({},), }}", values.len());
    // Magic, version and length take ten bytes; the data begin at a multiple of 64, after a line end.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let header = format!("{header}{}\n", " ".repeat(padding));
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    let mut file = io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for value in values {
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}
