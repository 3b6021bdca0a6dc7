//! Layers of a store: what is imported, which edition is in force on a day, and what parcels share with it.
//!
//! An edition is told by one event of the record `@layers/NAME`; its zones lie in the store, and their
//! digest is in the event. A later edition leaves the earlier ones as they are.

mod export;
mod fresh;
mod import;
pub(crate) mod judge;
mod record;
mod source;

pub(crate) use export::write;
pub(crate) use fresh::{Fresh, fresh};
pub(crate) use import::{Refused, Wish, import, prepare};
pub(crate) use record::{level_of, offers, record};

use jiff::civil::Date;
pub(crate) use landcycle_analysis::layers::Attributes;
use landcycle_analysis::layers::{Feature, Trouble};
use landcycle_ledger::{Event, LAYER_CASES, LayerZones, Ledger, LedgerError, Store};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{CodeValue, FactKind};

use serde_json::{Value, json};

use crate::cli::tree::text_json;
use crate::say::{Failure, filled, words};

/// Events that tell an edition.
const IMPORTED: &str = "layer.imported/1";
/// Events that mend what was told.
const CORRECTED: &str = "event.corrected/1";

/// An edition of a layer, as its event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edition {
    /// Its name.
    pub(crate) name: String,
    /// Numbered from 1.
    pub(crate) number: i64,
    /// What people call it.
    pub(crate) title: String,
    /// A code of the fact `layer_kind`.
    pub(crate) kind: String,
    /// The first day in force; none if it always was.
    pub(crate) from: Option<Date>,
    /// The last day in force; none if it goes on.
    pub(crate) until: Option<Date>,
    /// The file it came from.
    pub(crate) source: String,
    /// The digest of that file.
    pub(crate) source_digest: String,
    /// The reference system of that file.
    pub(crate) crs: String,
    /// Whether its coordinates are good to a few metres only.
    pub(crate) approximate: bool,
    /// Whether it is invented.
    pub(crate) illustrative: bool,
    /// How many zones it has.
    pub(crate) zones: u64,
    /// The digest of its zones.
    pub(crate) digest: String,
    /// The event.
    pub(crate) seq: i64,
    /// The idempotency key of the event.
    pub(crate) key: String,
}

impl Edition {
    /// Whether it is in force on a day, as far as its own days tell.
    fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    fn of(name: &str, told: &Event, event: &Event) -> Option<Self> {
        let text = |fact: &str| told.body.get(fact).map(std::borrow::Cow::into_owned).unwrap_or_default();
        let day = |fact: &str| text(fact).parse().ok();
        let yes = |fact: &str| text(fact) == "yes";
        Some(Self {
            name: name.to_owned(),
            number: text("layer_edition").parse().ok()?,
            title: text("layer_title"),
            kind: text("layer_kind"),
            from: day("layer_from"),
            until: day("layer_until"),
            source: text("layer_source"),
            source_digest: text("layer_source_digest"),
            crs: text("layer_crs"),
            approximate: yes("layer_approximate"),
            illustrative: yes("layer_illustrative"),
            zones: text("layer_zones").parse().unwrap_or_default(),
            digest: text("layer_digest"),
            seq: event.seq,
            key: event.key.clone(),
        })
    }
}

/// All editions of all layers, in the order in which layers were first imported.
pub(crate) fn editions(ledger: &Store) -> Result<Vec<Edition>, LedgerError> {
    let mut found = Vec::new();
    for record in ledger.records(LAYER_CASES)? {
        found.extend(editions_of(ledger, record.trim_start_matches(LAYER_CASES))?);
    }
    Ok(found)
}

/// The editions of one layer.
fn editions_of(ledger: &dyn Ledger, name: &str) -> Result<Vec<Edition>, LedgerError> {
    let events = ledger.events_of(&format!("{LAYER_CASES}{name}"))?;
    let told = |event: &Event| {
        // A correction says the whole again.
        let mut last = event.clone();
        while let Some(next) =
            events.iter().find(|next| next.kind == CORRECTED && next.corrects == Some(last.seq))
        {
            last = next.clone();
        }
        last
    };
    let imported = events.iter().filter(|event| event.kind == IMPORTED);
    Ok(imported.filter_map(|event| Edition::of(name, &told(event), event)).collect())
}

/// Of each layer the edition in force on a day: the one that came into force last.
pub(crate) fn in_force(editions: &[Edition], day: Date) -> Vec<&Edition> {
    let mut found: Vec<&Edition> = Vec::new();
    for edition in editions.iter().filter(|edition| edition.holds_on(day)) {
        match found.iter_mut().find(|there| there.name == edition.name) {
            Some(there) if (there.from, there.number) < (edition.from, edition.number) => *there = edition,
            Some(_) => {}
            None => found.push(edition),
        }
    }
    found
}

/// The zones of an edition, which must be those that were recorded.
pub(crate) fn zones_of(ledger: &dyn Ledger, store: &str, edition: &Edition) -> Result<LayerZones, Failure> {
    let found = ledger.zones(&edition.name, edition.number);
    let found = found.map_err(|error| crate::store::failure(store, &error))?;
    found.filter(|zones| zones.digest() == edition.digest).ok_or_else(|| {
        let number = edition.number.to_string();
        Failure::new("layer_changed", &[("layer", &edition.name), ("edition", &number), ("store", store)])
    })
}

/// A zone as a feature of a file.
pub(crate) fn feature(zone: &landcycle_ledger::Zone) -> Feature {
    let ring = |ring: &Vec<(f64, f64)>| ring.iter().map(|(x, y)| [*x, *y]).collect();
    let polygons = zone.geometry.polygons().iter().map(|rings| rings.iter().map(ring).collect());
    Feature {
        id: zone.zone_id.clone(),
        attributes: serde_json::from_str(&zone.attributes).unwrap_or_default(),
        polygons: polygons.collect(),
    }
}

/// The codes of a fact.
pub(crate) fn codes<'l>(library: &'l Library, fact: &str) -> &'l [CodeValue] {
    match library.vocabulary.fact(fact).map(|fact| &fact.kind) {
        Some(FactKind::Code(codes)) => codes,
        _ => &[],
    }
}

/// The code that a person means: itself, what it is called, or another spelling.
fn meant<'l>(codes: &'l [CodeValue], text: &str) -> Option<&'l CodeValue> {
    let same = |code: &&CodeValue| {
        code.code == text
            || code.title.zh == text
            || code.title.en == text
            || code.aliases.iter().any(|a| a == text)
    };
    codes.iter().find(same)
}

/// The code of a fact that a person means; what is none of them is refused with those that are.
pub(crate) fn code_meant(library: &Library, fact: &str, text: &str) -> Result<String, Failure> {
    let known = codes(library, fact);
    meant(known, text).map(|code| code.code.clone()).ok_or_else(|| {
        let values = [("text", Text::same(text)), ("known", listed(known))];
        Failure::text(words("layer_no_code").fill(&values)).misuse()
    })
}

/// Codes with their names, for a person who gave none of them.
fn listed(codes: &[CodeValue]) -> Text {
    let names: Vec<Text> = codes
        .iter()
        .map(|code| {
            filled("fact_named", &[]).fill(&[("fact", code.title.clone()), ("name", Text::same(&code.code))])
        })
        .collect();
    crate::say::listed(&names)
}

/// A trouble in words: the feature, the place in it, and what to do.
pub(crate) fn said(trouble: &Trouble) -> Text {
    let mut values: Vec<(&str, &str)> =
        trouble.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let place = values.iter().any(|(name, _)| *name == "feature");
    let vertex = values.iter().any(|(name, _)| *name == "vertex");
    for name in ["feature", "name", "polygon", "ring", "vertex", "why"] {
        if values.iter().all(|(there, _)| *there != name) {
            values.push((name, ""));
        }
    }
    let what = filled(trouble.key, &values);
    let mut text = Text::default();
    if place {
        text = filled("layer_at_feature", &values);
    }
    if vertex {
        let at = filled("layer_at_vertex", &values);
        text = Text { zh: text.zh + &at.zh, en: text.en + &at.en };
    }
    Text { zh: text.zh + &what.zh, en: text.en + &what.en }
}

/// An edition for other programs and the page.
pub(crate) fn edition_json(edition: &Edition) -> Value {
    json!({
        "name": edition.name,
        "edition": edition.number,
        "title": edition.title,
        "kind": edition.kind,
        "from": edition.from.map(|day| day.to_string()),
        "until": edition.until.map(|day| day.to_string()),
        "zones": edition.zones,
        "crs": edition.crs,
        "approximate": edition.approximate,
        "illustrative": edition.illustrative,
        "source": edition.source,
        "source_digest": edition.source_digest,
        "digest": edition.digest,
        "event": edition.seq,
        "marks": text_json(&marks(edition)),
    })
}

/// The name of a code in words.
pub(crate) fn title(library: &Library, fact: &str, code: &str) -> Text {
    codes(library, fact)
        .iter()
        .find(|value| value.code == code)
        .map_or_else(|| Text::same(code), |value| value.title.clone())
}

/// The marks of an edition: approximate, illustrative.
pub(crate) fn marks(edition: &Edition) -> Text {
    let mut found = Vec::new();
    if edition.illustrative {
        found.push(words("illustrative"));
    }
    if edition.approximate {
        found.push(words("layer_approximate"));
    }
    crate::say::listed(&found)
}

#[cfg(test)]
mod tests {
    //! Every trouble has words, and the edition in force is the one that came last.

    use jiff::civil::{Date, date};
    use landcycle_analysis::layers::{TROUBLES, Trouble};

    use super::{Edition, in_force, said};

    #[test]
    fn every_trouble_is_told_in_both_languages_with_its_place() {
        for key in TROUBLES {
            let trouble = Trouble::new(key).with("vertex", 3).of(7, "甲");
            let text = said(&trouble);
            assert_ne!(text.zh, text.en, "{key}");
            assert!(!text.en.contains(key), "{key} has no words");
            assert!(text.en.starts_with("feature 7 (甲): polygon , ring , vertex 3: "), "{}", text.en);
        }
    }

    fn edition(number: i64, from: Option<Date>, until: Option<Date>) -> Edition {
        Edition {
            name: "lines".into(),
            number,
            title: String::new(),
            kind: "zone_line".into(),
            from,
            until,
            source: String::new(),
            source_digest: String::new(),
            crs: String::new(),
            approximate: false,
            illustrative: false,
            zones: 1,
            digest: String::new(),
            seq: number,
            key: String::new(),
        }
    }

    #[test]
    fn a_later_edition_takes_over_on_its_first_day_and_leaves_the_earlier_one() {
        let (first, second) = (date(2020, 1, 1), date(2024, 1, 1));
        let all = [edition(1, Some(first), None), edition(2, Some(second), Some(date(2025, 12, 31)))];
        let number = |day| in_force(&all, day).first().map(|edition| edition.number);
        assert_eq!(number(date(2019, 12, 31)), None);
        assert_eq!(number(date(2023, 12, 31)), Some(1));
        assert_eq!(number(second), Some(2));
        // Its last day is included; afterwards the earlier one, which has no end, is in force again.
        assert_eq!(number(date(2025, 12, 31)), Some(2));
        assert_eq!(number(date(2026, 1, 1)), Some(1));
        let open = [edition(1, None, None), edition(2, None, None)];
        assert_eq!(in_force(&open, first)[0].number, 2);
    }
}
