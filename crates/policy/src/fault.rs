//! Faults of a package: what is wrong, where, and what to do. The face of the product to the
//! people who write policy.
//!
//! **Invariant:** reading a package never stops at the first fault; all are reported at once.

use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};

use crate::messages::words;
use crate::node::Span;
use crate::text::{Language, Text};

/// 源文件 · a file of a package, handed in as text: this crate opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path below the packages' root, with `/`, such as `national/documents/order-53-2012.yaml`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Whether the file's name ends so; packages are the same on every system, so case matters.
    pub(crate) fn has_ending(&self, ending: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, own)| own == ending)
    }
}

/// 缺陷 · one fault of a package.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Stable code, `P001` …
    pub code: &'static str,
    /// The file.
    pub file: Arc<Source>,
    /// The place.
    pub span: Span,
    args: Vec<(&'static str, Text)>,
    also: Option<(Arc<Source>, Span)>,
}

impl Fault {
    /// A fault at a place. Its words are in `messages.yaml` under `faults.<code>`.
    pub(crate) fn new(code: &'static str, file: &Arc<Source>, span: Span) -> Self {
        Self { code, file: Arc::clone(file), span, args: Vec::new(), also: None }
    }

    /// Fills a place `{name}` of the message with something that is the same in both languages.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, Text::same(value.to_string())));
        self
    }

    /// Fills a place of the message with words.
    pub(crate) fn with_text(mut self, name: &'static str, value: Text) -> Self {
        self.args.push((name, value));
        self
    }

    /// Fills a place of the message, of a fault already noted.
    pub(crate) fn add(&mut self, name: &'static str, value: impl ToString) -> &mut Self {
        self.args.push((name, Text::same(value.to_string())));
        self
    }

    /// The same with words.
    pub(crate) fn add_text(&mut self, name: &'static str, value: Text) -> &mut Self {
        self.args.push((name, value));
        self
    }

    /// The other place that the fault is about.
    pub(crate) fn also(mut self, file: &Arc<Source>, span: Span) -> Self {
        self.also = Some((Arc::clone(file), span));
        self
    }

    fn part(&self, part: &str) -> Text {
        let args: Vec<(&str, Text)> =
            self.args.iter().map(|(name, value)| (*name, shown(name, value))).collect();
        words(&format!("faults.{}.{part}", self.code)).fill(&args)
    }

    /// The key that a misspelt key at a place was meant for.
    pub(crate) fn meant(&self, file: &Source, span: Span) -> Option<&str> {
        let here = self.code == "P002" && self.span == span && self.file.path == file.path;
        let near = self.args.iter().find(|(name, _)| here && *name == "near");
        near.map(|(_, value)| value.en.as_str())
    }

    /// What the fault is about: what the code names first.
    pub(crate) fn subject(&self) -> &str {
        self.args.first().map_or("", |(_, value)| &value.en)
    }

    /// Order of reports: by place, then by what they are about. The same fault found again in the
    /// law of another package is the same; two keys missing at one place are not.
    pub(crate) fn order(&self) -> (&str, Span, &'static str, &str) {
        (&self.file.path, self.span, self.code, self.subject())
    }

    /// What is wrong.
    pub fn message(&self) -> Text {
        self.part("message")
    }

    /// What to do about it.
    pub fn help(&self) -> Text {
        self.part("help")
    }

    /// Line and column of the place, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        line_column(&self.file.text, self.span.start)
    }

    /// The other place, as `file:line:column`, when the fault is about two.
    pub fn other_place(&self) -> Option<String> {
        self.also.as_ref().map(|(file, span)| {
            let (line, column) = line_column(&file.text, span.start);
            format!("{}:{line}:{column}", file.path)
        })
    }

    /// A fault of a whole block is marked on its first line: a mark over many lines hides the text.
    fn shown_length(&self) -> usize {
        let marked = self.file.text.get(self.span.start..self.span.end).unwrap_or("");
        marked.lines().next().map_or(1, |line| line.trim_end().len().max(1))
    }

    /// The report for a terminal: code, message, the offending line with a caret, help.
    pub fn render(&self, language: Language) -> String {
        let label = LabeledSpan::new_with_span(None, (self.span.start, self.shown_length()));
        let mut help = self.help().get(language).to_owned();
        if let Some(place) = self.other_place() {
            help.push_str("\n→ ");
            help.push_str(&place);
        }
        let diagnostic = MietteDiagnostic::new(self.message().get(language))
            .with_code(self.code)
            .with_help(help)
            .with_label(label);
        let source = NamedSource::new(&self.file.path, self.file.text.clone());
        let report = miette::Report::new(diagnostic).with_source_code(source);
        let mut out = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_width(100)
            .with_context_lines(1);
        match handler.render_report(&mut out, report.as_ref()) {
            Ok(()) => out,
            Err(_) => format!("{} {}\n", self.code, self.message().get(language)),
        }
    }
}

/// A suggestion is a whole sentence, and no sentence when there is nothing to suggest.
fn shown(name: &str, value: &Text) -> Text {
    match (name, value.zh.as_str()) {
        ("near", "–") => Text::default(),
        ("near", _) => words("hints.near").fill(&[("word", value.clone())]),
        _ => value.clone(),
    }
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    // A byte order mark is no character to the person who looks for the place.
    let before = before.trim_start_matches('\u{feff}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
    (line, column)
}
