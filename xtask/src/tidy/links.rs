//! Relative links in the documentation lead somewhere.

use std::path::Path;

use super::Complaint;
use super::files::File;

pub(super) fn check(root: &Path, file: &File) -> Vec<Complaint> {
    let folder = root.join(&file.path).parent().map_or_else(|| root.to_path_buf(), Path::to_path_buf);
    let dead = links(&file.text).into_iter().filter(|(_, target)| {
        let path = decoded(target.split(['#', '?']).next().unwrap_or_default());
        let from = if path.starts_with('/') { root } else { &folder };
        !path.is_empty() && !from.join(path.trim_start_matches('/')).exists()
    });
    dead.map(|(line, target)| Complaint {
        path: file.path.clone(),
        line,
        invariant: "links in the documentation lead somewhere",
        found: target,
        remedy: "correct the path, or write the file it promises",
    })
    .collect()
}

/// Relative targets with their lines, outside of code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        let prose = without_code(line);
        let inline = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let reference = prose.starts_with('[').then(|| prose.split_once("]: ")).flatten();
        let reference = reference.and_then(|(_, rest)| rest.split_whitespace().next());
        let targets = inline.chain(reference).map(|target| target.trim_matches(['<', '>']));
        found.extend(targets.filter(|target| is_relative(target)).map(|target| (at + 1, target.to_owned())));
    }
    found
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

fn is_relative(target: &str) -> bool {
    !target.is_empty()
        && !target.contains("://")
        && !target.starts_with("mailto:")
        && !target.starts_with('#')
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{decoded, links};

    #[test]
    fn links_are_found_and_code_is_not() {
        let text = "[a](b.md#c) ![d](e.png \"title\") `[f](g.md)`\n```\n[h](i.md)\n```\n[j]: k.md\n[l](https://m) [n](#o)\n";
        let expected =
            [(1, "b.md#c"), (1, "e.png"), (5, "k.md")].map(|(line, target)| (line, target.to_owned()));
        assert_eq!(links(text), expected);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(decoded("a%20b%E4%BA%A9.md"), "a b亩.md");
        assert_eq!(decoded("100%"), "100%");
    }
}
