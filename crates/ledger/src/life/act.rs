//! Acts: the commands of a life, and where each is possible.

use super::condition::Condition;
use super::stage::Stage;

/// The stages in which a contract is in force.
const IN_FORCE: &[Stage] = &[Stage::Contracted, Stage::Building, Stage::Completed, Stage::Operating];
/// The same, and when it has ended: what was opened on it is still closed.
const ONCE_SIGNED: &[Stage] =
    &[Stage::Contracted, Stage::Building, Stage::Completed, Stage::Operating, Stage::Ended];
/// The stages before works are complete.
const BEFORE_COMPLETION: &[Stage] = &[Stage::Contracted, Stage::Building];

/// 行为 · an act on a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Take over into the record.
    TakeOver,
    /// Reserve.
    Reserve,
    /// Offer.
    Offer,
    /// Withdraw the offer.
    WithdrawOffer,
    /// Sign the contract.
    Sign,
    /// Deliver the land.
    Deliver,
    /// Start works.
    Start,
    /// Suspend works.
    Suspend,
    /// Resume works.
    Resume,
    /// Complete works.
    Complete,
    /// Begin production.
    Produce,
    /// Reach full capacity.
    ReachCapacity,
    /// Change dates by a supplement.
    ChangeDates,
    /// Inspect the site.
    Inspect,
    /// Apply for conversion into a grant.
    ApplyConversion,
    /// Convert the lease into a grant.
    Convert,
    /// Refuse the conversion.
    RefuseConversion,
    /// Apply for renewal.
    ApplyRenewal,
    /// Renew.
    Renew,
    /// Refuse the renewal.
    RefuseRenewal,
    /// Transfer.
    Transfer,
    /// Divide.
    Divide,
    /// Mortgage.
    Mortgage,
    /// Discharge the mortgage.
    Discharge,
    /// Record a change of equity.
    ChangeEquity,
    /// Evaluate performance.
    Evaluate,
    /// Give notice to rectify a breach.
    Rectify,
    /// Cure the breach.
    Cure,
    /// Take a measure.
    TakeMeasure,
    /// Rescind for breach.
    Terminate,
    /// Rescind by law.
    Rescind,
    /// Suspect idleness.
    Suspect,
    /// Serve the notice of inquiry.
    Inquire,
    /// Holder answers the inquiry.
    Reply,
    /// Find that the land is not idle.
    Clear,
    /// Serve the finding of idleness.
    FindIdle,
    /// File in the monitoring system.
    FileIdle,
    /// Publish the finding.
    PublishIdle,
    /// Agree on the disposal.
    AgreeDisposal,
    /// Notify the mortgagees.
    NotifyMortgagees,
    /// Tell of the right to a hearing.
    TellHearing,
    /// Request a hearing.
    RequestHearing,
    /// Hold the hearing.
    HoldHearing,
    /// Decide the fee.
    LevyFee,
    /// Pay the fee.
    PayFee,
    /// Decide taking back.
    DecideTakeback,
    /// Contest the decision.
    Contest,
    /// Decision upheld.
    Uphold,
    /// Decision annulled.
    Annul,
    /// Taking back annulled.
    AnnulTakeback,
    /// Cancel the registration by announcement.
    AnnounceCancellation,
    /// Apply to the court for enforcement.
    ApplyEnforcement,
    /// Cancel the registration.
    CancelRegistration,
    /// Close the disposal.
    Dispose,
    /// Buy back by agreement.
    BuyBack,
    /// Swap for other land.
    Swap,
    /// Exit voluntarily.
    ExitVoluntarily,
    /// Take early in the public interest.
    TakeForPublicInterest,
    /// End by expiry.
    Expire,
    /// Open the credit file of a firm.
    OpenCreditFile,
    /// Enter a breach in it.
    RecordBreach,
    /// Serve the notice of the credit finding.
    NotifyCredit,
    /// Object to the credit finding.
    ObjectToCredit,
    /// Decide on the objection.
    DecideObjection,
    /// All breaches are rectified.
    RectifyAll,
    /// Repair the credit.
    RepairCredit,
}

/// Where an act is possible.
struct Place {
    act: Act,
    name: &'static str,
    stages: &'static [Stage],
    needs: &'static [Condition],
    barred_by: &'static [Condition],
    leads_to: Option<Stage>,
}

/// A row: the act, its name, stages, what must be open, what must not, and the stage it leads to.
const fn row(
    act: Act,
    name: &'static str,
    stages: &'static [Stage],
    needs: &'static [Condition],
    barred_by: &'static [Condition],
    leads_to: Option<Stage>,
) -> Place {
    Place { act, name, stages, needs, barred_by, leads_to }
}

/// The table of states and acts: one row an act, in the order of [`Act`].
const TABLE: [Place; 66] = [
    row(Act::TakeOver, "take_over", &Stage::ALL, &[], &[Condition::Kept], None),
    row(Act::Reserve, "reserve", &[Stage::Unplaced], &[], &[Condition::Kept], Some(Stage::Reserved)),
    row(Act::Offer, "offer", &[Stage::Reserved], &[], &[], Some(Stage::Offered)),
    row(Act::WithdrawOffer, "withdraw_offer", &[Stage::Offered], &[], &[], Some(Stage::Reserved)),
    row(Act::Sign, "sign", &[Stage::Offered], &[], &[], Some(Stage::Contracted)),
    row(Act::Deliver, "deliver", BEFORE_COMPLETION, &[], &[Condition::Delivered], None),
    row(
        Act::Start,
        "start",
        &[Stage::Contracted],
        &[Condition::Delivered],
        &[Condition::TakebackDecided],
        Some(Stage::Building),
    ),
    row(Act::Suspend, "suspend", &[Stage::Building], &[], &[Condition::Suspended], None),
    row(
        Act::Resume,
        "resume",
        &[Stage::Building],
        &[Condition::Suspended],
        &[Condition::TakebackDecided],
        None,
    ),
    row(
        Act::Complete,
        "complete",
        &[Stage::Building],
        &[],
        &[Condition::Suspended, Condition::TakebackDecided],
        Some(Stage::Completed),
    ),
    row(Act::Produce, "produce", &[Stage::Completed], &[], &[], Some(Stage::Operating)),
    row(Act::ReachCapacity, "reach_capacity", &[Stage::Operating], &[], &[Condition::AtCapacity], None),
    row(
        Act::ChangeDates,
        "change_dates",
        &[Stage::Contracted, Stage::Building, Stage::Completed],
        &[],
        &[Condition::Suspected],
        None,
    ),
    row(Act::Inspect, "inspect", IN_FORCE, &[], &[], None),
    row(
        Act::ApplyConversion,
        "apply_conversion",
        IN_FORCE,
        &[Condition::LeaseThenGrant],
        &[Condition::ConversionSought],
        None,
    ),
    row(
        Act::Convert,
        "convert",
        IN_FORCE,
        &[Condition::LeaseThenGrant, Condition::ConversionSought],
        &[],
        None,
    ),
    row(Act::RefuseConversion, "refuse_conversion", IN_FORCE, &[Condition::ConversionSought], &[], None),
    row(Act::ApplyRenewal, "apply_renewal", IN_FORCE, &[], &[Condition::RenewalSought], None),
    row(Act::Renew, "renew", IN_FORCE, &[Condition::RenewalSought], &[], None),
    row(Act::RefuseRenewal, "refuse_renewal", IN_FORCE, &[Condition::RenewalSought], &[], None),
    row(Act::Transfer, "transfer", IN_FORCE, &[], &[Condition::TakebackDecided], None),
    row(Act::Divide, "divide", IN_FORCE, &[], &[Condition::TakebackDecided, Condition::Mortgaged], None),
    row(Act::Mortgage, "mortgage", IN_FORCE, &[], &[Condition::TakebackDecided, Condition::Mortgaged], None),
    row(Act::Discharge, "discharge", ONCE_SIGNED, &[Condition::Mortgaged], &[], None),
    row(Act::ChangeEquity, "change_equity", IN_FORCE, &[], &[], None),
    row(Act::Evaluate, "evaluate", &[Stage::Building, Stage::Completed, Stage::Operating], &[], &[], None),
    row(Act::Rectify, "rectify", IN_FORCE, &[], &[Condition::Rectifying], None),
    row(Act::Cure, "cure", IN_FORCE, &[Condition::Rectifying], &[], None),
    row(Act::TakeMeasure, "take_measure", IN_FORCE, &[Condition::Rectifying], &[], None),
    row(Act::Terminate, "terminate", IN_FORCE, &[Condition::Rectifying], &[], Some(Stage::Ended)),
    row(Act::Rescind, "rescind", IN_FORCE, &[], &[], Some(Stage::Ended)),
    row(Act::Suspect, "suspect", BEFORE_COMPLETION, &[], &[Condition::Suspected], None),
    row(Act::Inquire, "inquire", BEFORE_COMPLETION, &[Condition::Suspected], &[Condition::Inquired], None),
    row(Act::Reply, "reply", BEFORE_COMPLETION, &[Condition::Inquired], &[Condition::Answered], None),
    row(Act::Clear, "clear", IN_FORCE, &[Condition::Suspected], &[Condition::FoundIdle], None),
    row(Act::FindIdle, "find_idle", BEFORE_COMPLETION, &[Condition::Inquired], &[Condition::FoundIdle], None),
    row(Act::FileIdle, "file_idle", IN_FORCE, &[Condition::FoundIdle], &[Condition::Filed], None),
    row(Act::PublishIdle, "publish_idle", IN_FORCE, &[Condition::FoundIdle], &[Condition::Published], None),
    row(
        Act::AgreeDisposal,
        "agree_disposal",
        BEFORE_COMPLETION,
        &[Condition::FoundIdle],
        &[Condition::DisposalAgreed, Condition::TakebackDecided],
        None,
    ),
    row(
        Act::NotifyMortgagees,
        "notify_mortgagees",
        IN_FORCE,
        &[Condition::Mortgaged, Condition::FoundIdle],
        &[],
        None,
    ),
    row(
        Act::TellHearing,
        "tell_hearing",
        BEFORE_COMPLETION,
        &[Condition::FoundIdle],
        &[
            Condition::DisposalAgreed,
            Condition::HearingTold,
            Condition::TakebackDecided,
            Condition::Contested,
        ],
        None,
    ),
    row(
        Act::RequestHearing,
        "request_hearing",
        BEFORE_COMPLETION,
        &[Condition::HearingTold],
        &[Condition::HearingRequested, Condition::HearingHeld],
        None,
    ),
    row(Act::HoldHearing, "hold_hearing", BEFORE_COMPLETION, &[Condition::HearingRequested], &[], None),
    row(
        Act::LevyFee,
        "levy_fee",
        &[Stage::Contracted],
        &[Condition::HearingTold],
        &[Condition::FeeOwed, Condition::TakebackDecided, Condition::Contested],
        None,
    ),
    row(Act::PayFee, "pay_fee", ONCE_SIGNED, &[Condition::FeeOwed], &[], None),
    row(
        Act::DecideTakeback,
        "decide_takeback",
        &[Stage::Contracted],
        &[Condition::HearingTold],
        &[Condition::TakebackDecided, Condition::Contested],
        None,
    ),
    row(
        Act::Contest,
        "contest",
        ONCE_SIGNED,
        &[Condition::Decided],
        &[Condition::Contested, Condition::Upheld],
        None,
    ),
    row(Act::Uphold, "uphold", ONCE_SIGNED, &[Condition::Contested], &[], None),
    row(Act::Annul, "annul", ONCE_SIGNED, &[Condition::Contested], &[Condition::TakebackDecided], None),
    row(
        Act::AnnulTakeback,
        "annul_takeback",
        ONCE_SIGNED,
        &[Condition::Contested, Condition::TakebackDecided],
        &[],
        None,
    ),
    row(
        Act::AnnounceCancellation,
        "announce_cancellation",
        BEFORE_COMPLETION,
        &[Condition::TakebackDecided],
        &[Condition::Contested],
        Some(Stage::Ended),
    ),
    row(
        Act::ApplyEnforcement,
        "apply_enforcement",
        ONCE_SIGNED,
        &[Condition::Decided],
        &[Condition::Contested],
        None,
    ),
    row(
        Act::CancelRegistration,
        "cancel_registration",
        BEFORE_COMPLETION,
        &[Condition::TakebackDecided],
        &[Condition::Contested],
        Some(Stage::Ended),
    ),
    row(
        Act::Dispose,
        "dispose",
        ONCE_SIGNED,
        &[Condition::FoundIdle],
        &[Condition::TakebackDecided, Condition::FeeOwed],
        None,
    ),
    row(Act::BuyBack, "buy_back", BEFORE_COMPLETION, &[Condition::BuyBackAgreed], &[], Some(Stage::Ended)),
    row(Act::Swap, "swap", BEFORE_COMPLETION, &[Condition::SwapAgreed], &[], Some(Stage::Ended)),
    row(
        Act::ExitVoluntarily,
        "exit_voluntarily",
        IN_FORCE,
        &[],
        &[Condition::TakebackDecided],
        Some(Stage::Ended),
    ),
    row(Act::TakeForPublicInterest, "take_for_public_interest", IN_FORCE, &[], &[], Some(Stage::Ended)),
    row(Act::Expire, "expire", IN_FORCE, &[], &[Condition::RenewalSought], Some(Stage::Ended)),
    row(Act::OpenCreditFile, "open_credit_file", &[Stage::Unplaced], &[], &[Condition::Kept], None),
    row(Act::RecordBreach, "record_breach", &[Stage::Unplaced], &[Condition::CreditFile], &[], None),
    row(
        Act::NotifyCredit,
        "notify_credit",
        &[Stage::Unplaced],
        &[Condition::CreditFile],
        &[Condition::CreditObjected],
        None,
    ),
    row(
        Act::ObjectToCredit,
        "object_to_credit",
        &[Stage::Unplaced],
        &[Condition::CreditNoticed],
        &[Condition::CreditObjected],
        None,
    ),
    row(
        Act::DecideObjection,
        "decide_objection",
        &[Stage::Unplaced],
        &[Condition::CreditObjected],
        &[],
        None,
    ),
    row(Act::RectifyAll, "rectify_all", &[Stage::Unplaced], &[Condition::CreditFile], &[], None),
    row(
        Act::RepairCredit,
        "repair_credit",
        &[Stage::Unplaced],
        &[Condition::CreditFile],
        &[Condition::CreditObjected],
        None,
    ),
];

impl Act {
    /// Every act, in the order of a life.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|place| place.act)
    }

    /// The act of a name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|place| place.name == name).map(|place| place.act)
    }

    fn place(self) -> &'static Place {
        &TABLE[self as usize]
    }

    /// Its name in data, events and outputs.
    pub fn name(self) -> &'static str {
        self.place().name
    }

    /// The stages in which it is possible.
    pub fn stages(self) -> &'static [Stage] {
        self.place().stages
    }

    /// What must be open for it.
    pub fn needs(self) -> &'static [Condition] {
        self.place().needs
    }

    /// What must not be open.
    pub fn barred_by(self) -> &'static [Condition] {
        self.place().barred_by
    }

    /// The stage it leads to; none where the stage stays.
    pub fn leads_to(self) -> Option<Stage> {
        self.place().leads_to
    }

    /// Whether it begins the record of a case; all others need one.
    pub fn begins(self) -> bool {
        matches!(self, Self::TakeOver | Self::Reserve | Self::OpenCreditFile)
    }

    /// Whether it makes the case; taking over finds one that was imported.
    pub fn makes_case(self) -> bool {
        matches!(self, Self::Reserve | Self::OpenCreditFile)
    }

    pub(super) fn needs_kept(self) -> bool {
        !self.begins()
    }
}

#[cfg(test)]
mod tests {
    //! The table is one row an act, in their order.

    use super::{Act, TABLE};

    #[test]
    fn every_act_has_its_row_and_its_name() {
        for (at, place) in TABLE.iter().enumerate() {
            assert_eq!(place.act as usize, at, "{}", place.name);
            assert_eq!(Act::named(place.name), Some(place.act));
        }
    }
}
