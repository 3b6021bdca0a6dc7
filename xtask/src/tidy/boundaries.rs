//! Who may depend on whom: read from what cargo resolved, through any number of steps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::Complaint;

/// What a crate must not reach, and why.
struct Boundary {
    package: &'static str,
    why: &'static str,
    /// Names; a final `*` stands for any ending.
    forbidden: &'static [&'static str],
}

const BOUNDARIES: &[Boundary] = &[
    Boundary {
        package: "landcycle-policy",
        why: "the law is pure: it reads no clock, file, socket or table, and knows none of the other crates",
        forbidden: &[
            "landcycle*",
            "tokio",
            "rusqlite",
            "arrow*",
            "parquet",
            "datafusion*",
            "axum",
            "hyper",
            "clap",
            "jiff",
            "chrono",
            "time",
            "rayon",
            "rand",
        ],
    },
    Boundary {
        package: "landcycle-ledger",
        why: "the ledger remembers; it neither counts nor shows",
        // Not tokio: the client of PostgreSQL runs on it (docs/decisions/0008).
        forbidden: &[
            "landcycle",
            "landcycle-analysis",
            "arrow*",
            "parquet",
            "datafusion*",
            "axum",
            "hyper",
            "clap",
        ],
    },
    Boundary {
        package: "landcycle-analysis",
        why: "analysis counts; it neither remembers nor shows",
        forbidden: &["landcycle", "landcycle-ledger", "rusqlite", "axum", "hyper", "tokio", "clap"],
    },
    Boundary {
        package: "xtask",
        why: "the chores are quick to build and look at landcycle from outside",
        forbidden: &["landcycle*", "tokio", "arrow*", "clap"],
    },
];

/// A complaint for every forbidden package that is reached by normal dependencies.
pub(super) fn check(metadata: &Value) -> Result<Vec<Complaint>, String> {
    let graph = Graph::of(metadata)?;
    let mut complaints = Vec::new();
    for boundary in BOUNDARIES {
        let start = graph.member(boundary.package)?;
        for path in graph.paths(start) {
            let reached = graph.name(path.last().copied().unwrap_or(start));
            if path.len() > 1 && boundary.forbidden.iter().any(|pattern| matches(pattern, reached)) {
                let names: Vec<&str> = path.iter().map(|id| graph.name(id)).collect();
                complaints.push(Complaint {
                    path: graph.manifest(start).to_owned(),
                    line: 1,
                    invariant: boundary.why,
                    found: names.join(" → "),
                    remedy: "cut the first edge of this path, or move the code to the crate that may have it",
                });
            }
        }
    }
    Ok(complaints)
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

struct Graph<'a> {
    names: BTreeMap<&'a str, &'a str>,
    manifests: BTreeMap<&'a str, &'a str>,
    members: BTreeSet<&'a str>,
    edges: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn of(metadata: &'a Value) -> Result<Self, String> {
        let list = |value: &'a Value| value.as_array().map_or(&[][..], Vec::as_slice);
        let root = metadata["workspace_root"].as_str().ok_or("`cargo metadata` gives no workspace_root")?;
        let mut names = BTreeMap::new();
        let mut manifests = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let id = package["id"].as_str().ok_or("`cargo metadata` has a package without id")?;
            names.insert(id, package["name"].as_str().unwrap_or(id));
            let manifest = package["manifest_path"].as_str().unwrap_or(id);
            manifests
                .insert(id, manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches(['/', '\\']));
        }
        let mut edges = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let normal = list(&node["deps"])
                .iter()
                .filter(|dep| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
                .filter_map(|dep| dep["pkg"].as_str());
            edges.insert(node["id"].as_str().unwrap_or_default(), normal.collect());
        }
        let members = list(&metadata["workspace_members"]).iter().filter_map(Value::as_str).collect();
        Ok(Self { names, manifests, members, edges })
    }

    fn member(&self, name: &str) -> Result<&'a str, String> {
        let found = self.members.iter().find(|id| self.name(id) == name);
        found.copied().ok_or(format!("the workspace has no package {name}: its boundary cannot be checked"))
    }

    fn name<'b>(&'b self, id: &'b str) -> &'b str {
        self.names.get(id).copied().unwrap_or(id)
    }

    fn manifest<'b>(&'b self, id: &'b str) -> &'b str {
        self.manifests.get(id).copied().unwrap_or(id)
    }

    /// A shortest path to everything that is reached.
    fn paths(&self, start: &'a str) -> Vec<Vec<&'a str>> {
        let mut reached = BTreeSet::from([start]);
        let mut queue = VecDeque::from([vec![start]]);
        let mut paths = Vec::new();
        while let Some(path) = queue.pop_front() {
            let here = path.last().copied().unwrap_or(start);
            for next in self.edges.get(here).into_iter().flatten() {
                if reached.insert(next) {
                    queue.push_back(path.iter().copied().chain([*next]).collect());
                }
            }
            paths.push(path);
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn metadata(edges: &[(&str, &str, Value)]) -> Value {
        let names = [
            "landcycle-policy",
            "landcycle-ledger",
            "landcycle-analysis",
            "landcycle",
            "xtask",
            "a",
            "tokio",
        ];
        let packages: Vec<Value> = names
            .iter()
            .map(|name| json!({"id": name, "name": name, "manifest_path": "/w/Cargo.toml"}))
            .collect();
        let deps = |from: &str| -> Vec<Value> {
            let own = edges.iter().filter(|(start, ..)| *start == from);
            own.map(|(_, to, kind)| json!({"pkg": to, "dep_kinds": [{"kind": kind}]})).collect()
        };
        let nodes: Vec<Value> = names.iter().map(|name| json!({"id": name, "deps": deps(name)})).collect();
        json!({"workspace_root": "/w", "packages": packages, "workspace_members": names[..5], "resolve": {"nodes": nodes}})
    }

    #[test]
    fn a_forbidden_package_is_found_through_others() {
        let graph = metadata(&[("landcycle-policy", "a", Value::Null), ("a", "tokio", Value::Null)]);
        let complaints = check(&graph).expect("a graph");
        let found: Vec<&str> = complaints.iter().map(|complaint| complaint.found.as_str()).collect();
        assert_eq!(found, ["landcycle-policy → a → tokio"]);
    }

    #[test]
    fn what_only_tests_use_is_free() {
        let graph = metadata(&[("landcycle-policy", "tokio", json!("dev"))]);
        assert!(check(&graph).expect("a graph").is_empty());
    }

    #[test]
    fn the_program_may_have_all() {
        let graph = metadata(&[
            ("landcycle", "landcycle-policy", Value::Null),
            ("landcycle", "landcycle-ledger", Value::Null),
            ("landcycle-ledger", "landcycle-policy", Value::Null),
            ("landcycle", "tokio", Value::Null),
        ]);
        assert!(check(&graph).expect("a graph").is_empty());
    }
}
