//! What people write, as orders: the fields of a command or of a row of a file.

use jiff::civil::Date;
use landcycle_ledger::linkage::{Act, Fixed, GivenUp, Order, Place, Scheme, Shared};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, filled_with, words};

/// The fields, in the order of the columns of a file. Their titles are messages `linkage_field_…`.
pub(crate) const FIELDS: [&str; 19] = [
    "key",
    "act",
    "on",
    "place",
    "to",
    "giving",
    "parcel",
    "part",
    "area",
    "parcel_area",
    "outside",
    "verified",
    "project",
    "in_park",
    "money",
    "of",
    "shares",
    "share_of",
    "note",
];

/// The acts that a row can name. Their titles are messages `linkage_act_…`.
pub(crate) const ACTS: [&str; 7] = ["share", "give-up", "credit", "move", "use", "pay", "reverse"];

/// Facts of the vocabulary whose type, unit and spellings the fields have.
const LINKED: &str = "linked_area";
const GIVEN_UP: &str = "exit_area";
const MONEY: &str = "linked_revenue";
const SHARE: &str = "benefit_share_giving";
const DAY: &str = "credit_used_on";
const FLAGS: [(&str, &str); 3] =
    [("outside", "exit_outside_boundary"), ("verified", "exit_verified"), ("in_park", "supplied_in_park")];

/// What an act asks for: its fields, and whether it cannot do without them.
pub(crate) fn asks(act: &str) -> &'static [(&'static str, bool)] {
    match act {
        "share" => &[("share_of", true), ("place", true), ("to", false), ("shares", true), ("note", true)],
        "give-up" => &[
            ("place", true),
            ("parcel", true),
            ("part", false),
            ("area", true),
            ("parcel_area", false),
            ("outside", false),
            ("verified", false),
        ],
        "credit" => &[("of", true), ("verified", false)],
        "move" => &[("place", true), ("to", true), ("giving", false), ("area", true)],
        "use" => &[
            ("place", true),
            ("giving", false),
            ("project", true),
            ("area", true),
            ("in_park", false),
            ("money", false),
        ],
        "pay" => &[("place", true), ("to", true), ("money", true)],
        _ => &[("of", true), ("note", true)],
    }
}

/// What a field is called in the form of an act.
pub(crate) fn asked_title(act: &str, field: &str) -> Text {
    match (act, field) {
        ("share", "place" | "to" | "note")
        | ("credit" | "reverse", "of")
        | ("move" | "pay", "place" | "to")
        | ("use", "place" | "money")
        | ("reverse", "note") => words(&format!("linkage_asks_{act}_{field}")),
        _ => field_title(field),
    }
}

/// The fact of the vocabulary whose type and unit a field has, if it has one.
pub(crate) fn fact_of(field: &str) -> Option<&'static str> {
    match field {
        "area" => Some(LINKED),
        "parcel_area" => Some(GIVEN_UP),
        "money" => Some(MONEY),
        "on" => Some(DAY),
        _ => FLAGS.into_iter().find(|(flag, _)| *flag == field).map(|(_, fact)| fact),
    }
}

/// All that is wrong with the fields of an act.
pub(crate) fn told(wrong: &[Wrong]) -> Failure {
    let told = |form: fn(&Text) -> &str| {
        let each = wrong.iter().map(|(field, why)| format!("{}: {}", form(&field_title(field)), form(why)));
        each.collect::<Vec<_>>().join("\n")
    };
    Failure::text(Text { zh: told(|text| &text.zh), en: told(|text| &text.en) })
}

/// 填报项 · a field as it was written, with the unit of its heading.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written<'w> {
    /// The text.
    pub(crate) text: &'w str,
    /// The unit that the heading names.
    pub(crate) unit: Option<&'w str>,
}

/// What is wrong with a field, by its name.
pub(crate) type Wrong = (&'static str, Text);

/// What a field is called.
pub(crate) fn field_title(field: &str) -> Text {
    words(&format!("linkage_field_{field}"))
}

/// What an act is called.
pub(crate) fn act_title(act: &str) -> Text {
    words(&format!("linkage_act_{}", act.replace('-', "_")))
}

/// The act that a text names, by its name or title.
pub(crate) fn act_named(text: &str) -> Result<&'static str, Text> {
    let text = text.trim();
    let named = |act: &&str| {
        let title = act_title(act);
        *act == text || title.zh == text || title.en.eq_ignore_ascii_case(text)
    };
    ACTS.into_iter().find(named).ok_or_else(|| {
        let known: Vec<Text> =
            ACTS.iter().map(|act| Text { zh: act_title(act).zh, en: (*act).to_owned() }).collect();
        filled_with("linkage_no_act", &[("act", Text::same(text)), ("known", crate::say::listed(&known))])
    })
}

/// Reads the fields of one act. Land that is given up and verified at once becomes two orders.
pub(crate) struct Form<'f> {
    library: &'f Library,
    written: &'f dyn Fn(&str) -> Written<'f>,
    /// The area of a parcel that is a case of the store, in hectares.
    known_area: &'f dyn Fn(&str) -> Option<String>,
    wrong: Vec<Wrong>,
}

impl<'f> Form<'f> {
    pub(crate) fn new(
        library: &'f Library,
        written: &'f dyn Fn(&str) -> Written<'f>,
        known_area: &'f dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { library, written, known_area, wrong: Vec::new() }
    }

    /// The orders of an act, or all that is wrong with its fields.
    pub(crate) fn orders(
        mut self,
        act: &'static str,
        on: Option<Date>,
        origin: &str,
    ) -> Result<Vec<Order>, Vec<Wrong>> {
        let key = self.text("key").map(str::to_owned);
        let on = on.or_else(|| self.day());
        let mut also = None;
        let act = match act {
            "share" => self.share(),
            "give-up" => self.give_up().map(|land| {
                also = self.flag("verified").filter(|verified| *verified);
                Act::GiveUp(land)
            }),
            "credit" => self.needed("of").map(|land| Act::Credit { land, verified: self.flag("verified") }),
            "move" => self.moving(),
            "use" => self.using(),
            "pay" => self.paying(),
            _ => self.needed("of").zip(self.needed("note")).map(|(of, reason)| Act::Reverse { of, reason }),
        };
        let (Some(act), Some(on), true) = (act, on, self.wrong.is_empty()) else {
            // A share without a number is all that ends a reading without a word.
            if self.wrong.is_empty() {
                let text = self.text("shares").unwrap_or_default();
                self.wrong.push(("shares", filled("linkage_bad_share", &[("text", text)])));
            }
            return Err(self.wrong);
        };
        // Land has a number by itself.
        let key = key.or_else(|| match &act {
            Act::GiveUp(land) if land.part.is_empty() => Some(land.parcel.clone()),
            Act::GiveUp(land) => Some(format!("{}#{}", land.parcel, land.part)),
            _ => None,
        });
        let origin = origin.to_owned();
        let credit = also.zip(key.clone()).map(|(verified, land)| Order {
            key: Some(format!("{land}/credit")),
            on,
            origin: origin.clone(),
            act: Act::Credit { land, verified: Some(verified) },
        });
        let order = Order { key, on, origin, act };
        Ok([order].into_iter().chain(credit).collect())
    }

    fn share(&mut self) -> Option<Act> {
        let of = match self.text("share_of") {
            None => Some(Shared::Benefit),
            Some(text) => {
                let all = [Shared::Credit, Shared::Benefit];
                let title = |of: &Shared| words(&format!("linkage_of_{}", of.name()));
                let found = all.into_iter().find(|of| of.name() == text || title(of).zh == text);
                if found.is_none() {
                    self.wrong.push(("share_of", filled("linkage_bad_share_of", &[("text", text)])));
                }
                found
            }
        };
        let receiving = if of == Some(Shared::Benefit) { self.place("to") } else { None };
        let parts = self.shares();
        Some(Act::Share(Scheme {
            of: of?,
            giving: self.place("place")?,
            receiving,
            parts: parts?,
            document: self.needed("note")?,
        }))
    }

    fn shares(&mut self) -> Option<Vec<(String, Fixed<6>)>> {
        let text = self.needed("shares")?;
        let mut parts = Vec::new();
        for part in text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty()) {
            let Some((party, share)) = part.split_once(['=', '＝']) else {
                self.wrong.push(("shares", filled("linkage_bad_share", &[("text", part)])));
                return None;
            };
            let share = self.value("shares", SHARE, Written { text: share, unit: None })?;
            parts.push((party.trim().to_owned(), Fixed::parse(&share)?));
        }
        Some(parts)
    }

    fn give_up(&mut self) -> Option<GivenUp> {
        let (place, parcel) = (self.place("place"), self.needed("parcel"));
        let area = self.area("area", GIVEN_UP);
        // Where nothing else is said or known, the whole parcel is given up.
        let said = if self.text("parcel_area").is_some() { self.area("parcel_area", GIVEN_UP) } else { None };
        let known = parcel.as_ref().and_then(|parcel| (self.known_area)(parcel));
        let known = known.and_then(|text| Fixed::parse(&text));
        if let (Some(said), Some(known)) = (said, known)
            && said != known
        {
            let why = filled("linkage_area_known", &[("known", &known.to_string())]);
            self.wrong.push(("parcel_area", why));
        }
        let parcel_area = known.or(said).or(area);
        let outside = self.flag("outside");
        Some(GivenUp {
            place: place?,
            parcel: parcel?,
            part: self.text("part").unwrap_or_default().to_owned(),
            area: area?,
            parcel_area: parcel_area?,
            outside,
        })
    }

    fn moving(&mut self) -> Option<Act> {
        let (from, to) = (self.place("place"), self.place("to"));
        let giving = self.place_if_said("giving");
        Some(Act::Move { area: self.area("area", LINKED)?, from: from?, to: to?, giving })
    }

    fn using(&mut self) -> Option<Act> {
        let (place, project) = (self.place("place"), self.needed("project"));
        let giving = self.place_if_said("giving");
        let area = self.area("area", LINKED);
        let in_park = self.flag("in_park");
        let revenue = if self.text("money").is_some() { self.money() } else { None };
        Some(Act::Use { place: place?, giving, project: project?, area: area?, in_park, revenue })
    }

    fn paying(&mut self) -> Option<Act> {
        let (payer, payee) = (self.place("place"), self.needed("to"));
        let amount = self.needed("money").and_then(|_| self.money());
        Some(Act::Pay { payer: payer?, payee: payee?, amount: amount? })
    }

    fn text(&self, field: &str) -> Option<&'f str> {
        Some((self.written)(field).text.trim()).filter(|text| !text.is_empty())
    }

    fn needed(&mut self, field: &'static str) -> Option<String> {
        let text = self.text(field).map(str::to_owned);
        if text.is_none() {
            self.wrong.push((field, words("linkage_needed")));
        }
        text
    }

    fn place(&mut self, field: &'static str) -> Option<Place> {
        let text = self.needed(field)?;
        let place = Place::parse(&text);
        if place.is_none() {
            self.wrong.push((field, filled("linkage_bad_place", &[("text", &text)])));
        }
        place
    }

    /// A place that may be left out; one that is no place is noted, and no order comes of it.
    fn place_if_said(&mut self, field: &'static str) -> Option<Place> {
        self.text(field)?;
        self.place(field)
    }

    fn area(&mut self, field: &'static str, fact: &str) -> Option<Fixed<4>> {
        self.needed(field)?;
        let value = self.value(field, fact, (self.written)(field))?;
        Fixed::parse(&value)
    }

    fn money(&mut self) -> Option<Fixed<2>> {
        let value = self.value("money", MONEY, (self.written)("money"))?;
        Fixed::parse(&value)
    }

    fn flag(&mut self, field: &'static str) -> Option<bool> {
        self.text(field)?;
        let (_, fact) = FLAGS.into_iter().find(|(flag, _)| *flag == field)?;
        let value = self.value(field, fact, (self.written)(field))?;
        Some(value == "yes")
    }

    fn day(&mut self) -> Option<Date> {
        self.needed("on")?;
        let value = self.value("on", DAY, (self.written)("on"))?;
        let day = value.parse().ok();
        if day.is_none() {
            self.wrong.push(("on", words("expected_date")));
        }
        day
    }

    /// The canonical text of a field, read as a fact of the vocabulary is.
    fn value(&mut self, field: &'static str, fact: &str, written: Written<'_>) -> Option<String> {
        let Some(fact) = self.library.vocabulary.fact(fact) else {
            self.wrong.push((field, filled("linkage_no_fact", &[("fact", fact)])));
            return None;
        };
        let read = cells::value(self.library, fact, written.text, written.unit, Numbers::WithUnits);
        read.map_err(|why| self.wrong.push((field, why))).ok().filter(|value| !value.is_empty())
    }
}
