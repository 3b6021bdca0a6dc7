//! Bytes being read, without trust in what they say about their own length.

/// The rest of some bytes.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) rest: &'a [u8],
    pub(super) little: bool,
}

/// The bytes end too early, or say what they may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, little: true }
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (first, rest) = self.rest.split_first_chunk().ok_or(Broken)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn slice(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (first, rest) = self.rest.split_at_checked(length).ok_or(Broken)?;
        self.rest = rest;
        Ok(first)
    }

    pub(super) fn integer(&mut self) -> Result<u32, Broken> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    pub(super) fn double(&mut self) -> Result<f64, Broken> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// A number of parts of at least `bytes_each`: a damaged count must not ask for all memory.
    pub(super) fn count(&mut self, bytes_each: usize) -> Result<usize, Broken> {
        let count = self.integer()? as usize;
        if count > self.rest.len() / bytes_each { Err(Broken) } else { Ok(count) }
    }
}
