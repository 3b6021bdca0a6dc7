//! Reading queries: every value is used or refused, none is ignored.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::Date;
use landcycle_ledger::life::{Condition, Stage};
use landcycle_policy::exact::Exact;
use landcycle_policy::text::Language;

use super::problem::Problem;

/// What a table of cases is asked for.
pub(super) struct Query {
    pub(super) city: Option<String>,
    pub(super) district: Option<String>,
    pub(super) package: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) text: Option<String>,
    /// Only in this stage of life.
    pub(super) stage: Option<Stage>,
    /// Only while this is open.
    pub(super) open: Option<Condition>,
    pub(super) sort: Sort,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

/// The order of rows.
pub(super) struct Sort {
    key: String,
    descending: bool,
}

const SORTS: [&str; 7] = ["case_id", "project_name", "city", "area", "signed_on", "term_years", "price"];
const NAMES: [&str; 14] = [
    "as_of", "city", "district", "package", "rule", "outcome", "q", "stage", "open", "sort", "offset",
    "limit", "format", "lang",
];
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 1_000;
const OFFSET_MAX: usize = 1_000_000_000;

/// Names and values as they came.
pub(super) type Pairs = BTreeMap<String, String>;

/// The assessment date, when named.
pub(super) fn day(pairs: &Pairs) -> Result<Option<Date>, Problem> {
    date(pairs, "as_of")
}

/// A day, when named.
pub(super) fn date(pairs: &Pairs, name: &str) -> Result<Option<Date>, Problem> {
    let Some(text) = pairs.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    // Times of day and other spellings of a date parse too; one day has one address.
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == *text);
    day.map(Some).ok_or_else(|| Problem::query(name, text, "YYYY-MM-DD"))
}

/// The language of what is downloaded: `lang=en` for English.
pub(super) fn language(pairs: &Pairs) -> Language {
    if pairs.get("lang").is_some_and(|lang| lang == "en") { Language::En } else { Language::Zh }
}

/// A number up to `most`, or the usual one.
pub(super) fn number(pairs: &Pairs, name: &str, usual: usize, most: usize) -> Result<usize, Problem> {
    let Some(text) = pairs.get(name).filter(|text| !text.is_empty()) else { return Ok(usual) };
    let number = text.parse().ok().filter(|number| *number <= most);
    number.ok_or_else(|| Problem::query(name, text, &format!("0 … {most}")))
}

/// The one of that name.
pub(super) fn one_of<T: Copy>(
    parameter: &str,
    wanted: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Problem> {
    let found = all.iter().copied().find(|one| name(*one) == wanted);
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        Problem::query(parameter, wanted, &known.join(", "))
    })
}

impl Query {
    pub(super) fn read(pairs: &Pairs) -> Result<Self, Problem> {
        // A filter misspelled and dropped would show more cases than were asked for.
        if let Some((name, value)) = pairs.iter().find(|(name, _)| !NAMES.contains(&name.as_str())) {
            return Err(Problem::query(name, value, &NAMES.join(", ")));
        }
        let text = |name: &str| pairs.get(name).filter(|value| !value.is_empty()).cloned();
        let sort = text("sort").unwrap_or_else(|| "case_id".into());
        let key = sort.strip_prefix('-').unwrap_or(&sort).to_owned();
        if !SORTS.contains(&key.as_str()) {
            return Err(Problem::query("sort", &sort, &SORTS.join(", ")));
        }
        Ok(Self {
            city: text("city"),
            district: text("district"),
            package: text("package"),
            rule: text("rule"),
            outcome: text("outcome"),
            text: text("q").map(|q| q.trim().to_lowercase()),
            stage: text("stage").map(|name| one_of("stage", &name, &Stage::ALL, Stage::name)).transpose()?,
            open: text("open")
                .map(|name| one_of("open", &name, &Condition::ALL, Condition::name))
                .transpose()?,
            sort: Sort { key, descending: sort.starts_with('-') },
            offset: number(pairs, "offset", 0, OFFSET_MAX)?,
            limit: number(pairs, "limit", LIMIT, LIMIT_MAX)?,
        })
    }
}

impl Sort {
    /// Sorts rows; those without a value come last either way.
    pub(super) fn apply<'r, R: 'r>(
        &self,
        rows: &mut [&'r R],
        value: impl Fn(&'r R, &str) -> Option<&'r str>,
    ) {
        let numeric = matches!(self.key.as_str(), "area" | "price" | "term_years");
        let number = |text: Option<&str>| text.and_then(Exact::parse);
        rows.sort_by(|a, b| {
            let (left, right) = (value(a, &self.key), value(b, &self.key));
            let order = match (left, right) {
                (Some(_), None) => return Ordering::Less,
                (None, Some(_)) => return Ordering::Greater,
                _ if numeric => number(left).cmp(&number(right)),
                _ => left.cmp(&right),
            };
            let order = if self.descending { order.reverse() } else { order };
            order.then_with(|| value(a, "case_id").cmp(&value(b, "case_id")))
        });
    }
}
