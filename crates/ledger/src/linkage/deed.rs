//! What an event of a book says: typed, and as the texts of its body.

use std::collections::BTreeMap;

use super::account::Place;
use super::fixed::{Area, Fixed, Money, Share};
use crate::body::Body;

/// 事项 · one recorded operation. Amounts that the law decides are written into it, so that reading a
/// book asks no law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The book was opened.
    Opened {
        /// What people call it.
        title: String,
        /// The package whose law judges its operations.
        package: String,
    },
    /// Shares were published; they hold from that day on, until others for the same places follow.
    SharePublished(Scheme),
    /// Land was given up.
    GivenUp(GivenUp),
    /// Land given up before has yielded credit.
    Credited {
        /// The operation that gave the land up.
        land: String,
        /// Whether giving it up was verified, as the law was asked.
        verified: bool,
        /// The shares by which it was allotted, if any were published.
        share: Option<String>,
        /// Who got how much.
        parts: Vec<(Place, Area)>,
    },
    /// Credit went from one place to another.
    Moved {
        /// Who held it.
        from: Place,
        /// Who holds it now.
        to: Place,
        /// Who gave the land up.
        giving: Place,
        /// How much.
        area: Area,
        /// The shares of benefit under which it went; none where it returned to who gave the land up.
        share: Option<String>,
    },
    /// Credit was used for supply.
    Used(Use),
    /// A transfer was paid.
    Paid {
        /// Who paid.
        payer: Place,
        /// Who was paid.
        payee: String,
        /// How much.
        amount: Money,
    },
    /// An operation was undone.
    Reversed {
        /// Its number.
        of: String,
        /// Why.
        reason: String,
    },
}

/// 公布的比例 · published shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What is shared.
    pub of: Shared,
    /// The place that gives land up.
    pub giving: Place,
    /// The place that uses the credit; of benefit alone.
    pub receiving: Option<Place>,
    /// Who gets which share, in the order in which they were published.
    pub parts: Vec<(String, Share)>,
    /// Where they were published.
    pub document: String,
}

/// 分享标的 · what shares are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// Credit, when land yields it.
    Credit,
    /// Revenue, when credit is used.
    Benefit,
}

impl Shared {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Benefit => "benefit",
        }
    }

    /// Of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Credit, Self::Benefit].into_iter().find(|of| of.name() == name)
    }
}

/// 退出 · land given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Where it lies.
    pub place: Place,
    /// The parcel.
    pub parcel: String,
    /// Which part of it; empty for the whole.
    pub part: String,
    /// How much was given up.
    pub area: Area,
    /// How much the parcel has.
    pub parcel_area: Area,
    /// Whether it lies outside the development boundary, if that is known.
    pub outside: Option<bool>,
}

/// 使用 · one use of credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Whose credit.
    pub place: Place,
    /// Who gave the land up.
    pub giving: Place,
    /// What was supplied.
    pub project: String,
    /// How much was used.
    pub area: Area,
    /// Whether the supply lies in a park, if that is known.
    pub in_park: Option<bool>,
    /// Revenue of the supply.
    pub revenue: Option<Money>,
    /// The shares of benefit that applied; none where who uses it gave the land up.
    pub share: Option<String>,
    /// Who is owed how much of the revenue; the rest stays with the place that has it.
    pub parts: Vec<(String, Money)>,
}

/// How the kinds of events of a book begin.
pub const KIND: &str = "linkage.";

impl Deed {
    /// What happened, as a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::SharePublished(_) => "share_published",
            Self::GivenUp(_) => "given_up",
            Self::Credited { .. } => "credited",
            Self::Moved { .. } => "moved",
            Self::Used(_) => "used",
            Self::Paid { .. } => "paid",
            Self::Reversed { .. } => "reversed",
        }
    }

    /// The kind of its event.
    pub fn kind(&self) -> String {
        format!("{KIND}{}/1", self.name())
    }

    /// The facts of its event.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let mut say = |name, value: &dyn ToString| facts.push((name, value.to_string()));
        match self {
            Self::Opened { title, package } => {
                say("title", title);
                say("package", package);
            }
            Self::SharePublished(scheme) => {
                say("share_of", &scheme.of.name());
                say("giving", &scheme.giving);
                if let Some(place) = &scheme.receiving {
                    say("receiving", place);
                }
                say("parts", &parts_text(&scheme.parts));
                say("document", &scheme.document);
            }
            Self::GivenUp(land) => {
                say("place", &land.place);
                say("parcel", &land.parcel);
                say("part", &land.part);
                say("exit_area", &land.area);
                say("parcel_area", &land.parcel_area);
                if let Some(outside) = &land.outside {
                    say("exit_outside_boundary", &yes_no(*outside));
                }
            }
            Self::Credited { land, verified, share, parts } => {
                say("land", land);
                say("exit_verified", &yes_no(*verified));
                if let Some(share) = share {
                    say("share", share);
                }
                say("parts", &parts_text(parts));
            }
            Self::Moved { from, to, giving, area, share } => {
                say("from", from);
                say("to", to);
                say("giving", giving);
                say("area", area);
                if let Some(share) = share {
                    say("share", share);
                }
            }
            Self::Used(used) => {
                say("place", &used.place);
                say("giving", &used.giving);
                say("project", &used.project);
                say("linked_area", &used.area);
                if let Some(in_park) = &used.in_park {
                    say("supplied_in_park", &yes_no(*in_park));
                }
                if let Some(revenue) = &used.revenue {
                    say("linked_revenue", revenue);
                }
                if let Some(share) = &used.share {
                    say("share", share);
                }
                say("parts", &parts_text(&used.parts));
            }
            Self::Paid { payer, payee, amount } => {
                say("payer", payer);
                say("payee", payee);
                say("amount", amount);
            }
            Self::Reversed { of, reason } => {
                say("of", of);
                say("reason", reason);
            }
        }
        facts
    }

    /// Reads the event of a kind; tells the fact at fault where it cannot.
    pub fn read(kind: &str, body: &Body) -> Result<Self, String> {
        let facts: BTreeMap<&str, String> =
            body.facts().map(|(name, value)| (name, value.into_owned())).collect();
        let facts = Facts(facts);
        let name = kind.strip_prefix(KIND).and_then(|rest| rest.strip_suffix("/1"));
        Ok(match name.ok_or_else(|| kind.to_owned())? {
            "opened" => Self::Opened { title: facts.text("title")?, package: facts.text("package")? },
            "share_published" => Self::SharePublished(Scheme {
                of: Shared::named(&facts.text("share_of")?).ok_or("share_of")?,
                giving: facts.place("giving")?,
                receiving: facts.if_said("receiving", |name| facts.place(name))?,
                parts: facts.parts("parts")?,
                document: facts.text("document")?,
            }),
            "given_up" => Self::GivenUp(GivenUp {
                place: facts.place("place")?,
                parcel: facts.text("parcel")?,
                part: facts.text("part")?,
                area: facts.number("exit_area")?,
                parcel_area: facts.number("parcel_area")?,
                outside: facts.if_said("exit_outside_boundary", |name| facts.flag(name))?,
            }),
            "credited" => Self::Credited {
                land: facts.text("land")?,
                verified: facts.flag("exit_verified")?,
                share: facts.if_said("share", |name| facts.text(name))?,
                parts: facts.parts("parts")?.into_iter().map(placed).collect::<Result<_, _>>()?,
            },
            "moved" => Self::Moved {
                from: facts.place("from")?,
                to: facts.place("to")?,
                giving: facts.place("giving")?,
                area: facts.number("area")?,
                share: facts.if_said("share", |name| facts.text(name))?,
            },
            "used" => Self::Used(Use {
                place: facts.place("place")?,
                giving: facts.place("giving")?,
                project: facts.text("project")?,
                area: facts.number("linked_area")?,
                in_park: facts.if_said("supplied_in_park", |name| facts.flag(name))?,
                revenue: facts.if_said("linked_revenue", |name| facts.number(name))?,
                share: facts.if_said("share", |name| facts.text(name))?,
                parts: facts.parts("parts")?,
            }),
            "paid" => Self::Paid {
                payer: facts.place("payer")?,
                payee: facts.text("payee")?,
                amount: facts.number("amount")?,
            },
            "reversed" => Self::Reversed { of: facts.text("of")?, reason: facts.text("reason")? },
            _ => return Err(kind.to_owned()),
        })
    }
}

/// Facts of a body; each reading names the fact that it lacks.
struct Facts<'b>(BTreeMap<&'b str, String>);

impl Facts<'_> {
    fn text(&self, name: &str) -> Result<String, String> {
        self.0.get(name).cloned().ok_or_else(|| name.to_owned())
    }

    fn if_said<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        if self.0.contains_key(name) { read(name).map(Some) } else { Ok(None) }
    }

    fn place(&self, name: &str) -> Result<Place, String> {
        Place::parse(&self.text(name)?).ok_or_else(|| name.to_owned())
    }

    fn number<const PLACES: u32>(&self, name: &str) -> Result<Fixed<PLACES>, String> {
        Fixed::parse(&self.text(name)?).ok_or_else(|| name.to_owned())
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.text(name)?.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(name.to_owned()),
        }
    }

    fn parts<const PLACES: u32>(&self, name: &str) -> Result<Vec<(String, Fixed<PLACES>)>, String> {
        let text = self.text(name)?;
        let parts: Vec<(String, String)> =
            serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        let read = parts.into_iter().map(|(party, number)| Some((party, Fixed::parse(&number)?)));
        read.collect::<Option<_>>().ok_or_else(|| name.to_owned())
    }
}

fn placed((party, area): (String, Area)) -> Result<(Place, Area), String> {
    Place::parse(&party).map(|place| (place, area)).ok_or_else(|| "parts".to_owned())
}

/// Parts as JSON, in their order.
fn parts_text<const PLACES: u32>(parts: &[(impl ToString, Fixed<PLACES>)]) -> String {
    let each = parts.iter().map(|(party, number)| serde_json::json!([party.to_string(), number.to_string()]));
    serde_json::Value::Array(each.collect()).to_string()
}

fn yes_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}
