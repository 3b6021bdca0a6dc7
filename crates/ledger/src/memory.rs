//! A ledger in memory: the reference the others are held against, and a store for small things.
//!
//! Plain before fast: an append works on a copy and takes its place when the batch is sound, so a
//! batch that fails leaves nothing behind by construction.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use crate::admit::{Head, Shelf, admit};
use crate::carry::carry;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::{Event, whole_milliseconds};
use crate::fold::{Cut, Day, FoldedCase, Gathered};
use crate::layer::{LayerZones, ParcelPart};
use crate::ledger::{Appended, Carried, Entry, Fault, Ledger, Size, Verification, What};
use crate::parcel::ParcelRow;
use crate::store::is_record;

/// A ledger that is gone when the program ends.
#[derive(Clone, Debug, Default)]
pub struct MemoryLedger {
    events: Vec<Event>,
    keys: HashMap<String, usize>,
    corrections: HashMap<i64, i64>,
    /// Cases in the order of their first events, and the events of each.
    cases: Vec<(String, Vec<usize>)>,
    case_numbers: HashMap<String, usize>,
    parcels: BTreeMap<String, ParcelRow>,
    layers: BTreeMap<(String, i64), LayerZones>,
    parts: Option<(String, Vec<ParcelPart>)>,
    meta: BTreeMap<String, String>,
}

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    fn head(&self) -> Head {
        self.events.last().map_or(Head::START, |event| Head { seq: event.seq, digest: event.digest })
    }

    fn indices_of(&self, case_id: &str) -> &[usize] {
        self.case_numbers.get(case_id).map_or(&[], |&number| &self.cases[number].1)
    }

    fn show(
        &self,
        gathered: &mut Gathered,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        let known_at = cut.known_at.map(whole_milliseconds);
        gathered.clear();
        for &index in self.indices_of(case_id) {
            let event = &self.events[index];
            if known_at.is_none_or(|known_at| event.recorded_at <= known_at) {
                gathered.push(event.seq, event.happened_on, event.corrects, event.body.as_str());
            }
        }
        gathered.show(case_id, &Day::of(cut), visitor)
    }
}

impl Shelf for MemoryLedger {
    fn by_key(&self, key: &str) -> Result<Option<Event>, LedgerError> {
        Ok(self.keys.get(key).map(|&index| self.events[index].clone()))
    }

    fn by_seq(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        self.event(seq)
    }

    fn correction_of(&self, seq: i64) -> Result<Option<i64>, LedgerError> {
        Ok(self.corrections.get(&seq).copied())
    }

    fn last_of(&self, case_id: &str) -> Result<Option<i64>, LedgerError> {
        Ok(self.indices_of(case_id).last().map(|&index| self.events[index].seq))
    }

    fn put(&mut self, event: Event) -> Result<(), LedgerError> {
        let index = self.events.len();
        self.keys.insert(event.key.clone(), index);
        if let Some(corrected) = event.corrects {
            self.corrections.insert(corrected, event.seq);
        }
        let number = *self.case_numbers.entry(event.case_id.clone()).or_insert(self.cases.len());
        if number == self.cases.len() {
            self.cases.push((event.case_id.clone(), Vec::new()));
        }
        self.cases[number].1.push(index);
        self.events.push(event);
        Ok(())
    }

    fn put_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        self.meta.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn holds_zones(&mut self, layer: &str, edition: i64) -> Result<bool, LedgerError> {
        Ok(self.layers.contains_key(&(layer.to_owned(), edition)))
    }

    fn put_zones(&mut self, mut zones: LayerZones) -> Result<(), LedgerError> {
        zones.zones.sort_by_key(|zone| zone.place);
        self.layers.insert((zones.layer.clone(), zones.edition), zones);
        Ok(())
    }

    fn put_parcel(&mut self, row: ParcelRow) -> Result<(), LedgerError> {
        let there = self.parcels.remove(&row.case_id).unwrap_or_default();
        self.parcels.insert(row.case_id.clone(), row.over(there));
        Ok(())
    }
}

impl Ledger for MemoryLedger {
    fn append(
        &mut self,
        batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
    ) -> Result<Appended, LedgerError> {
        let mut copy = self.clone();
        let admitted = admit(&mut copy, self.head(), batch)?;
        *self = copy;
        Ok(admitted.appended)
    }

    fn event(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        let index = usize::try_from(seq - 1).ok();
        Ok(index.and_then(|index| self.events.get(index)).cloned())
    }

    fn events_of(&self, case_id: &str) -> Result<Vec<Event>, LedgerError> {
        Ok(self.indices_of(case_id).iter().map(|&index| self.events[index].clone()).collect())
    }

    fn cases(&self) -> Result<Vec<String>, LedgerError> {
        Ok(self.cases.iter().map(|(case_id, _)| case_id.clone()).collect())
    }

    fn find_cases(&self, text: &str, limit: usize) -> Result<Vec<String>, LedgerError> {
        let text = text.to_ascii_lowercase();
        let found = |case_id: &&String| {
            case_id.to_ascii_lowercase().contains(&text)
                || self.parcels.get(*case_id).is_some_and(|row| row.contains(&text))
        };
        let ids = self.cases.iter().map(|(case_id, _)| case_id);
        Ok(ids.filter(|case_id| !is_record(case_id)).filter(found).take(limit).cloned().collect())
    }

    fn size(&self) -> Result<Size, LedgerError> {
        let cases = self.cases.iter().filter(|(case_id, _)| !is_record(case_id)).count();
        Ok(Size { cases, events: self.events.len() })
    }

    fn fold(&self, cut: &Cut<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError> {
        let mut gathered = Gathered::default();
        for (case_id, _) in &self.cases {
            self.show(&mut gathered, case_id, cut, visitor)?;
        }
        Ok(())
    }

    fn fold_case(
        &self,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        self.show(&mut Gathered::default(), case_id, cut, visitor)
    }

    fn parcel(&self, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
        Ok(self.parcels.get(case_id).cloned())
    }

    fn verify(&self) -> Result<Verification, LedgerError> {
        let mut sound = Verification { events: 0, head: Head::START.digest, fault: None };
        for event in &self.events {
            let what = if event.seq != sound.events + 1 {
                What::Missing
            } else if event.previous != sound.head {
                What::Link
            } else if event.expected_digest() != event.digest {
                What::Content
            } else {
                sound.events = event.seq;
                sound.head = event.digest;
                continue;
            };
            sound.fault = Some(Fault { seq: sound.events + 1, what });
            break;
        }
        Ok(sound)
    }

    fn events_after(&self, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError> {
        let after = usize::try_from(seq.max(0)).unwrap_or(usize::MAX);
        Ok(self.events.iter().skip(after).take(limit).cloned().collect())
    }

    fn parcels_after(&self, case_id: Option<&str>, limit: usize) -> Result<Vec<ParcelRow>, LedgerError> {
        let after = case_id.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.parcels.range::<str, _>((after, Bound::Unbounded));
        Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
    }

    fn editions(&self) -> Result<Vec<(String, i64)>, LedgerError> {
        Ok(self.layers.keys().cloned().collect())
    }

    fn zones(&self, layer: &str, edition: i64) -> Result<Option<LayerZones>, LedgerError> {
        Ok(self.layers.get(&(layer.to_owned(), edition)).cloned())
    }

    fn parts_of(&self) -> Result<Option<String>, LedgerError> {
        Ok(self.parts.as_ref().map(|(from, _)| from.clone()))
    }

    fn parts(&self, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
        let all = self.parts.iter().flat_map(|(_, parts)| parts);
        let wanted = |part: &&ParcelPart| case_id.is_none_or(|case_id| part.case_id == case_id);
        Ok(all.filter(wanted).cloned().collect())
    }

    fn set_parts(&mut self, computed_from: &str, parts: &[ParcelPart]) -> Result<(), LedgerError> {
        self.parts = Some((computed_from.to_owned(), parts.to_vec()));
        Ok(())
    }

    fn fill(
        &mut self,
        items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
    ) -> Result<Digest, LedgerError> {
        if !(self.events.is_empty()
            && self.parcels.is_empty()
            && self.layers.is_empty()
            && self.meta.is_empty())
        {
            return Err(LedgerError::NotEmpty("the store in memory".to_owned()));
        }
        let mut filled = Self::new();
        let head = carry(&mut filled, items)?;
        *self = filled;
        Ok(head.digest)
    }

    fn all_meta(&self) -> Result<Vec<(String, String)>, LedgerError> {
        Ok(self.meta.clone().into_iter().collect())
    }

    fn meta(&self, name: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.meta.get(name).cloned())
    }

    fn set_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        if name.starts_with("ledger.") {
            return Err(LedgerError::ReservedName(name.to_owned()));
        }
        self.meta.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}
