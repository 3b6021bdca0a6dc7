//! Every paper for a made-up case, as `examples/papers` has them: what it says, and what is refused.
//!
//! After a change of wording: `LANDCYCLE_BLESS=1 cargo test -p landcycle`, then read the difference.

use std::path::{Path, PathBuf};

use landcycle_policy::text::Language;

use super::Written;
use crate::cli::Context;
use crate::papers;
use crate::say::Failure;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn context() -> Context {
    Context { language: Language::Zh, packages: Some(root().join("policies")) }
}

/// Paper, name, file of facts, case, day.
fn examples() -> Vec<[String; 5]> {
    let text = std::fs::read_to_string(root().join("examples/papers/index.csv")).expect("the index");
    let line = |line: &str| {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells.try_into().expect("five cells")
    };
    text.lines().skip(1).map(line).collect()
}

/// How a paper of the examples is written, to a file of a folder.
fn written(example: &[String; 5], folder: &Path) -> Written {
    let [paper, name, facts, case, day] = example;
    let examples = root().join("examples/papers");
    Written {
        paper: paper.clone(),
        case: case.clone(),
        store: None,
        facts: Some(examples.join(facts)),
        package: Some("national".into()),
        as_of: day.parse().ok(),
        set: Vec::new(),
        entries: Some(examples.join(format!("{paper}.txt"))),
        template: None,
        draft: false,
        out: folder.join(format!("{name}.docx")),
    }
}

fn said(failure: Failure) -> String {
    failure.message.zh
}

fn run(written: &Written) -> Result<String, String> {
    written.run(&context()).map_err(said)?;
    papers::words_in(&std::fs::read(&written.out).expect("a paper")).map_err(said)
}

fn example(name: &str) -> [String; 5] {
    examples().into_iter().find(|example| example[1] == name).expect("an example")
}

#[test]
fn every_paper_says_what_it_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/paper/said");
    let mut different = Vec::new();
    for example in examples() {
        let words = run(&written(&example, folder.path())).expect("a paper");
        assert!(!words.contains("{{") && !words.contains("}}"), "{}: {words}", example[1]);
        let kept = golden.join(format!("{}.txt", example[1]));
        if std::env::var_os("LANDCYCLE_BLESS").is_some() {
            std::fs::create_dir_all(&golden).expect("a folder");
            std::fs::write(&kept, &words).expect("written");
        } else if std::fs::read_to_string(&kept).unwrap_or_default() != words {
            different.push(example[1].clone());
        }
    }
    assert!(different.is_empty(), "{different:?}: run with LANDCYCLE_BLESS=1 and review");
}

#[test]
fn every_paper_of_the_packages_has_an_example() {
    let library = crate::packages::sound(context().packages()).map_err(said).expect("sound packages");
    let law = library.law("national").expect("the nation's law");
    let shown: Vec<String> = examples().into_iter().map(|[paper, ..]| paper).collect();
    let absent: Vec<&str> =
        papers::of_law(law).into_keys().filter(|id| !shown.iter().any(|paper| paper == id)).collect();
    assert!(absent.is_empty(), "no example of {absent:?}");
}

#[test]
fn what_is_lacking_is_listed_with_who_owes_it_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = written(&example("exit_settlement"), folder.path());
    asked.case = "虚构-新供地".into();
    asked.entries = None;
    let told = run(&asked).expect_err("refused");
    assert!(told.contains("退出生效日期（规划和自然资源部门）"), "{told}");
    assert!(told.contains("由经办填写，--set pay_account=…"), "{told}");
    assert!(!asked.out.exists());
}

#[test]
fn a_draft_says_what_is_lacking() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = written(&example("idle_fee_decision"), folder.path());
    asked.entries = None;
    asked.draft = true;
    let words = run(&asked).expect("a draft");
    assert!(words.starts_with("草稿  未经签发，不具效力"), "{words}");
    assert!(words.contains("【待补：证据（规划和自然资源部门）】"), "{words}");
    assert!(words.contains("1,200,000.10元（人民币壹佰贰拾万元壹角整）"), "{words}");
}

#[test]
fn a_paper_that_does_not_fit_the_case_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = written(&example("idle_fee_decision"), folder.path());
    asked.case = "虚构-闲置两年".into();
    let told = run(&asked).expect_err("refused");
    assert!(told.contains("闲置土地处置方式为“无偿收回”"), "{told}");
    let mut firm = written(&example("credit_notice"), folder.path());
    firm.facts = Some(root().join("examples/papers/cases.csv"));
    firm.case = "虚构-违约".into();
    assert!(run(&firm).expect_err("refused").contains("企业（信用）"));
}

#[test]
fn what_comes_from_the_file_is_not_entered() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = written(&example("idle_fee_decision"), folder.path());
    for (name, told) in [("fee", "取自档案或规则"), ("pay_too", "是不是想写 pay_to？")] {
        asked.set = vec![(name.into(), "1".into())];
        let said = run(&asked).expect_err("refused");
        assert!(said.contains(told), "{said}");
    }
    asked.set = vec![("issued_on".into(), "明天".into())];
    assert!(run(&asked).expect_err("refused").contains("2026-01-31"));
}

#[test]
fn values_are_no_markup_and_keep_their_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = written(&example("idle_land_finding"), folder.path());
    asked.set = vec![("other_matters".into(), "甲 & 乙 <丙>\n第二行 {{holder}}".into())];
    let words = run(&asked).map_err(|told| assert!(told.is_empty(), "{told}"));
    let words = words.expect("a paper");
    assert!(words.contains("甲 & 乙 <丙>￼第二行 {{holder}}"), "{words}");
}
