//! The words of this crate, in both languages, from `messages.yaml`.
//!
//! They stand in a file, not in code, so that a policy officer can improve them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::node::Node;
use crate::text::Text;

static CATALOGUE: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    let mut words = BTreeMap::new();
    if let Ok(root) = Node::parse(include_str!("messages.yaml")) {
        collect(&root, String::new(), &mut words);
    }
    words
});

fn collect(node: &Node, path: String, words: &mut BTreeMap<String, Text>) {
    if let (Some(zh), Some(en)) = (node.get("zh"), node.get("en")) {
        let form = |n: &Node| n.text().unwrap_or_default().to_owned();
        words.insert(path, Text { zh: form(zh), en: form(en) });
        return;
    }
    for (key, value) in node.entries() {
        let key = key.text().unwrap_or_default();
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        collect(value, path, words);
    }
}

/// The words under a dotted key; the key itself when there are none, which a test forbids.
pub fn words(key: &str) -> Text {
    CATALOGUE.get(key).cloned().unwrap_or_else(|| Text::same(key))
}

/// Every key of the catalogue.
pub fn keys() -> impl Iterator<Item = &'static str> {
    CATALOGUE.keys().map(String::as_str)
}
