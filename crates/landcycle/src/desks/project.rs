//! A project file: what a project is said to be, in a few lines of YAML, with every fault at its line.

use std::path::Path;

use jiff::civil::Date;
use landcycle_policy::node::{Kind, Node};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::Given;
use super::mix::Floor;
use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, io_reason, words};

/// Bytes beyond which a file is no project.
const LARGEST: u64 = 1 << 20;
/// Keys of a file.
const KEYS: [&str; 6] = ["name", "package", "as_of", "facts", "applicant", "floors"];

/// 项目 · a project before supply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Project {
    /// What it is called.
    pub(crate) name: String,
    /// The package to judge by; the place decides where none is named.
    pub(crate) package: Option<String>,
    /// The assessment date.
    pub(crate) as_of: Option<Date>,
    /// Facts of the project and its parcel.
    pub(crate) facts: Given,
    /// Facts of the firm that applies.
    pub(crate) applicant: Given,
    /// Floors of the buildings.
    pub(crate) floors: Vec<Floor>,
}

impl Project {
    /// Reads a project file.
    pub(crate) fn open(library: &Library, path: &Path) -> Result<Self, Failure> {
        let file = path.display().to_string();
        let unreadable =
            |why: Text| Failure::text(words("unreadable").fill(&[("file", Text::same(&file)), ("why", why)]));
        let size = std::fs::metadata(path).map_err(|error| unreadable(io_reason(&error)))?.len();
        if size > LARGEST {
            return Err(unreadable(filled("project_too_large", &[("limit", &LARGEST.to_string())])));
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(io_reason(&error)))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let byte = error.utf8_error().valid_up_to() + 1;
            unreadable(filled("part_not_utf8", &[("byte", &byte.to_string())]))
        })?;
        Self::parse(library, &file, &text)
    }

    /// Reads the text of a project file.
    pub(crate) fn parse(library: &Library, file: &str, text: &str) -> Result<Self, Failure> {
        let mut reader = Reader { library, file, text, faults: Vec::new() };
        let project = reader.project();
        if reader.faults.is_empty() {
            return Ok(project);
        }
        let join = |form: fn(&Text) -> &str| reader.faults.iter().map(form).collect::<Vec<_>>().join("\n");
        Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }))
    }
}

struct Reader<'r> {
    library: &'r Library,
    file: &'r str,
    text: &'r str,
    faults: Vec<Text>,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, why: &Text) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let (line, column) = (line.to_string(), column.to_string());
        let place = [("file", self.file), ("line", line.as_str()), ("column", column.as_str())];
        let place = place.map(|(name, value)| (name, Text::same(value)));
        let values = [&place[..], &[("why", why.clone())]].concat();
        self.faults.push(words("project_fault").fill(&values));
    }

    fn project(&mut self) -> Project {
        let root = match Node::parse(self.text) {
            Ok(root) => root,
            Err(broken) => {
                let why = landcycle_policy::messages::words(&format!("yaml.{}", broken.key));
                let why = why.fill(&[("why", Text::same(broken.why))]);
                self.fault(broken.at.start, &words("project_not_yaml").fill(&[("why", why)]));
                return Project::default();
            }
        };
        for (second, _) in root.doubled() {
            let key = second.text().unwrap_or_default().to_owned();
            self.fault(second.span.start, &filled("project_key_twice", &[("key", &key)]));
        }
        if !matches!(root.kind, Kind::Map(_)) {
            self.fault(0, &words("project_no_mapping"));
            return Project::default();
        }
        for (key, _) in root.entries() {
            let name = key.text().unwrap_or_default();
            if !KEYS.contains(&name) {
                let values = [("key", name), ("known", &KEYS.join(", "))];
                self.fault(key.span.start, &filled("project_key", &values));
            }
        }
        let word = |key: &str| root.get(key).and_then(Node::text).map(str::to_owned);
        Project {
            name: word("name").unwrap_or_default(),
            package: word("package"),
            as_of: root.get("as_of").and_then(|node| self.day(node)),
            facts: root.get("facts").map(|node| self.facts(node)).unwrap_or_default(),
            applicant: root.get("applicant").map(|node| self.facts(node)).unwrap_or_default(),
            floors: root.get("floors").map(|node| self.floors(node)).unwrap_or_default(),
        }
    }

    fn day(&mut self, node: &Node) -> Option<Date> {
        let day = node.text().and_then(|text| text.parse().ok());
        if day.is_none() {
            self.fault(node.span.start, &words("expected_date"));
        }
        day
    }

    fn facts(&mut self, node: &Node) -> Given {
        let mut given = Given::new();
        if !matches!(node.kind, Kind::Map(_)) {
            self.fault(node.span.start, &words("project_no_mapping"));
        }
        for (key, value) in node.entries() {
            let name = key.text().unwrap_or_default();
            let Some(fact) = self.library.vocabulary.by_header(name) else {
                self.fault(key.span.start, &filled("project_no_fact", &[("name", name)]));
                continue;
            };
            if value.is_null() {
                continue;
            }
            let Some(text) = value.text() else {
                self.fault(value.span.start, &filled("project_no_value", &[("name", name)]));
                continue;
            };
            match cells::value(self.library, fact, text, None, Numbers::WithUnits) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => {
                    if given.insert(fact.name.clone(), text).is_some() {
                        self.fault(key.span.start, &filled("project_key_twice", &[("key", name)]));
                    }
                }
                Err(why) => self.fault(value.span.start, &why),
            }
        }
        given
    }

    fn floors(&mut self, node: &Node) -> Vec<Floor> {
        let mut floors = Vec::new();
        for item in node.items() {
            let word = |key: &str| item.get(key).and_then(Node::text).unwrap_or_default().to_owned();
            let (name, used, area) = (word("floor"), word("use"), item.get("area"));
            let (false, Some(area)) = (used.is_empty(), area) else {
                self.fault(item.span.start, &words("project_floor"));
                continue;
            };
            match Floor::new(self.library, name, used, area.text().unwrap_or_default(), None) {
                Ok(floor) => floors.push(floor),
                Err(why) => self.fault(area.span.start, &why),
            }
        }
        floors
    }
}
