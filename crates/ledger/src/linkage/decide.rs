//! Deciding an order: what the structure of a book says, what is to be asked of the law, and the deed
//! that comes of both.
//!
//! **Rule of remainders:** where an amount is divided by shares, every party gets its share rounded down
//! to the smallest unit, except the one whose part the law reckons; the rest stays with the place that
//! has the amount: the one that gave the land up for credit, the one that has the revenue for benefit.

use jiff::civil::Date;

use super::account::{Account, Place, Unit, is_name};
use super::book::{Book, Broken};
use super::deed::{Deed, GivenUp, Scheme, Shared, Use};
use super::fixed::{Area, Fixed, Money, Share};
use super::order::{Act, Order};
use super::refusal::Refusal;

/// 待问 · what the law is to be asked before an order becomes a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question<'b> {
    /// The package whose law is asked.
    pub package: &'b str,
    /// The day whose law it is.
    pub on: Date,
    /// What about.
    pub about: About<'b>,
}

/// 所问 · what the law is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About<'b> {
    /// Nothing: the book alone decides.
    Nothing,
    /// Whether shares are lawful.
    Shares(&'b Scheme),
    /// How much credit land yields, now or when giving it up is verified.
    Credit {
        /// The land.
        land: &'b GivenUp,
        /// Whether giving it up was verified; none where that is not known.
        verified: Option<bool>,
        /// Whether the credit is wanted now.
        now: bool,
    },
    /// Whether a use is lawful, and what is transferred to who gave the land up.
    Use {
        /// The use.
        used: &'b Use,
        /// Credit of that kind that the place has.
        available: Area,
        /// The shares that apply; none where nobody else gave the land up.
        shares: Option<&'b Scheme>,
    },
}

/// 法律答复 · what the law answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Credit that the land yields.
    pub credit: Area,
    /// What is transferred to who gave the land up.
    pub transfer: Money,
    /// Digest of the package that was asked.
    pub package: Option<String>,
    /// Rules, outcomes, citations and grades, for the record.
    pub grounds: Option<String>,
}

/// What of a parcel other books have.
pub type Elsewhere<'e> = &'e dyn Fn(&str) -> Option<(String, Area, Area)>;

/// 草案 · an order that the structure of the book admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    deed: Deed,
    shares: Option<Scheme>,
    available: Area,
    land: Option<GivenUp>,
}

/// What the structure of a book says to an order. `elsewhere` tells, of a parcel, another book with land
/// of it, the parcel's area there, and how much of it was given up there.
pub fn draft(
    book: Option<&Book>,
    order: &Order,
    elsewhere: Elsewhere<'_>,
    today: Date,
) -> Result<Draft, Refusal> {
    let simple = |deed| Ok(Draft { deed, shares: None, available: Area::ZERO, land: None });
    if order.on > today {
        return Err(Refusal::Ahead { today });
    }
    if let Some(key) = &order.key {
        named(key)?;
    }
    let Some(book) = book else {
        let Act::Open { title, package } = &order.act else { return Err(Refusal::NoBook) };
        named(title)?;
        return simple(Deed::Opened { title: title.clone(), package: package.clone() });
    };
    if let Some(last) = book.last_day().filter(|last| order.on < *last) {
        return Err(Refusal::BeforeLast { last });
    }
    match &order.act {
        Act::Open { .. } => Err(Refusal::BookThere),
        Act::Share(scheme) => {
            check_scheme(scheme)?;
            simple(Deed::SharePublished(scheme.clone()))
        }
        Act::GiveUp(land) => {
            check_land(book, land, elsewhere)?;
            simple(Deed::GivenUp(land.clone()))
        }
        Act::Credit { land, verified } => credit(book, land, *verified),
        Act::Move { from, to, giving, area } => moving(book, (from, to, giving.as_ref()), *area),
        Act::Use { place, giving, project, area, in_park, revenue } => {
            named(project)?;
            let giving = whose(book, place, giving.as_ref())?;
            let asked = Use {
                place: place.clone(),
                giving,
                project: project.clone(),
                area: *area,
                in_park: *in_park,
                revenue: *revenue,
                share: None,
                parts: Vec::new(),
            };
            using(book, asked)
        }
        Act::Pay { payer, payee, amount } => {
            more_than_nothing(*amount)?;
            let owed = Account::Owed { payer: payer.clone(), payee: payee.clone() };
            enough(book, owed, amount.smallest())?;
            simple(Deed::Paid { payer: payer.clone(), payee: payee.clone(), amount: *amount })
        }
        Act::Reverse { of, reason } => {
            named(reason)?;
            undoing(book, of, reason)
        }
    }
}

impl Draft {
    /// What the law is to be asked.
    pub fn question<'b>(&'b self, book: Option<&'b Book>, order: &'b Order) -> Question<'b> {
        let about = match (&self.deed, &order.act, &self.land) {
            (Deed::SharePublished(scheme), ..) if scheme.of == Shared::Benefit => About::Shares(scheme),
            (Deed::GivenUp(land), ..) => About::Credit { land, verified: None, now: false },
            (Deed::Credited { .. }, Act::Credit { verified, .. }, Some(land)) => {
                About::Credit { land, verified: *verified, now: true }
            }
            (Deed::Moved { .. }, ..) => self.shares.as_ref().map_or(About::Nothing, About::Shares),
            (Deed::Used(used), ..) => {
                About::Use { used, available: self.available, shares: self.shares.as_ref() }
            }
            _ => About::Nothing,
        };
        Question { package: book.map_or("", |book| &book.package), on: order.on, about }
    }

    /// The deed, once the law has answered.
    pub fn settle(self, verdict: &Verdict) -> Result<Deed, Refusal> {
        let Self { mut deed, shares, land, .. } = self;
        match &mut deed {
            Deed::Credited { parts, .. } => {
                more_than_nothing(verdict.credit)?;
                let Some(land) = land else { return Err(Refusal::NoBook) };
                *parts = allot_credit(&land.place, shares.as_ref(), verdict.credit);
            }
            Deed::Used(used) => {
                if let (Some(shares), Some(revenue)) = (&shares, used.revenue) {
                    used.parts = allot_benefit(shares, &used.place, revenue, verdict.transfer)?;
                }
            }
            _ => {}
        }
        Ok(deed)
    }
}

/// Each other place gets its share of credit rounded down; the rest stays with who gave the land up.
fn allot_credit(giving: &Place, shares: Option<&Scheme>, credit: Area) -> Vec<(Place, Area)> {
    let mut parts: Vec<(Place, Area)> = Vec::new();
    let others = shares.iter().flat_map(|scheme| &scheme.parts).filter(|(party, _)| party != giving.as_str());
    for (party, share) in others {
        let area = credit.share_rounded_down(*share);
        if let Some(place) = Place::parse(party).filter(|_| area > Area::ZERO) {
            parts.push((place, area));
        }
    }
    let given: Area = parts.iter().map(|(_, area)| *area).sum();
    if credit > given {
        parts.insert(0, (giving.clone(), credit - given));
    }
    parts
}

/// Who gave the land up gets what the law reckons, every other party its share rounded down; the rest
/// stays with the place that has the revenue.
pub(super) fn allot_benefit(
    scheme: &Scheme,
    receiving: &Place,
    revenue: Money,
    transfer: Money,
) -> Result<Vec<(String, Money)>, Refusal> {
    let mut parts = Vec::new();
    for (party, share) in &scheme.parts {
        let amount = if party == scheme.giving.as_str() {
            transfer
        } else if party == receiving.as_str() {
            continue;
        } else {
            revenue.share_rounded_down(*share)
        };
        if amount > Money::ZERO {
            parts.push((party.clone(), amount));
        }
    }
    let owed: Money = parts.iter().map(|(_, amount)| *amount).sum();
    // A law that transfers more than the revenue leaves nothing to divide.
    if owed > revenue || transfer < Money::ZERO {
        return Err(Refusal::BadAmount { amount: owed.to_string() });
    }
    Ok(parts)
}

fn named(name: &str) -> Result<(), Refusal> {
    if is_name(name) { Ok(()) } else { Err(Refusal::BadName { name: name.chars().take(60).collect() }) }
}

fn more_than_nothing<const PLACES: u32>(amount: Fixed<PLACES>) -> Result<(), Refusal> {
    if amount > Fixed::ZERO { Ok(()) } else { Err(Refusal::BadAmount { amount: amount.to_string() }) }
}

fn enough(book: &Book, account: Account, wanted: i128) -> Result<(), Refusal> {
    let has = book.balance(&account);
    if wanted <= has {
        return Ok(());
    }
    let unit = account.unit();
    Err(Refusal::NotEnough { account, has: unit.text(has), wanted: unit.text(wanted) })
}

/// Shares of credit are of places; in shares of benefit both places are named, if with nothing else
/// then by the parties' silence.
fn check_scheme(scheme: &Scheme) -> Result<(), Refusal> {
    named(&scheme.document)?;
    if scheme.receiving.as_ref() == Some(&scheme.giving) {
        return Err(Refusal::SamePlace);
    }
    for (at, (party, share)) in scheme.parts.iter().enumerate() {
        named(party)?;
        if scheme.of == Shared::Credit && Place::parse(party).is_none() {
            return Err(Refusal::BadName { name: party.clone() });
        }
        if *share <= Share::ZERO || scheme.parts[..at].iter().any(|(other, _)| other == party) {
            return Err(Refusal::BadShares { sum: format!("{party}={share}") });
        }
    }
    let sum: Share = scheme.parts.iter().map(|(_, share)| *share).sum();
    let sum_is_sound = match scheme.of {
        Shared::Credit => sum == Share::ONE,
        // Whether shares of benefit are lawful is for the law; more than the whole is nobody's.
        Shared::Benefit => sum <= Share::ONE,
    };
    if sum_is_sound { Ok(()) } else { Err(Refusal::BadShares { sum: sum.to_string() }) }
}

fn check_land(book: &Book, land: &GivenUp, elsewhere: Elsewhere<'_>) -> Result<(), Refusal> {
    named(&land.parcel)?;
    if !land.part.is_empty() {
        named(&land.part)?;
    }
    more_than_nothing(land.area)?;
    let here = book.land().get(&land.parcel).filter(|parcel| !parcel.parts.is_empty());
    let there = elsewhere(&land.parcel);
    let areas = here.map(|parcel| parcel.area).into_iter().chain(there.as_ref().map(|(_, area, _)| *area));
    for area in areas {
        if area != land.parcel_area {
            return Err(Refusal::AreaDiffers {
                parcel: land.parcel.clone(),
                on_record: area.to_string(),
                given: land.parcel_area.to_string(),
            });
        }
    }
    if let Some((_, by)) = here.and_then(|parcel| parcel.parts.get(&land.part)) {
        let (parcel, part) = (land.parcel.clone(), land.part.clone());
        return Err(Refusal::PartTwice { parcel, part, by: by.clone() });
    }
    let before = here.map(super::book::Parcel::given_up).unwrap_or_default()
        + there.map(|(_, _, given_up)| given_up).unwrap_or_default();
    if before + land.area > land.parcel_area {
        return Err(Refusal::LandTwice {
            parcel: land.parcel.clone(),
            has: land.parcel_area.to_string(),
            before: before.to_string(),
            wanted: land.area.to_string(),
        });
    }
    Ok(())
}

fn credit(book: &Book, key: &str, verified: Option<bool>) -> Result<Draft, Refusal> {
    let land = book.waiting(key).ok_or_else(|| Refusal::NoLand { key: key.to_owned() })?;
    let scheme = book.scheme(Shared::Credit, &land.place, None);
    let deed = Deed::Credited {
        land: key.to_owned(),
        verified: verified.unwrap_or_default(),
        share: scheme.map(|(key, _)| key.to_owned()),
        parts: Vec::new(),
    };
    let shares = scheme.map(|(_, scheme)| scheme.clone());
    Ok(Draft { deed, shares, available: Area::ZERO, land: Some(land.clone()) })
}

/// Whose land the credit of a holder comes from, where it was not said.
fn whose(book: &Book, holder: &Place, said: Option<&Place>) -> Result<Place, Refusal> {
    if let Some(giving) = said {
        return Ok(giving.clone());
    }
    let mut givings = book.givings(holder);
    if givings.len() > 1 {
        return Err(Refusal::WhichCredit { givings: givings.iter().map(ToString::to_string).collect() });
    }
    Ok(givings.pop().unwrap_or_else(|| holder.clone()))
}

/// The shares of benefit between who gave land up and who is to use the credit.
fn benefit<'b>(
    book: &'b Book,
    giving: &Place,
    receiving: &Place,
) -> Result<Option<(&'b str, &'b Scheme)>, Refusal> {
    if giving == receiving {
        return Ok(None);
    }
    let scheme = book.scheme(Shared::Benefit, giving, Some(receiving));
    scheme
        .map(Some)
        .ok_or_else(|| Refusal::NoShare { giving: giving.to_string(), receiving: receiving.to_string() })
}

fn moving(
    book: &Book,
    (from, to, giving): (&Place, &Place, Option<&Place>),
    area: Area,
) -> Result<Draft, Refusal> {
    more_than_nothing(area)?;
    if from == to {
        return Err(Refusal::SamePlace);
    }
    let giving = whose(book, from, giving)?;
    let scheme = benefit(book, &giving, to)?;
    let credit = Account::Credit { holder: from.clone(), giving: giving.clone() };
    enough(book, credit, area.smallest())?;
    let share = scheme.map(|(key, _)| key.to_owned());
    let deed = Deed::Moved { from: from.clone(), to: to.clone(), giving, area, share };
    let shares = scheme.map(|(_, scheme)| scheme.clone());
    Ok(Draft { deed, shares, available: Area::ZERO, land: None })
}

fn using(book: &Book, mut used: Use) -> Result<Draft, Refusal> {
    more_than_nothing(used.area)?;
    if let Some(revenue) = used.revenue.filter(|revenue| *revenue < Money::ZERO) {
        return Err(Refusal::BadAmount { amount: revenue.to_string() });
    }
    let scheme = benefit(book, &used.giving, &used.place)?;
    let credit = Account::Credit { holder: used.place.clone(), giving: used.giving.clone() };
    let available = Area::of_smallest(book.balance(&credit));
    enough(book, credit, used.area.smallest())?;
    used.share = scheme.map(|(key, _)| key.to_owned());
    let shares = scheme.map(|(_, scheme)| scheme.clone());
    Ok(Draft { deed: Deed::Used(used), shares, available, land: None })
}

fn undoing(book: &Book, of: &str, reason: &str) -> Result<Draft, Refusal> {
    let key = || of.to_owned();
    if book.line(of).is_none() {
        return Err(Refusal::NoOperation { key: key() });
    }
    if book.standing(of).is_none() {
        return Err(Refusal::NotReversible { key: key() });
    }
    if let Some(by) = book.resting_on(of) {
        return Err(Refusal::ReliedUpon { key: key(), by: by.to_owned() });
    }
    let deed = Deed::Reversed { of: key(), reason: reason.to_owned() };
    for posting in book.postings(&deed).unwrap_or_default() {
        if posting.amount < 0 && posting.account.admits(1) {
            enough(book, posting.account, -posting.amount)?;
        }
    }
    Ok(Draft { deed, shares: None, available: Area::ZERO, land: None })
}

/// A refusal for what a book would not take although it was decided: nothing that an order can bring
/// about, but no reason to stop the program.
pub(super) fn not_taken(broken: &Broken) -> Refusal {
    match broken {
        Broken::Balance(account, balance) => {
            let account = account.clone();
            Refusal::NotEnough { account, has: balance.clone(), wanted: Unit::Hectare.text(0) }
        }
        other => Refusal::BadName { name: other.to_string() },
    }
}
