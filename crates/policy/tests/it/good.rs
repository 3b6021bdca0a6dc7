//! Files that look unusual and are right.

use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;

use crate::packages::{base, folder, read, with};

fn told(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.render(Language::En)).collect()
}

#[test]
fn the_base_package_is_good() {
    let (library, faults) = Library::read(base());
    assert!(faults.is_empty(), "{}", told(&faults));
    assert_eq!(library.law("base").map(|law| law.rules.len()), Some(4));
}

#[test]
fn byte_order_mark_and_windows_line_ends_are_read() {
    let files: Vec<Source> = base()
        .into_iter()
        .map(|file| Source { text: format!("\u{feff}{}", file.text.replace('\n', "\r\n")), ..file })
        .collect();
    let (library, faults) = Library::read(files);
    assert!(faults.is_empty(), "{}", told(&faults));
    assert_eq!(library.law("base").map(|law| law.rules.len()), Some(4));
}

#[test]
fn the_place_of_a_fault_does_not_move_with_the_mark_and_the_line_ends() {
    let path = "base/rules/supply/term_limit.yaml";
    let good = base().into_iter().find(|file| file.path == path).expect("the file is in the base package");
    let wrong = good.text.replace("term_years <=", "term_year <=");
    let plain = Source { path: path.into(), text: wrong.clone() };
    let windows = Source { path: path.into(), text: format!("\u{feff}{}", wrong.replace('\n', "\r\n")) };
    let (_, one) = Library::read(with(vec![plain]));
    let (_, other) = Library::read(with(vec![windows]));
    assert_eq!((one.len(), other.len()), (1, 1));
    assert_eq!(one[0].line_column(), other[0].line_column());
    assert_eq!(one[0].code, other[0].code);
}

#[test]
fn a_first_line_is_counted_without_the_byte_order_mark() {
    let file = Source { path: "base/package.yaml".into(), text: "\u{feff}titel: x\n".into() };
    let (_, faults) = Library::read(with(vec![file]));
    assert!(faults.iter().any(|f| f.code == "P002" && f.line_column() == (1, 1)), "{}", told(&faults));
}

#[test]
fn the_packages_of_the_repository_are_good() {
    let (library, faults) = Library::read(read(&folder().join("../../../policies")));
    assert!(faults.is_empty(), "{}", told(&faults));
    assert!(library.laws().count() >= 2);
}
