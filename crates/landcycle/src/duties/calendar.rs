//! A work list as a calendar (iCalendar, RFC 5545) that office programs subscribe to.

use icalendar::{Calendar, Component, Event};
use landcycle_policy::calendar::iso;
use landcycle_policy::text::{Language, Text};

use super::Line;
use crate::say::filled_with;

/// One all-day entry for each line with a day. The same duty on the same day keeps its identity, so a
/// program that fetches the calendar again replaces the entry and does not double it.
pub(crate) fn calendar(lines: &[Line], name: &str, language: Language) -> String {
    let mut calendar = Calendar::new();
    calendar.name(name);
    for line in lines {
        let owed = &line.owed;
        let Some(due) = owed.due else { continue };
        let parts = [
            ("title", owed.duty.title.clone()),
            ("case", Text::same(&line.case)),
            ("by", Text::clone(&owed.by_title)),
            ("said", owed.said()),
        ];
        let summary = filled_with("calendar_summary", &parts);
        let about = filled_with("calendar_about", &parts);
        let mut event = Event::new();
        event.uid(&format!("{}.{}.{}@landcycle", line.case, owed.duty.name, iso(due)));
        event.summary(summary.get(language));
        event.description(&format!("{}\n{}", about.get(language), owed.cites.join(", ")));
        event.add_property("CATEGORIES", owed.state.name());
        event.add_property("TRANSP", "TRANSPARENT");
        // Whole days, as basic dates; the stamp is the day itself, so that the same list is the same text.
        event.append_property(day("DTSTART", due));
        event.append_property(day("DTEND", due + 1));
        event.add_property("DTSTAMP", format!("{}T000000Z", basic(due)));
        calendar.push(event.done());
    }
    calendar.done().to_string()
}

fn day(name: &str, day: i64) -> icalendar::Property {
    icalendar::Property::new(name, basic(day)).append_parameter(("VALUE", "DATE")).done()
}

fn basic(day: i64) -> String {
    iso(day).replace('-', "")
}
