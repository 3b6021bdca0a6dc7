//! What a comparison comes to, in tables for people: moves and sums by rule, what in the law makes the
//! difference, groups.

use landcycle_policy::calendar::iso;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;

use crate::comparison::Report;
use crate::say::words;

/// The tables of a report.
pub(super) fn table(report: &Report, library: &Library, language: Language) -> String {
    let word = |key: &str| words(key).get(language).to_owned();
    let mut out = String::new();
    let fresh = |heading: &[String]| {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
        table.set_header(heading.to_vec());
        table
    };
    let changed: Vec<_> = report.iter().filter(|(_, rule)| rule.totals.changed > 0).collect();
    let heading = ["head_rule", "compare_from_to", "compare_changed", "head_note"].map(word);
    let mut moves = fresh(&heading);
    let heading = ["head_rule", "compare_left", "compare_right", "compare_difference"].map(word);
    let mut sums = fresh(&heading);
    let heading = ["head_rule", "compare_ground", "compare_left_side", "compare_right_side"].map(word);
    let mut grounds = fresh(&heading);
    let heading = ["head_rule", "compare_district", "compare_industry", "compare_changed"].map(word);
    let mut groups = fresh(&heading);
    for (name, rule) in &changed {
        let note = if rule.totals.illustrative { word("illustrative") } else { word("nothing") };
        for ((from, to), cases) in &rule.totals.moves {
            moves.add_row([(*name).clone(), format!("{from} → {to}"), cases.to_string(), note.clone()]);
        }
        let found = &rule.totals;
        let told = [found.left, found.right, found.difference];
        if rule.days {
            let days = found.difference.map_or_else(|| word("nothing"), |sum| sum.to_string());
            let nothing = || word("nothing");
            sums.add_row([(*name).clone(), nothing(), nothing(), format!("{days} {}", word("compare_days"))]);
        } else if told.iter().any(|sum| *sum != Some(Exact::ZERO)) {
            let cell = |sum: Option<Exact>| sum.map_or_else(|| word("nothing"), |sum| sum.rounded(2));
            sums.add_row(std::iter::once((*name).clone()).chain(told.map(cell)));
        }
        for ((_, path), (left, right)) in &rule.grounds {
            let side = |ground: &Option<Ground>| match ground {
                None => word("nothing"),
                Some(ground) => {
                    let value = ground.value.map(|(value, unit)| {
                        format!("{value} {}", library.vocabulary.units.display(unit).get(language))
                    });
                    let value = value.unwrap_or_else(|| iso(ground.from));
                    format!("{} · {} · {}", ground.package, value.trim(), ground.grade.word())
                }
            };
            grounds.add_row([(*name).clone(), path.clone(), side(left), side(right)]);
        }
        let group =
            |name: &str| if name.is_empty() { word("compare_unknown_group") } else { name.to_owned() };
        for (district, found) in &rule.by_district {
            groups.add_row([(*name).clone(), group(district), String::new(), found.changed.to_string()]);
        }
        for (industry, found) in &rule.by_industry {
            groups.add_row([(*name).clone(), String::new(), group(industry), found.changed.to_string()]);
        }
    }
    for table in [moves, sums, grounds, groups] {
        if table.row_iter().next().is_some() {
            out.push_str(&table.to_string());
            out.push('\n');
        }
    }
    out
}
