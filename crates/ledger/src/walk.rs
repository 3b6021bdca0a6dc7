//! The walk of a fold over stored events.

use jiff::civil::Date;

use crate::columns::{Columns, number, parsed, text};
use crate::error::LedgerError;
use crate::event::moment_text;
use crate::fold::{Cut, Day, FoldedCase, Gathered};

/// What a fold reads of each event.
pub(crate) const FOLD: &str =
    "SELECT seq, first_seq, happened_on, recorded_at, corrects, body, case_id FROM event";

/// Events of cases whose first event lies in a span, of those that were there at the beginning.
pub(crate) const SPAN: &str =
    "WHERE first_seq >= $1 AND first_seq < $2 AND seq <= $3 ORDER BY first_seq, seq";

/// A walk over events in the order of their cases; shows a case when its last event has passed.
pub(crate) struct Walk<'c> {
    day: Day<'c>,
    known_at: Option<String>,
    gathered: Gathered,
    case_id: String,
    first_seq: i64,
}

impl<'c> Walk<'c> {
    pub(crate) fn new(cut: &Cut<'c>) -> Self {
        Self {
            day: Day::of(cut),
            known_at: cut.known_at.map(moment_text),
            gathered: Gathered::default(),
            case_id: String::new(),
            first_seq: 0,
        }
    }

    /// Takes the next row of [`FOLD`].
    pub(crate) fn step(
        &mut self,
        row: &impl Columns,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<(), LedgerError> {
        let seq = number(row, 0, 0)?;
        let first_seq = number(row, seq, 1)?;
        if first_seq != self.first_seq {
            self.finish(visitor)?;
            self.first_seq = first_seq;
            self.case_id.clear();
            self.case_id.push_str(text(row, seq, 6)?);
        }
        if let Some(known_at) = &self.known_at
            && text(row, seq, 3)? > known_at.as_str()
        {
            return Ok(());
        }
        let happened_on = parsed(row, seq, 2, str::parse::<Date>)?;
        let corrects = row.integer(4).map_err(|what| LedgerError::Unreadable { seq, what })?;
        self.gathered.push(seq, happened_on, corrects, text(row, seq, 5)?);
        Ok(())
    }

    /// Shows the last case; says whether there was one.
    pub(crate) fn finish(&mut self, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<bool, LedgerError> {
        let shown = self.gathered.show(&self.case_id, &self.day, visitor)?;
        self.gathered.clear();
        Ok(shown)
    }
}
