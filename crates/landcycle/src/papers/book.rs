//! What a paper says of a case: values by name in all their forms, lists, and what is lacking.

use std::collections::{BTreeMap, BTreeSet};

use landcycle_policy::text::Text;

/// 填写内容 · everything that a template may call for, by name.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(super) values: BTreeMap<String, Entry>,
    pub(super) lists: BTreeMap<String, Result<Vec<Item>, Lack>>,
}

/// One item of a list, by field.
pub(super) type Item = BTreeMap<String, Entry>;

/// A value, or what is lacking for it.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Known(Value),
    Lacking(Lack),
}

/// 值 · a value in its forms.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    /// By form; the usual one has an empty name.
    pub(super) forms: BTreeMap<&'static str, String>,
    /// The words that a test asks for.
    pub(super) words: Vec<String>,
    /// There is such a thing: not none, not no, not inapplicable.
    pub(super) holds: bool,
    /// It comes from a stand-in, which the paper says beside it.
    pub(super) stand_in: bool,
}

/// 待补 · what a paper lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lack {
    /// The name by which a template calls it.
    pub(super) name: String,
    /// What is lacking.
    pub(super) title: Text,
    /// The departments that owe it.
    pub(super) owners: Text,
    /// Which facts are lacking for it, or why the law has no answer.
    pub(super) why: Option<Text>,
}

impl Value {
    /// A text that is the same in every form.
    pub(super) fn text(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { holds: !words.is_empty(), forms: BTreeMap::from([("", words)]), ..Self::default() }
    }

    /// With another form.
    pub(super) fn with(mut self, form: &'static str, words: impl Into<String>) -> Self {
        self.forms.insert(form, words.into());
        self
    }

    /// The value in a form; in the usual one where it has no such form, as what does not apply has none.
    pub(super) fn form(&self, form: &str) -> &str {
        self.forms.get(form).or_else(|| self.forms.get("")).map_or("", String::as_str)
    }
}

/// The names that a template may call, for checking it without a case.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Forms by name.
    pub(super) values: BTreeMap<String, BTreeSet<&'static str>>,
    /// Fields by name.
    pub(super) lists: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    /// Whether there is such a name, in such a form.
    pub(super) fn has(&self, name: &str, form: &str) -> bool {
        let value = self.values.get(name).is_some_and(|forms| form.is_empty() || forms.contains(form));
        value || self.lists.get(name).is_some_and(|fields| fields.contains(form))
    }

    /// Every name as a template writes it.
    pub(super) fn written(&self) -> Vec<String> {
        let forms = |(name, forms): (&String, &BTreeSet<&'static str>)| {
            let more = forms.iter().map(|form| format!("{name}.{form}")).collect::<Vec<_>>();
            std::iter::once(name.clone()).chain(more).collect::<Vec<_>>()
        };
        let fields = |(name, fields): (&String, &BTreeSet<String>)| {
            fields.iter().map(|field| format!("{name}.{field}")).collect::<Vec<_>>()
        };
        self.values.iter().flat_map(forms).chain(self.lists.iter().flat_map(fields)).collect()
    }
}
