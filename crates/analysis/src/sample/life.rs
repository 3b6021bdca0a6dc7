//! What became of a project: delivery, start, suspension, completion, production, full capacity.
//!
//! **Invariant:** the steps come in order, and none lies after the day of inspection.

use jiff::civil::Date;

use super::contract::Due;
use super::draws::{Draws, Purpose};
use super::events::AS_OF;
use super::fitted::Fitted;

const DAYS_PER_MONTH: f64 = 30.4375;

/// A project's course up to the day of inspection; `None` has not happened by then.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) delivered: Option<Date>,
    pub(super) started: Option<Date>,
    pub(super) suspended: Option<Date>,
    pub(super) completed: Option<Date>,
    pub(super) produced: Option<Date>,
    pub(super) full_capacity: Option<Date>,
    /// Share of the area due on which work has begun.
    pub(super) begun: f64,
    /// Share of the agreed investment paid.
    pub(super) paid: f64,
    /// Why the land lies idle, if it does and somebody noted it.
    pub(super) cause: Option<Cause>,
}

/// A noted cause of idleness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) code: &'static str,
    pub(super) detail: Option<&'static str>,
}

/// A later day, at the earliest the same.
pub(super) fn months_after(date: Date, months: f64) -> Date {
    let days = (months.max(0.0) * DAYS_PER_MONTH).round() as i64;
    date.saturating_add(jiff::Span::new().days(days.min(40_000)))
}

/// Months from one day to a later one.
fn months_between(from: Date, to: Date) -> f64 {
    from.duration_until(to).as_hours() as f64 / 24.0 / DAYS_PER_MONTH
}

fn happened(date: Date) -> Option<Date> {
    (date <= AS_OF).then_some(date)
}

/// Lives the project through.
pub(super) fn live(draws: &Draws, fitted: &Fitted, due: &Due) -> Life {
    let failed_delivery = fitted.delivery.pick(draws, Purpose::Delivery, 0) == "failed";
    let delivery = delivery(draws, fitted, due);
    let start = start(draws, fitted, due, delivery);
    let mut life = Life {
        delivered: happened(delivery),
        started: happened(start),
        suspended: None,
        completed: None,
        produced: None,
        full_capacity: None,
        begun: 0.0,
        paid: 0.0,
        cause: None,
    };
    if life.started.is_none() {
        let year_over = months_between(due.start, AS_OF) >= 12.0;
        if year_over && failed_delivery {
            life.cause = Some(Cause { code: "government", detail: Some("delivery_failure") });
        } else if year_over {
            life.cause = cause(draws, fitted, fitted.cause_very_late.pick(draws, Purpose::Cause, 0));
        }
        return life;
    }
    let pause = pause(draws, fitted, start);
    if let Some(stop) = pause.as_ref().filter(|stop| stop.from <= AS_OF && stop.until > AS_OF) {
        life.suspended = Some(stop.from);
        (life.begun, life.paid) = stop.done;
        life.cause = cause(draws, fitted, fitted.cause_suspended.pick(draws, Purpose::Cause, 0));
        return life;
    }
    let lost = pause
        .map_or(0.0, |stop| if stop.from <= AS_OF { months_between(stop.from, stop.until) } else { 0.0 });
    finish(draws, fitted, due, start, lost, &mut life);
    life
}

fn delivery(draws: &Draws, fitted: &Fitted, due: &Due) -> Date {
    let late = match fitted.delivery.pick(draws, Purpose::Delivery, 0) {
        "on_time" => draws.between(Purpose::Delivery, 1, 0.0, 0.7),
        "late" => draws.between(Purpose::Delivery, 1, 1.0, 8.0),
        _ => 10.0 + draws.exponential(Purpose::Delivery, 1, 30.0),
    };
    months_after(due.deliver, late)
}

fn start(draws: &Draws, fitted: &Fitted, due: &Due, delivery: Date) -> Date {
    let span = months_between(due.deliver, due.start).max(0.0);
    let drawn = match fitted.start.pick(draws, Purpose::Start, 0) {
        "on_time" => {
            // Before the agreed day, some of them well before.
            let early = span * draws.uniform(Purpose::Start, 1).sqrt();
            months_after(due.deliver, early)
        }
        "late" => months_after(due.start, draws.between(Purpose::Start, 1, 0.3, 11.5)),
        _ => {
            let beyond = draws.exponential(Purpose::Start, 1, fitted.very_late_mean);
            months_after(due.start, 12.0 + beyond)
        }
    };
    let earliest = months_after(delivery, draws.between(Purpose::Start, 2, 0.2, 3.0));
    drawn.max(earliest)
}

fn cause(draws: &Draws, fitted: &Fitted, code: &'static str) -> Option<Cause> {
    let detail = match code {
        "unrecorded" => return None,
        "government" => Some(fitted.cause_detail.pick(draws, Purpose::Cause, 1)),
        "force_majeure" => Some("natural_disaster"),
        _ => None,
    };
    Some(Cause { code, detail })
}

struct Pause {
    from: Date,
    until: Date,
    /// Shares begun and paid while it lasts.
    done: (f64, f64),
}

fn pause(draws: &Draws, fitted: &Fitted, start: Date) -> Option<Pause> {
    if !draws.chance(Purpose::Suspension, 0, fitted.suspended) {
        return None;
    }
    let from = months_after(start, draws.between(Purpose::Suspension, 1, 1.0, 10.0));
    let lasts = 2.0 + draws.exponential(Purpose::Suspension, 2, fitted.suspended_mean);
    let done = if draws.chance(Purpose::Suspension, 3, fitted.suspended_little) {
        (draws.between(Purpose::Suspension, 4, 0.03, 0.36), draws.between(Purpose::Suspension, 5, 0.02, 0.30))
    } else {
        (draws.between(Purpose::Suspension, 4, 0.34, 0.85), draws.between(Purpose::Suspension, 5, 0.26, 0.70))
    };
    Some(Pause { from, until: months_after(from, lasts), done })
}

fn finish(draws: &Draws, fitted: &Fitted, due: &Due, start: Date, lost: f64, life: &mut Life) {
    let agreed = months_between(due.start, due.complete).max(3.0);
    // Works are rarely early and often late: half to double the agreed time.
    let pace = (0.12 + 0.28 * draws.normal(Purpose::Completion, 0, 2.2)).exp();
    let building = agreed * pace + lost;
    let completed = months_after(start, building);
    let elapsed = months_between(start, AS_OF) / building.max(0.5);
    if completed > AS_OF {
        life.begun = (0.05 + elapsed * 1.3).min(1.0);
        life.paid = (elapsed * draws.between(Purpose::Progress, 0, 0.7, 1.05)).min(1.0);
        return;
    }
    life.completed = Some(completed);
    life.begun = 1.0;
    life.paid = (1.0 + 0.16 * draws.normal(Purpose::Progress, 0, 2.3)).max(0.45);
    let produced = months_after(completed, draws.between(Purpose::Production, 0, 0.5, 11.0));
    life.produced = happened(produced);
    let missed = draws.chance(Purpose::FullCapacity, 0, fitted.full_capacity_missed);
    let ramp = draws.between(Purpose::FullCapacity, 1, 6.0, 40.0) + if missed { 150.0 } else { 0.0 };
    life.full_capacity = happened(months_after(produced, ramp));
}
