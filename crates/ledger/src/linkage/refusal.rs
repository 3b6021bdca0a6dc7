//! Why a book says no, in the order in which it is checked.

use jiff::civil::Date;

use super::account::Account;

/// 拒绝 · a reason against an operation that no law could lift: the structure of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such book.
    NoBook,
    /// The book is there already.
    BookThere,
    /// The day has not come.
    Ahead {
        /// Today.
        today: Date,
    },
    /// Another operation has the number.
    KeyTaken {
        /// The number.
        key: String,
        /// The first fact in which they differ.
        fact: String,
    },
    /// The day lies before the last operation.
    BeforeLast {
        /// Its day.
        last: Date,
    },
    /// A name that cannot be used.
    BadName {
        /// The name.
        name: String,
    },
    /// A number that is not more than nothing, or too large.
    BadAmount {
        /// The number.
        amount: String,
    },
    /// Another area is on record for the parcel.
    AreaDiffers {
        /// The parcel.
        parcel: String,
        /// Hectares on record.
        on_record: String,
        /// Hectares given.
        given: String,
    },
    /// The same hectare would be given up twice.
    LandTwice {
        /// The parcel.
        parcel: String,
        /// Hectares the parcel has.
        has: String,
        /// Hectares given up before.
        before: String,
        /// Hectares to be given up.
        wanted: String,
    },
    /// The part of the parcel was given up before.
    PartTwice {
        /// The parcel.
        parcel: String,
        /// The part; empty for the whole.
        part: String,
        /// The operation that gave it up, and its book if it is another.
        by: String,
    },
    /// There is no land of that number that waits for its credit.
    NoLand {
        /// The number.
        key: String,
    },
    /// Shares are not what shares must be: each party once, each more than nothing, one together.
    BadShares {
        /// What they add up to.
        sum: String,
    },
    /// The two places are one.
    SamePlace,
    /// A place holds credit of several others, and it was not said whose is meant.
    WhichCredit {
        /// Those others.
        givings: Vec<String>,
    },
    /// No shares are published for two places.
    NoShare {
        /// Who gave the land up.
        giving: String,
        /// Who is to use the credit.
        receiving: String,
    },
    /// An account does not have enough.
    NotEnough {
        /// Which.
        account: Account,
        /// What it has.
        has: String,
        /// What is wanted.
        wanted: String,
    },
    /// There is no operation of that number.
    NoOperation {
        /// The number.
        key: String,
    },
    /// The operation cannot be undone: it was undone before, or is itself the undoing of another, or
    /// opened the book.
    NotReversible {
        /// Its number.
        key: String,
    },
    /// Another operation rests on it.
    ReliedUpon {
        /// Its number.
        key: String,
        /// The other.
        by: String,
    },
}

impl Refusal {
    /// `L01` …, in the order of the variants. Codes that the law, or others who write, give follow.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBook => "L01",
            Self::BookThere => "L02",
            Self::Ahead { .. } => "L03",
            Self::KeyTaken { .. } => "L04",
            Self::BeforeLast { .. } => "L05",
            Self::BadName { .. } => "L06",
            Self::BadAmount { .. } => "L07",
            Self::AreaDiffers { .. } => "L08",
            Self::PartTwice { .. } => "L09",
            Self::LandTwice { .. } => "L10",
            Self::NoLand { .. } => "L11",
            Self::BadShares { .. } => "L12",
            Self::SamePlace => "L13",
            Self::WhichCredit { .. } => "L14",
            Self::NoShare { .. } => "L15",
            Self::NotEnough { .. } => "L16",
            Self::NoOperation { .. } => "L17",
            Self::NotReversible { .. } => "L18",
            Self::ReliedUpon { .. } => "L19",
        }
    }

    /// Its particulars by name, for words that have places for them.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoBook | Self::BookThere | Self::SamePlace => Vec::new(),
            Self::Ahead { today } => vec![("today", today.to_string())],
            Self::KeyTaken { key, fact } => vec![("key", key.clone()), ("fact", fact.clone())],
            Self::BeforeLast { last } => vec![("last", last.to_string())],
            Self::BadName { name } => vec![("name", name.clone())],
            Self::BadAmount { amount } => vec![("amount", amount.clone())],
            Self::AreaDiffers { parcel, on_record, given } => {
                vec![("parcel", parcel.clone()), ("on_record", on_record.clone()), ("given", given.clone())]
            }
            Self::LandTwice { parcel, has, before, wanted } => vec![
                ("parcel", parcel.clone()),
                ("has", has.clone()),
                ("before", before.clone()),
                ("wanted", wanted.clone()),
            ],
            Self::PartTwice { parcel, part, by } => {
                vec![("parcel", parcel.clone()), ("part", part.clone()), ("by", by.clone())]
            }
            Self::NoLand { key } | Self::NoOperation { key } | Self::NotReversible { key } => {
                vec![("key", key.clone())]
            }
            Self::BadShares { sum } => vec![("sum", sum.clone())],
            Self::WhichCredit { givings } => vec![("givings", givings.join(", "))],
            Self::NoShare { giving, receiving } => {
                vec![("giving", giving.clone()), ("receiving", receiving.clone())]
            }
            Self::NotEnough { account, has, wanted } => vec![
                ("account", account.to_string()),
                ("unit", account.unit().name().to_owned()),
                ("has", has.clone()),
                ("wanted", wanted.clone()),
            ],
            Self::ReliedUpon { key, by } => vec![("key", key.clone()), ("by", by.clone())],
        }
    }
}
