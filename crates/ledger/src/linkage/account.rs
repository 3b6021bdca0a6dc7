//! Accounts and postings: where hectares and yuan come from, and where they go.

use std::fmt;

use super::fixed::{Area, Money};

/// 地区 · a district, or a township of one, as `district/township`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(Box<str>);

/// Characters of the longest name.
const LONGEST: usize = 200;

/// Whether a text can name something: not empty, not long, nothing that cannot be seen, no space at
/// either end.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= LONGEST
        && !text.chars().any(char::is_control)
}

impl Place {
    /// Reads `district` or `district/township`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let sound = parts.by_ref().take(2).all(is_name) && parts.next().is_none();
        sound.then(|| Self(text.into()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The district.
    pub fn district(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The township; empty for a district as such.
    pub fn township(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, township)| township)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 科目 · an account. Hectares and yuan never meet in one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Land that was industrial before it was given up: hectares come from here. Never above zero.
    Outside,
    /// Land given up in a place that has yielded no credit yet.
    Pending(Place),
    /// What the law's rate takes from, or adds to, the land when credit is reckoned. Either sign.
    Rate,
    /// Credit that a place holds, by the place that gave the land up.
    Credit {
        /// Who may use it.
        holder: Place,
        /// Who gave the land up, and is to be paid when it is used.
        giving: Place,
    },
    /// Credit used up by a supply project.
    Used(String),
    /// Revenue of supply in a place: yuan come from here. Never above zero.
    Revenue(Place),
    /// What the place that has the revenue keeps of it.
    Kept(Place),
    /// What one owes another.
    Owed {
        /// Who pays.
        payer: Place,
        /// Who is paid.
        payee: String,
    },
    /// What one has paid another.
    Paid {
        /// Who paid.
        payer: Place,
        /// Who was paid.
        payee: String,
    },
}

/// 计量 · what an account counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Hectares, in whole square metres.
    Hectare,
    /// Yuan, in whole fen.
    Yuan,
}

impl Unit {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hectare, Self::Yuan];

    /// `ha` or `CNY`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hectare => "ha",
            Self::Yuan => "CNY",
        }
    }

    /// A count of the smallest unit as a decimal.
    pub fn text(self, count: i128) -> String {
        match self {
            Self::Hectare => Area::of_smallest(count).to_string(),
            Self::Yuan => Money::of_smallest(count).to_string(),
        }
    }
}

impl Account {
    /// What it counts.
    pub fn unit(&self) -> Unit {
        match self {
            Self::Outside | Self::Pending(_) | Self::Rate | Self::Credit { .. } | Self::Used(_) => {
                Unit::Hectare
            }
            Self::Revenue(_) | Self::Kept(_) | Self::Owed { .. } | Self::Paid { .. } => Unit::Yuan,
        }
    }

    /// What kind it is, as a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Pending(_) => "pending",
            Self::Rate => "rate",
            Self::Credit { .. } => "credit",
            Self::Used(_) => "used",
            Self::Revenue(_) => "revenue",
            Self::Kept(_) => "kept",
            Self::Owed { .. } => "owed",
            Self::Paid { .. } => "paid",
        }
    }

    /// Whose it is: a place, or a project; empty for the two that are nobody's.
    pub fn holder(&self) -> &str {
        match self {
            Self::Outside | Self::Rate => "",
            Self::Pending(place) | Self::Revenue(place) | Self::Kept(place) => place.as_str(),
            Self::Credit { holder, .. } => holder.as_str(),
            Self::Used(project) => project,
            Self::Owed { payer, .. } | Self::Paid { payer, .. } => payer.as_str(),
        }
    }

    /// The other side: who gave the land up, or who is paid; empty where there is none.
    pub fn other(&self) -> &str {
        match self {
            Self::Credit { giving, .. } => giving.as_str(),
            Self::Owed { payee, .. } | Self::Paid { payee, .. } => payee,
            _ => "",
        }
    }

    /// Whether a balance is one that the account may have.
    pub fn admits(&self, balance: i128) -> bool {
        match self {
            Self::Outside | Self::Revenue(_) => balance <= 0,
            Self::Rate => true,
            _ => balance >= 0,
        }
    }
}

/// `credit:holder<giving`.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        if !self.holder().is_empty() {
            write!(f, ":{}", self.holder())?;
        }
        match self {
            Self::Credit { giving, .. } => write!(f, "<{giving}"),
            Self::Owed { payee, .. } | Self::Paid { payee, .. } => write!(f, ">{payee}"),
            _ => Ok(()),
        }
    }
}

/// 分录 · one line of an operation: so much to an account, or from it where it is negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Smallest units of what the account counts.
    pub amount: i128,
}

/// What the postings of one operation come to in a unit; zero in a sound one.
pub fn total(postings: &[Posting], unit: Unit) -> i128 {
    postings.iter().filter(|posting| posting.account.unit() == unit).map(|posting| posting.amount).sum()
}
