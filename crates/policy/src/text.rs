//! A text in the two languages of the product.

/// 双语文本 · the same statement in Chinese and in English. Neither may be empty in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text {
    /// Chinese, the language of the law.
    pub zh: String,
    /// English.
    pub en: String,
}

/// 语言 · the language in which something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Text {
    /// The same words in both languages: names, codes, numbers.
    pub fn same(text: impl Into<String>) -> Self {
        let zh = text.into();
        Self { en: zh.clone(), zh }
    }

    /// A text from its two forms.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The form in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }

    /// Puts values in the places `{name}` of both forms.
    #[must_use]
    pub fn fill(&self, values: &[(&str, Text)]) -> Self {
        let mut out = self.clone();
        for (name, value) in values {
            let place = format!("{{{name}}}");
            out.zh = out.zh.replace(&place, &value.zh);
            out.en = out.en.replace(&place, &value.en);
        }
        out
    }
}

/// The known word closest to a mistaken one, when it is close enough to be meant.
pub fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let budget = word.chars().count() / 3 + 1;
    known.map(|k| (distance(word, k), k)).filter(|(d, _)| *d <= budget).min().map(|(_, k)| k)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
