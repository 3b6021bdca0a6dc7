//! `landcycle sample`: the invented sample city.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use landcycle_analysis::sample::{AS_OF, SampleCity, SampleParcel};
use landcycle_ledger::{Body, Entry, Geometry, Ledger, NewEvent, ParcelRow, Ring, SourceError, Store};

use super::Context;
use crate::say::{Failure, both, filled, tell, words};
use crate::store;

/// Options of `sample`.
#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// 宗地数 · parcels, 1,000 to 1,000,000
    #[arg(long, default_value_t = 3_000, value_parser = parse_parcels)]
    parcels: u32,
    /// 种子 · seed: the same seed makes the same city
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 库 · store to make: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
}

/// A number of parcels that a city can have.
fn parse_parcels(text: &str) -> Result<u32, String> {
    let parcels = text.parse().ok().filter(|parcels| (1_000..=1_000_000).contains(parcels));
    parcels.ok_or_else(|| both("expected_parcels"))
}

impl Sample {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let name = store::name(&self.store);
        if self.store.exists() {
            return Err(Failure::new("store_exists", &[("file", &name)]));
        }
        let city = SampleCity::plan(self.parcels, self.seed)
            .map_err(|error| Failure::new("no_sample", &[("why", &error.to_string())]).misuse())?;
        let bar = ProgressBar::new(u64::from(self.parcels));
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} · {elapsed}") {
            bar.set_style(style);
        }
        let mut writing = store::Writing::create(&self.store)?;
        let made = fill(writing.ledger(), &city, &bar);
        bar.finish_and_clear();
        let events = made.map_err(|error| store::failure(&self.store, &error))?;
        writing.finish()?;
        let values = [
            ("parcels", self.parcels.to_string()),
            ("events", events.to_string()),
            ("seed", self.seed.to_string()),
            ("store", name),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        tell(filled("sampled", &values).get(context.language));
        Ok(())
    }
}

fn fill(
    ledger: &mut Store,
    city: &SampleCity,
    bar: &ProgressBar,
) -> Result<usize, landcycle_ledger::LedgerError> {
    let mut entries = city.parcels().flat_map(|parcel| {
        bar.inc(1);
        entries_of(&parcel)
    });
    let appended = ledger.append(&mut entries)?;
    let banner = words("sample_banner");
    ledger.set_meta(store::SAMPLE_META, &format!("{}\n{}", banner.zh, banner.en))?;
    ledger.set_meta(store::AS_OF_META, &AS_OF.to_string())?;
    Ok(appended.added)
}

/// The events of a parcel and the row that shows it. The record's time is the end of the day on
/// which each event happened, so that the same seed gives the same bytes.
fn entries_of(parcel: &SampleParcel) -> Vec<Result<Entry, SourceError>> {
    let mut entries: Vec<Result<Entry, SourceError>> = Vec::with_capacity(parcel.events.len() + 1);
    for (at, event) in parcel.events.iter().enumerate() {
        entries.push(event_of(parcel, at, event).map(Entry::from));
    }
    entries.push(row_of(parcel).map(Entry::from));
    entries
}

fn event_of(
    parcel: &SampleParcel,
    at: usize,
    event: &landcycle_analysis::sample::SampleEvent,
) -> Result<NewEvent, SourceError> {
    let evening = event.happened_on.at(18, 0, 0, 0);
    let recorded_at = jiff::tz::Offset::constant(8).to_timestamp(evening)?;
    let facts = event.facts.iter().map(|(name, value)| (*name, value.as_str()));
    Ok(NewEvent {
        case_id: parcel.case_id.clone(),
        kind: event.kind.to_owned(),
        happened_on: event.happened_on,
        recorded_at,
        actor: event.actor.to_owned(),
        origin: "sample".to_owned(),
        key: format!("sample:{}:{at}", parcel.case_id),
        package: None,
        corrects: None,
        body: Body::new(facts)?,
    })
}

fn row_of(parcel: &SampleParcel) -> Result<ParcelRow, SourceError> {
    let get = |wanted: &str| {
        let facts = parcel.events.iter().flat_map(|event| &event.facts);
        facts.filter(|(name, _)| *name == wanted).map(|(_, value)| value.clone()).next_back()
    };
    let ring: Ring = parcel.ring.iter().map(|[lon, lat]| (*lon, *lat)).collect();
    Ok(ParcelRow {
        case_id: parcel.case_id.clone(),
        parcel_no: get("parcel_no"),
        supervision_no: get("supervision_no"),
        project_name: get("project_name"),
        location: get("location"),
        holder: get("holder"),
        city: get("city"),
        district: get("district"),
        park: get("park"),
        industry: get("industry"),
        area_m2: get("area").and_then(|area| area.parse().ok()),
        signed_on: get("signed_on").and_then(|day| day.parse().ok()),
        geometry: Some(Geometry::polygon(vec![ring])?),
    })
}
