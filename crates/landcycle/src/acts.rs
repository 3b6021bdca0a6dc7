//! Acts on a case: what is asked, what the structure of a life and the law say to it, and the event or
//! the refusal that comes of it.
//!
//! *One meaning:* the command, the API, the page and a rehearsal all go through [`decide::decide`].

mod decide;
mod file;
mod judge;
pub(crate) mod refusal;
pub(crate) mod rehearse;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::life::Standing;
use landcycle_ledger::{Entry, Ledger, LedgerError, NewEvent};
use landcycle_policy::package::library::Library;

pub(crate) use self::decide::decide;
pub(crate) use self::file::File;
pub(crate) use self::judge::{Ground, Judge};
pub(crate) use self::refusal::Refusal;

/// 请求 · an act somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The case.
    pub(crate) case: String,
    /// The act, by name.
    pub(crate) act: String,
    /// The day on which it takes effect.
    pub(crate) day: Date,
    /// Facts given with it, as a person writes them: name or heading, and value.
    pub(crate) given: Vec<(String, String)>,
    /// Who does it.
    pub(crate) by: String,
    /// Where it comes from: a document, a window, a file.
    pub(crate) origin: String,
    /// A name that makes a repetition recognisable; one is made where none is given.
    pub(crate) key: Option<String>,
}

/// 已决 · an act that may be recorded.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// What the ledger will remember.
    pub(crate) event: NewEvent,
    /// The case's last event as it was seen.
    pub(crate) last_seq: Option<i64>,
    /// How the case stands after it.
    pub(crate) after: Standing,
    /// What the law said.
    pub(crate) grounds: Vec<Ground>,
}

/// Why an act was not recorded.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// It was refused.
    Refused(Vec<Refusal>),
    /// The store failed.
    Store(LedgerError),
}

/// How often an act is decided anew when others record on the same case in between.
const TRIES: usize = 5;

/// Decides an act and records it. An act that is there already under its key is not recorded twice.
pub(crate) fn perform(
    ledger: &mut dyn Ledger,
    library: &Library,
    judge: &mut Judge,
    request: &Request,
    (now, today): (Timestamp, Date),
) -> Result<Decided, NotDone> {
    for _ in 0..TRIES {
        let file = File::read(ledger, library, &request.case, request.day).map_err(NotDone::Store)?;
        let decided = decide(&file, library, judge, request, (now, today));
        let decided = match decided {
            Ok(decided) => decided,
            Err(refusals) => match repeated(ledger, &file, request)? {
                Some(there) => return Ok(there),
                None => return Err(NotDone::Refused(refusals)),
            },
        };
        let guard = Entry::Expect { case_id: request.case.clone(), last_seq: decided.last_seq };
        let entries = [guard, Entry::Event(decided.event.clone())];
        match ledger.append(&mut entries.into_iter().map(Ok)) {
            Ok(_) => return Ok(decided),
            Err(LedgerError::ChangedMeanwhile { .. }) => {}
            Err(error) => return Err(NotDone::Store(error)),
        }
    }
    Err(NotDone::Refused(vec![Refusal::busy(&request.case)]))
}

/// The act as it was recorded before, when the request repeats it: the same key, case, act and day.
fn repeated(ledger: &dyn Ledger, file: &File, request: &Request) -> Result<Option<Decided>, NotDone> {
    let Some(key) = &request.key else { return Ok(None) };
    let events = ledger.events_of(&request.case).map_err(NotDone::Store)?;
    let kind = decide::kind(&request.act);
    let there = events.into_iter().find(|event| {
        event.key == *key && event.kind == kind && event.happened_on == request.day
    });
    Ok(there.map(|event| Decided {
        last_seq: Some(event.seq),
        after: file.standing,
        grounds: Vec::new(),
        event: NewEvent {
            case_id: event.case_id,
            kind: event.kind,
            happened_on: event.happened_on,
            recorded_at: event.recorded_at,
            actor: event.actor,
            origin: event.origin,
            key: event.key,
            package: event.package,
            corrects: event.corrects,
            body: event.body,
        },
    }))
}
