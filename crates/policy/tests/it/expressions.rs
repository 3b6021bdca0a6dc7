//! The language of expressions: what is read, what is refused, and which words are marked.

use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;

use crate::packages::with;

/// A rule with one step `x`, checked without any expectation of its type.
fn step(expression: &str) -> String {
    let expression = expression.replace('\n', "\n        ");
    format!(
        "{HEAD}kind: yes_no\nversions:\n  - from: 2012-07-01\n    cite: demo-order#art-2\n    let:\n      x: |-\n        {expression}\n    is: \"yes\"\n"
    )
}

/// A rule whose result is the expression.
fn result(kind: &str, expression: &str) -> String {
    format!(
        "{HEAD}kind: {kind}\nversions:\n  - from: 2012-07-01\n    cite: demo-order#art-2\n    is: |-\n      {expression}\n"
    )
}

const HEAD: &str = "title: {zh: 试, en: Probe}\nstage: supervision\njudged_on: as_of\n";

/// Code and marked words of every fault of a rule.
fn faults(rule: String) -> Vec<(&'static str, String)> {
    let file = Source { path: "base/rules/supervision/probe.yaml".into(), text: rule };
    let (_, faults) = Library::read(with(vec![file]));
    let marked = |text: &str, start: usize, end: usize| text.get(start..end).unwrap_or("?").to_owned();
    faults.iter().map(|f| (f.code, marked(&f.file.text, f.span.start, f.span.end))).collect()
}

#[test]
fn what_is_read() {
    let good = [
        "1",
        "0.15",
        "as_of",
        "2012-07-01",
        "none",
        "yes and not no or yes",
        "area >= 15 亩 to m2",
        "area >= 1 公顷 to m2",
        "area >= 200 ㎡",
        "area >= 200 m²",
        "price = 100 万元 to 元",
        "price / area >= 300 \"万元/亩\" to \"元/m2\"",
        "price / area >= 450 元 / 1 m2",
        "support_floor_area / floor_area <= 0.15",
        "support_floor_area / floor_area <= 15 \"%\" to ratio",
        "support_floor_area ≤ 0.15 × floor_area",
        "price ÷ area ≥ 300 \"元/m2\"",
        "term_years between 20 years and 50 years",
        "term_years not between 20 years and 50 years",
        "area > 0",
        "0 < area",
        "supply_mode = lease",
        "lease = supply_mode",
        "supply_mode <> lease",
        "supply_mode != lease",
        "supply_mode == lease",
        "supply_mode in [listing, tender]",
        "supply_mode not in [listing, tender]",
        "not supply_mode in [listing]",
        "city = anywhere",
        "in_key_area",
        "in_key_area = yes",
        "started_on is none",
        "started_on is not none",
        "not not in_key_area",
        "signed_on + 1 年 > as_of",
        "signed_on - 30 天",
        "(as_of - signed_on) * 2",
        "min(area, floor_area, 5 m2)",
        "max(signed_on, start_due_on)",
        "next_every(signed_on, 5 years, as_of)",
        "$supply.term_years_max",
        "$supply/term_years_max",
        "@idle_check = idle",
        "@supervision/idle_check in [idle, fine]",
        "case when in_key_area then 1 else 2 end",
        "case\n  when in_key_area then area\n  else 0\nend",
        "area + floor_area * 2 - support_floor_area",
    ];
    for text in good {
        assert_eq!(faults(step(text)), [], "{text}");
    }
}

#[test]
fn what_is_refused_and_what_is_marked() {
    let bad: [(&str, &[(&str, &str)]); 59] = [
        // The text.
        ("area # 5", &[("P020", "#")]),
        ("（area）", &[("P020", "（")]),
        ("area ＞ 5 m2", &[("P020", "＞")]),
        ("area > 15%", &[("P020", "%")]),
        ("area > 5.", &[("P020", "5")]),
        ("area > \"5", &[("P020", "\"")]),
        ("$ + 1", &[("P020", "$")]),
        ("area >", &[("P021", "")]),
        ("(area", &[("P021", "")]),
        ("case when in_key_area then 1 else 2", &[("P021", "")]),
        ("area area", &[("P022", "area")]),
        ("area >= > 5 m2", &[("P022", ">")]),
        ("area in 5", &[("P022", "5")]),
        ("supply_mode in [lease", &[("P021", "")]),
        ("supply_mode in [lease tender]", &[("P022", "tender")]),
        ("term_years between 1 年 or 2 年", &[("P022", "or")]),
        ("started_on is 5", &[("P022", "5")]),
        ("area not 5", &[("P022", "5")]),
        ("case in_key_area then 1 end", &[("P022", "in_key_area")]),
        ("case when in_key_area 1 else 2 end", &[("P022", "1")]),
        ("case when in_key_area then 1 end", &[("P022", "end")]),
        ("area to 5", &[("P022", "5")]),
        ("@idle_check.5", &[("P022", "5")]),
        ("and area", &[("P022", "and")]),
        ("signed_on > 2026-02-30", &[("P024", "2026-02-30")]),
        ("signed_on > 2026-2-3", &[("P024", "2026-2-3")]),
        ("signed_on > 2026-13-01", &[("P024", "2026-13-01")]),
        // Units.
        ("area >= 15 亩", &[("P031", "area >= 15 亩")]),
        ("price >= 100 万元", &[("P031", "price >= 100 万元")]),
        ("area + 15 亩", &[("P031", "area + 15 亩")]),
        (
            "support_floor_area / floor_area <= 15 \"%\"",
            &[("P031", "support_floor_area / floor_area <= 15 \"%\"")],
        ),
        ("price + area", &[("P030", "price + area")]),
        ("area > 5", &[("P044", "area > 5")]),
        ("price to m2", &[("P030", "m2")]),
        ("price / area >= 300 万元/亩", &[("P043", "亩")]),
        ("area > 5 尺", &[("P012", "尺")]),
        ("area to 尺", &[("P012", "尺")]),
        ("term_years > 5 年月", &[("P012", "年月")]),
        // Types.
        ("signed_on > 5", &[("P032", "signed_on > 5")]),
        ("signed_on + area", &[("P039", "signed_on + area")]),
        ("signed_on + 1", &[("P039", "signed_on + 1")]),
        ("signed_on + start_due_on", &[("P032", "signed_on + start_due_on")]),
        ("signed_on * 2", &[("P040", "signed_on * 2")]),
        ("in_key_area and area", &[("P032", "area")]),
        ("not area", &[("P032", "area")]),
        ("area is none", &[("P032", "area")]),
        ("supply_mode < lease", &[("P038", "supply_mode < lease")]),
        ("min(supply_mode, supply_mode)", &[("P038", "min(supply_mode, supply_mode)")]),
        ("max(area)", &[("P042", "max(area)")]),
        ("sum(area, area)", &[("P042", "sum(area, area)")]),
        ("case when in_key_area then area else price end", &[("P030", "price")]),
        // Names.
        ("project_name = x", &[("P033", "project_name")]),
        ("areea > 5 m2", &[("P034", "areea")]),
        ("supply_mode = leese", &[("P035", "leese")]),
        ("supply_mode in [lease, tendr, auctoin]", &[("P035", "tendr"), ("P035", "auctoin")]),
        ("$supply.term_years_min", &[("P036", "$supply.term_years_min")]),
        ("@idle_chek = idle", &[("P037", "@idle_chek")]),
        ("@idle_check = idel", &[("P035", "idel")]),
        // Several at once.
        ("areea > 1 m2 and prise > 2 元", &[("P034", "areea"), ("P034", "prise")]),
    ];
    for (text, expected) in bad {
        let found = faults(step(text));
        let found: Vec<(&str, &str)> = found.iter().map(|(code, marked)| (*code, marked.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_result_has_the_type_of_the_rule() {
    assert_eq!(faults(result("yes_no", "area > 5 m2")), []);
    assert_eq!(faults(result("yes_no", "signed_on")), [("P032", "signed_on".to_owned())]);
    assert_eq!(faults(result("quantity\nunit: m2", "area")), []);
    assert_eq!(faults(result("quantity\nunit: m2", "0")), []);
    assert_eq!(faults(result("quantity\nunit: 亩", "area to 亩")), []);
    assert_eq!(faults(result("quantity\nunit: 亩", "area")), [("P031", "area".to_owned())]);
    assert_eq!(faults(result("date", "signed_on + 1 year")), []);
    assert_eq!(faults(result("date", "none")), []);
}

#[test]
fn a_step_at_fault_is_told_once() {
    let rule = step("areea > 5 m2").replace("is: \"yes\"", "is: x and x");
    assert_eq!(faults(rule), [("P034", "areea".to_owned())]);
}

#[test]
fn hostile_input_is_refused_without_harm() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    assert_eq!(faults(step(&nested("(", "in_key_area", ")", 50))), []);
    let hostile = [
        nested("(", "1", ")", 80),
        nested("(", "1", ")", 100_000),
        nested("not ", "in_key_area", "", 100_000),
        nested("min(1, ", "1", ")", 1_000),
        nested("case when in_key_area then ", "1", " else 2 end", 1_000),
        nested("1 + ", "1", "", 100_000),
        nested("", "1", " between 1 and 2 + 1", 100),
        nested("(", "area", " between 1 m2 and 2 m2)", 40),
        nested("(", "area", " in [area, area])", 40),
    ];
    for text in hostile {
        let found = faults(step(&text));
        assert_eq!(found.len(), 1, "{}", text.chars().take(60).collect::<String>());
        assert!(["P022", "P023"].contains(&found[0].0), "{found:?}");
    }
    // Wide is not deep: a long list of conditions is read.
    let wide = vec!["in_key_area"; 2_000].join(" and ");
    assert_eq!(faults(step(&wide)), []);
}

#[test]
fn words_are_marked_through_quotes_and_folds() {
    let rule = |line: &str| step("1").replace("    is: \"yes\"\n", line);
    let quoted = "    is: \"areea > 5 m2 and price / area > 3 \\\"万元/亩\\\" and prise > 0\"\n";
    let marked: Vec<String> = faults(rule(quoted)).into_iter().map(|(_, marked)| marked).collect();
    assert_eq!(marked[0], "areea");
    assert_eq!(marked.last().map(String::as_str), Some("prise"));
    let single = "    is: 'price / area > 3 \"元/m2\" and areea > 0'\n";
    assert_eq!(faults(rule(single)), [("P034", "areea".to_owned())]);
    let folded = "    is: >-\n      in_key_area\n      and 位 > 0 and area > 0\n      and areea > 0\n";
    assert_eq!(faults(rule(folded)), [("P034", "位".to_owned()), ("P034", "areea".to_owned())]);
}
