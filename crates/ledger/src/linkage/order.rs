//! What somebody asks a book to record.

use jiff::civil::Date;

use super::account::Place;
use super::deed::{GivenUp, Scheme};
use super::fixed::{Area, Money};

/// 申请 · an operation that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number, by which a repetition is recognised and others refer to it; one is made where none
    /// is given.
    pub key: Option<String>,
    /// The day on which it takes effect.
    pub on: Date,
    /// The document, or the row of a file, that it comes from.
    pub origin: String,
    /// What is asked.
    pub act: Act,
}

/// 操作 · what can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// To open a book.
    Open {
        /// What people call it.
        title: String,
        /// The package whose law judges its operations.
        package: String,
    },
    /// To publish shares.
    Share(Scheme),
    /// To record land that was given up.
    GiveUp(GivenUp),
    /// To turn land given up into credit.
    Credit {
        /// The operation that gave the land up.
        land: String,
        /// Whether giving it up was verified, if that is known.
        verified: Option<bool>,
    },
    /// To move credit between places.
    Move {
        /// Who holds it.
        from: Place,
        /// Who is to hold it.
        to: Place,
        /// Who gave the land up; may be left out where `from` holds credit of one place only.
        giving: Option<Place>,
        /// How much.
        area: Area,
    },
    /// To use credit for supply.
    Use {
        /// Who holds it.
        place: Place,
        /// Who gave the land up; may be left out where `place` holds credit of one place only.
        giving: Option<Place>,
        /// What is supplied.
        project: String,
        /// How much.
        area: Area,
        /// Whether the supply lies in a park, if that is known.
        in_park: Option<bool>,
        /// Revenue of the supply, if that is known.
        revenue: Option<Money>,
    },
    /// To pay what is owed.
    Pay {
        /// Who pays.
        payer: Place,
        /// Who is paid.
        payee: String,
        /// How much.
        amount: Money,
    },
    /// To undo an operation.
    Reverse {
        /// Its number.
        of: String,
        /// Why.
        reason: String,
    },
}

impl Act {
    /// Its name, as a word of the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Share(_) => "share",
            Self::GiveUp(_) => "give-up",
            Self::Credit { .. } => "credit",
            Self::Move { .. } => "move",
            Self::Use { .. } => "use",
            Self::Pay { .. } => "pay",
            Self::Reverse { .. } => "reverse",
        }
    }
}
