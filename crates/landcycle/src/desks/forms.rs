//! Ways of supply held against each other: the same project under the facts of each form.

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::Matter;
use super::answer::{Answer, answer};
use crate::say::Failure;

/// 方式的比较 · one form with the answers of every rule that is compared.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    /// Its name.
    pub(crate) name: String,
    /// What it is called.
    pub(crate) title: Text,
    /// Facts that make it what it is, with their canonical texts.
    pub(crate) given: Vec<(String, String)>,
    /// Citations of the form.
    pub(crate) cites: Vec<String>,
    /// Why its figures are stand-ins, if they are.
    pub(crate) illustrative: Option<Text>,
    /// The answers, in the order of the desk.
    pub(crate) answers: Vec<Answer>,
}

/// Every form of a desk.
pub(crate) fn compare(library: &Library, matter: &Matter, desk: &str) -> Result<Vec<Compared>, Failure> {
    let lawful = matter.desk(desk)?;
    let vocabulary = &library.vocabulary;
    let mut compared = Vec::new();
    for (form, cites) in lawful.desk.forms.iter().zip(&lawful.form_cites) {
        let canonical = |(name, value): &(String, String)| {
            let fact = vocabulary.fact(name)?;
            Some((name.clone(), vocabulary.canonical(fact, value, None).ok()?))
        };
        let given: Vec<(String, String)> = form.given.iter().filter_map(canonical).collect();
        let other = matter.with(library, given.iter().map(|(name, value)| (name, value)))?;
        let answers = lawful.desk.compares.iter().map(|rule| answer(library, &other, rule));
        compared.push(Compared {
            name: form.name.clone(),
            title: form.title.clone(),
            given,
            cites: cites.iter().map(|cite| cite.id.clone()).collect(),
            illustrative: form.illustrative.clone(),
            answers: answers.collect::<Result<_, _>>()?,
        });
    }
    Ok(compared)
}
