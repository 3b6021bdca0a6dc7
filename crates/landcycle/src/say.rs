//! What the command says to people, in both languages, from `messages.yaml`; and its errors.

use std::collections::BTreeMap;
use std::io::{self, Write};
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

/// The words of refusals from a catalogue of its own, by `code.part`.
pub(crate) fn refusals(catalogue: &str) -> BTreeMap<String, Text> {
    let mut words = BTreeMap::new();
    let Ok(root) = Node::parse(catalogue) else { return words };
    for (code, parts) in root.entries() {
        for (part, text) in parts.entries() {
            let form =
                |language: &str| text.get(language).and_then(Node::text).unwrap_or_default().to_owned();
            let key = format!("{}.{}", code.text().unwrap_or_default(), part.text().unwrap_or_default());
            words.insert(key, Text { zh: form("zh"), en: form("en") });
        }
    }
    words
}

/// The words under a key; the key itself when there are none, which a test forbids.
pub(crate) fn words(key: &str) -> Text {
    CATALOGUE.get(key).cloned().unwrap_or_else(|| Text::same(key))
}

/// Words in both languages at once, for where the language of the person is not known yet.
pub(crate) fn both(key: &str) -> String {
    let words = words(key);
    format!("{} · {}", words.zh, words.en)
}

/// Words with `{name}` places filled.
pub(crate) fn filled(key: &str, values: &[(&str, &str)]) -> Text {
    let values: Vec<(&str, Text)> = values.iter().map(|(name, value)| (*name, Text::same(*value))).collect();
    filled_with(key, &values)
}

/// Several words in a row, with a comma of each language between them.
pub(crate) fn listed(texts: &[Text]) -> Text {
    let comma = words("comma");
    let join = |form: fn(&Text) -> &str| texts.iter().map(form).collect::<Vec<_>>().join(form(&comma));
    Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }
}

/// The same with values that differ by language. English counts: `{rows|row|rows}` is the first form
/// for one and the second for any other number.
pub(crate) fn filled_with(key: &str, values: &[(&str, Text)]) -> Text {
    let mut text = words(key);
    for (name, value) in values {
        let opening = format!("{{{name}|");
        while let Some(start) = text.en.find(&opening) {
            let Some(length) = text.en[start..].find('}') else { break };
            let forms = &text.en[start + opening.len()..start + length];
            let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
            let form = if value.en == "1" { one } else { many }.to_owned();
            text.en.replace_range(start..=start + length, &form);
        }
    }
    text.fill(values)
}

/// An error for a person: what is wrong, where, what was expected, what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What to say.
    pub(crate) message: Text,
    /// Exit code: 1 refused or faulty, 2 misuse; 0 when the reader of the output has had enough.
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

    /// Nothing to say: the reader of the output has had enough.
    fn heard_enough() -> Self {
        Self { message: Text::default(), code: 0 }
    }

    /// The command was called wrongly.
    pub(crate) fn misuse(mut self) -> Self {
        self.code = 2;
        self
    }
}

/// Writes data to standard output.
pub(crate) fn out(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let done = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    done.map_err(|error| output_failure(None, &error))
}

/// An error of writing to a file, or to standard output. A closed pipe ends quietly: the reader has
/// had enough.
pub(crate) fn output_failure(file: Option<&str>, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::heard_enough();
    }
    let file = file.map_or_else(|| words("standard_output"), Text::same);
    Failure::text(words("cannot_write").fill(&[("file", file), ("why", io_reason(error))]))
}

/// Why the system refused, in words for people; its own words where there are no better ones.
pub(crate) fn io_reason(error: &io::Error) -> Text {
    let key = match error.kind() {
        io::ErrorKind::NotFound => "io_not_found",
        io::ErrorKind::PermissionDenied => "io_denied",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "io_full",
        io::ErrorKind::ReadOnlyFilesystem => "io_read_only",
        io::ErrorKind::IsADirectory => "io_folder",
        io::ErrorKind::NotADirectory => "io_no_folder",
        io::ErrorKind::FileTooLarge => "io_too_large",
        _ => return Text::same(error.to_string()),
    };
    words(key)
}

/// Talks to the person on standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    //! The catalogue and its filling.

    use landcycle_policy::node::Node;

    use super::{CATALOGUE, filled};

    #[test]
    fn one_is_not_many() {
        let said = |rows: &str| filled("nothing_good", &[("rows", rows)]).en;
        assert!(said("1").contains("1 row "), "{}", said("1"));
        assert!(said("2").contains("2 rows "), "{}", said("2"));
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        let root = Node::parse(include_str!("messages.yaml")).expect("the catalogue");
        let doubled: Vec<_> = root.doubled().iter().filter_map(|(second, _)| second.text()).collect();
        assert!(doubled.is_empty(), "said twice, of which one is lost: {doubled:?}");
        assert!(CATALOGUE.len() > 100);
        for (key, text) in CATALOGUE.iter() {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{key}");
        }
    }
}
