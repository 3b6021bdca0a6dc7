//! The lines of a plan and what they add up to.
//!
//! **Invariant:** three-valued. A dimension that no line names is not broken down by the lines; where one
//! line leaves open what others name, the sums are not known, and the lines to blame are named.

use std::collections::BTreeMap;

use landcycle_policy::exact::Exact;

/// The code of a space that is a key area.
pub const SPACE_KEY: &str = "key_area";
/// The use whose share in key areas plans state.
const INDUSTRIAL: &str = "plan_industrial";
/// The sum of industrial lines in key areas.
const INDUSTRIAL_KEY: &str = "plan_industrial_key";
/// The sum of the lines of all districts.
pub const TOTAL_BY_DISTRICT: &str = "plan_districts_total";
/// Months of a quarter.
const QUARTER: u8 = 3;

/// 计划分项 · one line of a plan. What it leaves open is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Where it stands: the row of its sheet.
    pub row: u64,
    /// The fact that its use adds to.
    pub used_for: Option<String>,
    /// The fact that its source adds to.
    pub source: Option<String>,
    /// In a key area or elsewhere.
    pub space: Option<String>,
    /// District.
    pub district: Option<String>,
    /// Month, 1 to 12.
    pub month: Option<u8>,
    /// Quarter, 1 to 4, where the month is not settled.
    pub quarter: Option<u8>,
    /// Area in hectares.
    pub area: Option<Exact>,
    /// The parcel, where it is known.
    pub parcel: Option<String>,
}

/// 合计 · what lines add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sum {
    /// Hectares.
    Known(Exact),
    /// Not known, because of these rows.
    Unknown(Vec<u64>),
}

impl Sum {
    fn of<'l>(lines: impl Iterator<Item = &'l Line>) -> Self {
        let mut sum = Some(Exact::ZERO);
        let mut open = Vec::new();
        let mut last = 0;
        for line in lines {
            last = line.row;
            match line.area {
                Some(area) => sum = sum.and_then(|sum| sum.plus(area)),
                None => open.push(line.row),
            }
        }
        match sum {
            Some(sum) if open.is_empty() => Self::Known(sum),
            Some(_) => Self::Unknown(open),
            // Beyond all numbers: no plan of this earth.
            None => Self::Unknown(vec![last]),
        }
    }

    /// The number, where it is known.
    pub fn known(&self) -> Option<Exact> {
        if let Self::Known(sum) = self { Some(*sum) } else { None }
    }
}

/// The sums of one dimension: one for each of its codes, those without a line included. None where no
/// line names it.
pub fn by_code<'c>(
    lines: &[Line],
    codes: impl Iterator<Item = &'c str>,
    named: impl Fn(&Line) -> Option<&str>,
) -> Option<BTreeMap<String, Sum>> {
    if lines.iter().all(|line| named(line).is_none()) {
        return None;
    }
    let open: Vec<u64> = lines.iter().filter(|line| named(line).is_none()).map(|line| line.row).collect();
    let sum = |code: &str| {
        if open.is_empty() {
            Sum::of(lines.iter().filter(|line| named(line) == Some(code)))
        } else {
            Sum::Unknown(open.clone())
        }
    };
    Some(codes.map(|code| (code.to_owned(), sum(code))).collect())
}

/// What the lines say of the plan's facts, by name; facts that they do not speak of are not there.
/// `uses` and `sources` are the facts that lines can add to.
pub fn sums<'c>(
    lines: &[Line],
    uses: impl Iterator<Item = &'c str>,
    sources: impl Iterator<Item = &'c str>,
) -> BTreeMap<String, Sum> {
    let mut found = BTreeMap::new();
    found.extend(by_code(lines, uses, |line| line.used_for.as_deref()).into_iter().flatten());
    found.extend(by_code(lines, sources, |line| line.source.as_deref()).into_iter().flatten());
    if lines.iter().any(|line| line.space.is_some()) {
        found.insert(INDUSTRIAL_KEY.to_owned(), in_key_areas(lines));
    }
    if lines.iter().any(|line| line.district.is_some()) {
        let open: Vec<u64> =
            lines.iter().filter(|line| line.district.is_none()).map(|line| line.row).collect();
        let sum = if open.is_empty() { Sum::of(lines.iter()) } else { Sum::Unknown(open) };
        found.insert(TOTAL_BY_DISTRICT.to_owned(), sum);
    }
    found
}

/// Industrial land in key areas. What is known to be of another use, or elsewhere, does not count,
/// whatever else of it is open.
fn in_key_areas(lines: &[Line]) -> Sum {
    let used_otherwise = |line: &&Line| line.used_for.as_deref().is_none_or(|used| used == INDUSTRIAL);
    let elsewhere = |line: &&Line| line.space.as_deref().is_none_or(|space| space == SPACE_KEY);
    let may: Vec<&Line> = lines.iter().filter(used_otherwise).filter(elsewhere).collect();
    let open: Vec<u64> = may
        .iter()
        .filter(|line| line.used_for.is_none() || line.space.is_none())
        .map(|line| line.row)
        .collect();
    if open.is_empty() { Sum::of(may.into_iter()) } else { Sum::Unknown(open) }
}

/// 时序 · what is planned month by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// By month, 1 to 12, in hectares; a quarter's land in its last month, by which it is due.
    pub months: BTreeMap<u8, Exact>,
    /// Lines with neither month nor quarter, in hectares.
    pub open: Exact,
    /// Rows without an area.
    pub unknown: Vec<u64>,
}

/// What is planned month by month.
pub fn schedule(lines: &[Line]) -> Schedule {
    let mut found = Schedule::default();
    for line in lines {
        let Some(area) = line.area else {
            found.unknown.push(line.row);
            continue;
        };
        let month = line.month.or(line.quarter.map(|quarter| quarter * QUARTER));
        let sum = match month {
            Some(month) => found.months.entry(month).or_insert(Exact::ZERO),
            None => &mut found.open,
        };
        match sum.plus(area) {
            Some(more) => *sum = more,
            None => found.unknown.push(line.row),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    //! What is not known stays unknown, and only that.

    use super::{Line, Sum, schedule, sums};
    use landcycle_policy::exact::Exact;

    fn line(row: u64, used_for: &str, space: Option<&str>, area: Option<&str>) -> Line {
        Line {
            row,
            used_for: (!used_for.is_empty()).then(|| used_for.to_owned()),
            space: space.map(str::to_owned),
            area: area.and_then(Exact::parse),
            ..Line::default()
        }
    }

    fn of(lines: &[Line], fact: &str) -> Option<Sum> {
        let uses = ["plan_industrial", "plan_public"];
        sums(lines, uses.into_iter(), ["plan_new"].into_iter()).remove(fact)
    }

    fn known(text: &str) -> Option<Sum> {
        Exact::parse(text).map(Sum::Known)
    }

    #[test]
    fn lines_add_up_and_a_use_without_lines_is_nothing() {
        let lines =
            [line(2, "plan_industrial", None, Some("1.5")), line(3, "plan_industrial", None, Some("2"))];
        assert_eq!(of(&lines, "plan_industrial"), known("3.5"));
        assert_eq!(of(&lines, "plan_public"), known("0"));
        assert_eq!(of(&lines, "plan_new"), None, "no line speaks of sources");
        assert_eq!(of(&lines, "plan_districts_total"), None);
    }

    #[test]
    fn what_a_line_leaves_open_is_not_known() {
        let lines = [line(2, "plan_industrial", None, None), line(3, "plan_public", None, Some("2"))];
        assert_eq!(of(&lines, "plan_industrial"), Some(Sum::Unknown(vec![2])));
        assert_eq!(of(&lines, "plan_public"), known("2"), "the open line is of another use");
        let lines = [line(2, "", None, Some("1")), line(3, "plan_public", None, Some("2"))];
        assert_eq!(of(&lines, "plan_public"), Some(Sum::Unknown(vec![2])));
    }

    #[test]
    fn land_of_other_uses_need_not_say_where_it_lies() {
        let mut lines = vec![
            line(2, "plan_industrial", Some("key_area"), Some("80")),
            line(3, "plan_industrial", Some("elsewhere"), None),
            line(4, "plan_public", None, Some("7")),
            line(5, "", Some("elsewhere"), Some("9")),
        ];
        assert_eq!(of(&lines, "plan_industrial_key"), known("80"));
        lines.push(line(6, "plan_industrial", None, Some("1")));
        assert_eq!(of(&lines, "plan_industrial_key"), Some(Sum::Unknown(vec![6])));
    }

    #[test]
    fn a_quarter_is_due_by_its_last_month() {
        let at = |month, quarter| Line { month, quarter, area: Exact::parse("2"), ..Line::default() };
        let found = schedule(&[at(Some(2), None), at(None, Some(1)), at(Some(3), None), at(None, None)]);
        let months: Vec<(u8, String)> = found.months.iter().map(|(m, sum)| (*m, sum.to_string())).collect();
        assert_eq!(months, [(2, "2".to_owned()), (3, "4".to_owned())]);
        assert_eq!(found.open, Exact::whole(2));
    }
}
