//! Facts that follow from where a parcel lies: offered, and recorded only when a person asks.
//!
//! A parcel that lies in a level but for the part that the policy allows has that level. One across a line
//! has none: it is reported by its parts. One outside has none either, for a layer does not say how far it
//! was drawn.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use landcycle_ledger::{Body, Cut, Entry, Ledger, NewEvent, SourceError};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::import::{LEVEL_FACT, ZONE_LINE};
use super::{Edition, Fresh};
use crate::say::{Failure, words};
use crate::{clock, store};

/// Events that record what an overlay shows.
const OVERLAID: &str = "layer.overlaid/1";
/// The package and the parameter of the tolerance.
const NATIONAL: &str = "national";
const TOLERANCE: &str = "planning/layer_outside_share_max";

/// A fact that follows for a parcel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    pub(crate) case_id: String,
    pub(crate) fact: &'static str,
    pub(crate) value: String,
    /// The part of the parcel that lies there.
    pub(crate) share: f64,
    pub(crate) edition: Edition,
}

/// The facts that follow, and how many parcels lie across a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offers {
    pub(crate) whole: Vec<Offer>,
    pub(crate) across: usize,
    /// Why the tolerance is a stand-in, if it is.
    pub(crate) illustrative: Option<Text>,
    pub(crate) tolerance: f64,
}

/// What follows from parts on a day.
pub(crate) fn offers(library: &Library, fresh: &Fresh, day: Date) -> Result<Offers, Failure> {
    let (tolerance, illustrative) = tolerance(library, day)?;
    let mut found = Offers { illustrative, tolerance, ..Offers::default() };
    for edition in fresh.editions.iter().filter(|edition| edition.kind == ZONE_LINE) {
        let mut levels: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
        let own =
            fresh.parts.iter().filter(|part| part.layer == edition.name && part.edition == edition.number);
        for part in own {
            let Some(level) = &part.level else { continue };
            *levels.entry(&part.case_id).or_default().entry(level).or_default() += part.share;
        }
        for (case_id, levels) in levels {
            // Zones of a level that lie on each other would count twice: then nothing follows.
            let whole: Vec<(&&str, &f64)> =
                levels.iter().filter(|(_, share)| (1.0 - **share).abs() <= tolerance).collect();
            let others: f64 = levels.values().sum::<f64>() - 1.0;
            match whole.as_slice() {
                [(level, share)] if others <= tolerance => found.whole.push(Offer {
                    case_id: case_id.to_owned(),
                    fact: LEVEL_FACT,
                    value: (**level).to_owned(),
                    share: **share,
                    edition: edition.clone(),
                }),
                _ => found.across += 1,
            }
        }
    }
    Ok(found)
}

/// What the overlay says of a parcel's level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Level {
    /// The fact and its value, where one follows.
    pub(crate) fact: Option<(&'static str, String)>,
    /// How it lies, in words.
    pub(crate) told: Vec<Text>,
}

/// The level of a parcel on a day: from the zone lines in force, if it lies wholly in one of them.
pub(crate) fn level_of(library: &Library, path: &Path, case: &str, day: Date) -> Result<Level, Failure> {
    let fresh = super::fresh(path, day)?;
    let mut level = Level::default();
    for part in fresh.parts.iter().filter(|part| part.case_id == case) {
        let own = |edition: &&Edition| edition.name == part.layer && edition.number == part.edition;
        let Some(edition) = fresh.editions.iter().find(own).filter(|edition| edition.kind == ZONE_LINE)
        else {
            continue;
        };
        let (share, area) = (format!("{:.2}", 100.0 * part.share), format!("{:.2}", part.area_m2));
        let code = part.level.as_deref().unwrap_or_default();
        let number = edition.number.to_string();
        let values = [
            ("share", Text::same(share)),
            ("area", Text::same(area)),
            ("level", super::title(library, LEVEL_FACT, code)),
            ("layer", Text::same(&edition.name)),
            ("edition", Text::same(number)),
            ("marks", super::marks(edition)),
        ];
        level.told.push(words("layer_part_told").fill(&values));
    }
    let found = offers(library, &fresh, day)?;
    let own: Vec<&Offer> = found.whole.iter().filter(|offer| offer.case_id == case).collect();
    match own.as_slice() {
        [offer] => level.fact = Some((offer.fact, offer.value.clone())),
        _ => level.told.push(words("layer_level_unknown")),
    }
    Ok(level)
}

/// The tolerance on a day, and why it is a stand-in.
fn tolerance(library: &Library, day: Date) -> Result<(f64, Option<Text>), Failure> {
    let law = library.law(NATIONAL);
    let layers = law.and_then(|law| law.parameters.get(TOLERANCE));
    let dated = layers.and_then(|layers| layers.first()?.1.on(clock::day_number(day)));
    let value = dated.and_then(|dated| Some((share(dated.value?)?, dated.illustrative.clone())));
    value.ok_or_else(|| {
        Failure::new("layer_no_tolerance", &[("parameter", TOLERANCE), ("day", &day.to_string())])
    })
}

/// A ratio as a float: it is held against shares, which are geometry.
fn share(exact: Exact) -> Option<f64> {
    exact.to_string().parse().ok()
}

/// What recording did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) added: usize,
    pub(crate) there: usize,
    /// Parcels of which the record says something else: left as they are.
    pub(crate) otherwise: usize,
}

/// Records what follows, except where the record of a parcel says something of it already.
pub(crate) fn record(
    library: &Library,
    path: &Path,
    offers: &[Offer],
    day: Date,
    by: &str,
) -> Result<Recorded, Failure> {
    let failed = |error| store::failure(path, &error);
    let mut ledger = store::open(path)?;
    let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
    let cut = Cut { as_of: day, known_at: None, is_occurrence: &occurrence };
    let mut recorded = Recorded::default();
    let mut batch: Vec<Result<Entry, SourceError>> = Vec::new();
    for offer in offers {
        let mut said = None;
        let told = ledger.fold_case(&offer.case_id, &cut, &mut |case| {
            said = case.get(offer.fact).map(|fact| fact.value.to_string()).filter(|value| !value.is_empty());
        });
        told.map_err(failed)?;
        match said {
            Some(value) if value == offer.value => recorded.there += 1,
            Some(_) => recorded.otherwise += 1,
            None => batch.push(Ok(event(offer, day, by)?.into())),
        }
    }
    let appended = ledger.append(&mut batch.into_iter()).map_err(failed)?;
    recorded.added = appended.added;
    recorded.there += appended.already_there;
    Ok(recorded)
}

fn event(offer: &Offer, day: Date, by: &str) -> Result<NewEvent, Failure> {
    let edition = &offer.edition;
    let happened_on = edition.from.unwrap_or(day);
    let body = Body::new([(offer.fact, offer.value.as_str())]);
    let body = body.map_err(|error| Failure::text(Text::same(error.to_string())))?;
    Ok(NewEvent {
        case_id: offer.case_id.clone(),
        kind: OVERLAID.to_owned(),
        happened_on,
        recorded_at: clock::now(),
        actor: by.to_owned(),
        origin: format!(
            "layer {} edition {}, {}, share {:.6}{}{}",
            edition.name,
            edition.number,
            edition.digest,
            offer.share,
            if edition.illustrative { ", illustrative" } else { "" },
            if edition.approximate { ", approximate" } else { "" }
        ),
        key: format!("overlaid:{}:{}:{}:{}", offer.case_id, edition.name, edition.number, offer.fact),
        package: None,
        corrects: None,
        body,
    })
}
