//! Reading the fields of a file, collecting faults instead of stopping.

use std::sync::Arc;

use crate::calendar;
use crate::exact::Exact;
use crate::fault::{Fault, Source};
use crate::messages::words;
use crate::node::{Kind, Node, Span};
use crate::text::Text;
pub(crate) use crate::text::nearest;

/// Reads the nodes of one file and remembers what is wrong with them.
pub(crate) struct Reader<'a> {
    pub(crate) file: Arc<Source>,
    pub(crate) faults: &'a mut Vec<Fault>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The tree of a file; broken YAML and keys written twice are faults.
pub(crate) fn tree(file: &Arc<Source>, faults: &mut Vec<Fault>) -> Option<Node> {
    let root = match Node::parse(&file.text) {
        Ok(root) => root,
        Err(broken) => {
            let why = words(&format!("yaml.{}", broken.key)).fill(&[("why", Text::same(broken.why))]);
            faults.push(Fault::new("P001", file, broken.at).with_text("why", why));
            return None;
        }
    };
    for (second, first) in root.doubled() {
        let fault = Fault::new("P017", file, second.span).with("key", second.text().unwrap_or_default());
        faults.push(fault.also(file, first.span));
    }
    Some(root)
}

impl Reader<'_> {
    /// Notes a fault at a node.
    pub(crate) fn fault(&mut self, code: &'static str, span: Span) -> &mut Fault {
        let fault = Fault::new(code, &self.file, span);
        self.push(fault)
    }

    /// Notes a fault.
    pub(crate) fn push(&mut self, fault: Fault) -> &mut Fault {
        let at = self.faults.len();
        self.faults.push(fault);
        &mut self.faults[at]
    }

    /// Notes a fault with one filled place.
    pub(crate) fn complain(
        &mut self,
        code: &'static str,
        span: Span,
        name: &'static str,
        value: impl ToString,
    ) {
        let fault = Fault::new(code, &self.file, span).with(name, value);
        self.faults.push(fault);
    }

    /// The file as a mapping whose keys are all known.
    pub(crate) fn mapping(&mut self, node: &Node, known: &[&str]) -> bool {
        if !matches!(node.kind, Kind::Map(_)) {
            self.complain("P003", node.span, "keys", known.join(", "));
            return false;
        }
        for (key, _) in node.entries() {
            let name = key.text().unwrap_or_default();
            if !known.contains(&name) {
                let near = nearest(name, known.iter().copied());
                let fault = Fault::new("P002", &self.file, key.span)
                    .with("key", name)
                    .with("near", near.unwrap_or("–"))
                    .with("keys", known.join(", "));
                self.faults.push(fault);
            }
        }
        true
    }

    /// The node under a key that must be there.
    pub(crate) fn required<'n>(&mut self, node: &'n Node, key: &'static str) -> Option<&'n Node> {
        let found = node.get(key);
        let misspelt = |(written, _): (&Node, &Node)| {
            self.faults.iter().any(|f| f.meant(&self.file, written.span) == Some(key))
        };
        if found.is_none() && !node.entries().any(misspelt) {
            let at = Span { start: node.span.start, end: node.span.start };
            self.complain("P004", at, "key", key);
        }
        found
    }

    /// A required text.
    pub(crate) fn required_text(&mut self, node: &Node, key: &'static str) -> Option<Placed> {
        let found = self.required(node, key)?;
        let text = self.placed(found);
        if text.is_none() {
            self.complain("P005", found.span, "key", key);
        }
        text
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&mut self, node: &Node, key: &str) -> Option<Placed> {
        node.get(key).and_then(|found| self.placed(found))
    }

    /// A scalar's text and place.
    pub(crate) fn placed(&mut self, node: &Node) -> Option<Placed> {
        node.text().map(|text| Placed { text: text.to_owned(), span: node.span })
    }

    /// `{zh: …, en: …}`; both are demanded.
    pub(crate) fn bilingual(&mut self, node: &Node) -> Text {
        let form = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
        let text = Text { zh: form("zh"), en: form("en") };
        if text.zh.is_empty() || text.en.is_empty() {
            self.fault("P006", node.span);
        }
        text
    }

    /// The same where nothing else may stand beside: a comma in a text without quotes makes of its rest
    /// a key that nobody would miss.
    fn only_bilingual(&mut self, node: &Node) -> Text {
        self.mapping(node, &["zh", "en"]);
        self.bilingual(node)
    }

    /// A required `{zh, en}`.
    pub(crate) fn required_bilingual(&mut self, node: &Node, key: &'static str) -> Text {
        match self.required(node, key) {
            Some(found) => self.only_bilingual(found),
            None => Text::default(),
        }
    }

    /// An optional `{zh, en}`.
    pub(crate) fn optional_bilingual(&mut self, node: &Node, key: &str) -> Option<Text> {
        node.get(key).filter(|found| !found.is_null()).map(|found| self.only_bilingual(found))
    }

    /// An ISO date.
    pub(crate) fn date(&mut self, node: &Node) -> Option<i64> {
        let day = node.text().and_then(calendar::parse_iso);
        if day.is_none() {
            self.complain("P007", node.span, "text", node.text().unwrap_or_default());
        }
        day
    }

    /// One of a few words.
    pub(crate) fn one_of(&mut self, found: &Placed, words: &[&str]) -> bool {
        let good = words.contains(&found.text.as_str());
        if !good {
            let fault = Fault::new("P008", &self.file, found.span)
                .with("text", &found.text)
                .with("words", words.join(", "));
            self.faults.push(fault);
        }
        good
    }

    /// `yes` / `no` / `true` / `false`; absent is false.
    pub(crate) fn flag(&mut self, node: &Node, key: &str) -> bool {
        let Some(found) = node.get(key) else { return false };
        match found.text() {
            Some("true" | "yes") => true,
            Some("false" | "no") => false,
            other => {
                let other = other.unwrap_or_default().to_owned();
                let fault = Fault::new("P008", &self.file, found.span)
                    .with("text", other)
                    .with("words", "true, false");
                self.faults.push(fault);
                false
            }
        }
    }

    /// An exact number.
    pub(crate) fn exact(&mut self, node: &Node) -> Option<Exact> {
        let number = node.text().and_then(Exact::parse);
        if number.is_none() {
            self.complain("P009", node.span, "text", node.text().unwrap_or_default());
        }
        number
    }
}
