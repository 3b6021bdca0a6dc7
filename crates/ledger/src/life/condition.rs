//! Conditions: what is open on a stage. What opens one takes back what closed the last one of its kind,
//! so a condition is open where its opening is known and its closing is not.

use super::stage::happened;

/// 状态 · something that is open on a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Every act is recorded here.
    Kept,
    /// The land was handed over.
    Delivered,
    /// Works are suspended.
    Suspended,
    /// Full capacity was reached.
    AtCapacity,
    /// A lease that may become a grant.
    LeaseThenGrant,
    /// Conversion into a grant is applied for.
    ConversionSought,
    /// Renewal is applied for.
    RenewalSought,
    /// Mortgaged.
    Mortgaged,
    /// Notice to rectify a breach runs.
    Rectifying,
    /// Idleness is suspected, and neither cleared nor disposed of.
    Suspected,
    /// The notice of inquiry was served.
    Inquired,
    /// The holder has answered it.
    Answered,
    /// The finding of idleness was served.
    FoundIdle,
    /// The idle land is filed in the monitoring system.
    Filed,
    /// The finding is public.
    Published,
    /// A way of disposal is agreed.
    DisposalAgreed,
    /// A buy-back is agreed.
    BuyBackAgreed,
    /// A swap for other land is agreed.
    SwapAgreed,
    /// The holder was told of the right to a hearing, and nothing is decided since.
    HearingTold,
    /// A hearing is requested.
    HearingRequested,
    /// The hearing was held, and nothing is decided since.
    HearingHeld,
    /// A decision of fee or taking back was served.
    Decided,
    /// The fee is decided and not paid.
    FeeOwed,
    /// Taking back is decided.
    TakebackDecided,
    /// The decision is contested.
    Contested,
    /// The decision was upheld for good.
    Upheld,
    /// The case is a firm with a credit file.
    CreditFile,
    /// The credit finding was notified.
    CreditNoticed,
    /// An objection to it is open.
    CreditObjected,
}

impl Condition {
    /// All conditions, in the order in which they are told.
    pub const ALL: [Self; 29] = [
        Self::Kept,
        Self::Delivered,
        Self::Suspended,
        Self::AtCapacity,
        Self::LeaseThenGrant,
        Self::ConversionSought,
        Self::RenewalSought,
        Self::Mortgaged,
        Self::Rectifying,
        Self::Suspected,
        Self::Inquired,
        Self::Answered,
        Self::FoundIdle,
        Self::Filed,
        Self::Published,
        Self::DisposalAgreed,
        Self::BuyBackAgreed,
        Self::SwapAgreed,
        Self::HearingTold,
        Self::HearingRequested,
        Self::HearingHeld,
        Self::Decided,
        Self::FeeOwed,
        Self::TakebackDecided,
        Self::Contested,
        Self::Upheld,
        Self::CreditFile,
        Self::CreditNoticed,
        Self::CreditObjected,
    ];

    /// Its name in data and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Delivered => "delivered",
            Self::Suspended => "suspended",
            Self::AtCapacity => "at_capacity",
            Self::LeaseThenGrant => "lease_then_grant",
            Self::ConversionSought => "conversion_sought",
            Self::RenewalSought => "renewal_sought",
            Self::Mortgaged => "mortgaged",
            Self::Rectifying => "rectifying",
            Self::Suspected => "suspected",
            Self::Inquired => "inquired",
            Self::Answered => "answered",
            Self::FoundIdle => "found_idle",
            Self::Filed => "filed",
            Self::Published => "published",
            Self::DisposalAgreed => "disposal_agreed",
            Self::BuyBackAgreed => "buy_back_agreed",
            Self::SwapAgreed => "swap_agreed",
            Self::HearingTold => "hearing_told",
            Self::HearingRequested => "hearing_requested",
            Self::HearingHeld => "hearing_held",
            Self::Decided => "decided",
            Self::FeeOwed => "fee_owed",
            Self::TakebackDecided => "takeback_decided",
            Self::Contested => "contested",
            Self::Upheld => "upheld",
            Self::CreditFile => "credit_file",
            Self::CreditNoticed => "credit_noticed",
            Self::CreditObjected => "credit_objected",
        }
    }

    /// Whether facts show it open.
    fn is_open<'f>(self, fact: &dyn Fn(&str) -> Option<&'f str>) -> bool {
        let known = |name: &str| happened(fact, name);
        let says = |name: &str, value: &str| fact(name) == Some(value);
        let between = |open: &str, closings: &[&str]| known(open) && !closings.iter().any(|name| known(name));
        let suspected = || between("idle_suspected_on", &["idle_cleared_on", "idle_disposed_on"]);
        match self {
            Self::Kept => known("kept_since"),
            Self::Delivered => known("delivered_on"),
            Self::Suspended => known("suspended_on"),
            Self::AtCapacity => known("full_capacity_on"),
            Self::LeaseThenGrant => says("supply_mode", "lease_then_grant"),
            Self::ConversionSought => {
                between("conversion_applied_on", &["converted_on", "conversion_refused_on"])
            }
            Self::RenewalSought => between("renewal_applied_on", &["renewed_on", "renewal_refused_on"]),
            Self::Mortgaged => says("mortgaged", "yes"),
            Self::Rectifying => between("breach_notified_on", &["breach_rectified_on"]),
            Self::Suspected => suspected(),
            Self::Inquired => suspected() && known("inquiry_notice_served_on"),
            Self::Answered => suspected() && known("inquiry_replied_on"),
            Self::FoundIdle => suspected() && known("idle_found_on"),
            Self::Filed => suspected() && known("idle_filed_on"),
            Self::Published => between("idle_published_on", &["idle_unpublished_on"]),
            Self::DisposalAgreed => suspected() && fact("disposal_way").is_some(),
            Self::BuyBackAgreed => suspected() && says("disposal_way", "buy_back"),
            Self::SwapAgreed => suspected() && says("disposal_way", "swap"),
            Self::HearingTold => suspected() && between("hearing_right_told_on", &["idle_decided_on"]),
            Self::HearingRequested => {
                suspected() && between("hearing_requested_on", &["hearing_held_on", "idle_decided_on"])
            }
            Self::HearingHeld => suspected() && between("hearing_held_on", &["idle_decided_on"]),
            Self::Decided => {
                suspected() && (known("fee_decision_served_on") || known("takeback_decision_served_on"))
            }
            Self::FeeOwed => between("fee_decision_served_on", &["fee_paid_on"]),
            Self::TakebackDecided => suspected() && known("takeback_decision_served_on"),
            Self::Contested => suspected() && says("decision_contested", "yes"),
            Self::Upheld => suspected() && known("upheld_on"),
            Self::CreditFile => known("credit_file_opened_on"),
            Self::CreditNoticed => known("credit_notice_served_on"),
            Self::CreditObjected => between("credit_objected_on", &["credit_objection_decided_on"]),
        }
    }
}

/// 状态集 · the conditions that are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions(u32);

impl Conditions {
    /// The conditions that facts show open.
    pub(super) fn of<'f>(fact: &dyn Fn(&str) -> Option<&'f str>) -> Self {
        let open = Condition::ALL.into_iter().filter(|condition| condition.is_open(fact));
        Self(open.fold(0, |set, condition| set | 1 << condition as u32))
    }

    /// Whether one is open.
    pub fn has(self, condition: Condition) -> bool {
        self.0 & (1 << condition as u32) != 0
    }

    /// Those that are open.
    pub fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.into_iter().filter(move |condition| self.has(*condition))
    }
}
