//! One row as it is read, before the heading gives its cells their places.

/// The cells of one line or sheet row, in one piece of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// The physical line or sheet row, from 1.
    pub(super) line: u64,
    text: String,
    /// Physical column (from 0) and end in `text` of each cell.
    ends: Vec<(usize, usize)>,
}

impl Record {
    pub(super) fn at(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Adds to the cell being read.
    pub(super) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends the cell being read.
    pub(super) fn end_cell(&mut self, column: usize) {
        self.ends.push((column, self.text.len()));
    }

    pub(super) fn cell_count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn byte_len(&self) -> usize {
        self.text.len()
    }

    /// Column, start and end of every cell.
    pub(super) fn spans(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        self.ends.iter().zip(starts).map(|((column, end), start)| (*column, start, *end))
    }

    /// Column and text of every cell.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &str)> {
        self.spans().map(|(column, start, end)| (column, &self.text[start..end]))
    }

    pub(super) fn is_blank(&self) -> bool {
        is_blank(&self.text)
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Whether a text shows nothing; the DOS end mark and a stray byte-order mark count as nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Text without what does not show at its ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

fn is_invisible(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{FEFF}' | '\u{1A}')
}
