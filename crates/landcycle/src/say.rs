//! What the command says to people, in both languages, from `messages.yaml`; and its errors.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use landcycle_policy::node::Node;
use landcycle_policy::text::Text;

static CATALOGUE: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    let mut words = BTreeMap::new();
    if let Ok(root) = Node::parse(include_str!("messages.yaml")) {
        for (key, value) in root.entries() {
            let form =
                |language: &str| value.get(language).and_then(Node::text).unwrap_or_default().to_owned();
            words.insert(key.text().unwrap_or_default().to_owned(), Text { zh: form("zh"), en: form("en") });
        }
    }
    words
});

/// The words under a key; the key itself when there are none, which a test forbids.
pub(crate) fn words(key: &str) -> Text {
    CATALOGUE.get(key).cloned().unwrap_or_else(|| Text::same(key))
}

/// Words with `{name}` places filled.
pub(crate) fn filled(key: &str, values: &[(&str, &str)]) -> Text {
    let values: Vec<(&str, Text)> = values.iter().map(|(name, value)| (*name, Text::same(*value))).collect();
    words(key).fill(&values)
}

/// An error for a person: what is wrong, where, what was expected, what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What to say.
    pub(crate) message: Text,
    /// Exit code: 1 refused or faulty, 2 misuse.
    pub(crate) code: u8,
}

impl Failure {
    /// An error with words of the catalogue.
    pub(crate) fn new(key: &str, values: &[(&str, &str)]) -> Self {
        Self { message: filled(key, values), code: 1 }
    }

    /// An error whose words come from elsewhere.
    pub(crate) fn text(message: Text) -> Self {
        Self { message, code: 1 }
    }

    /// The command was called wrongly.
    pub(crate) fn misuse(mut self) -> Self {
        self.code = 2;
        self
    }
}

/// Writes data to standard output. A closed pipe ends quietly: the reader has had enough.
pub(crate) fn out(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Talks to the person on standard error.
pub(crate) fn tell(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
