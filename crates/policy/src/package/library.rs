//! All packages read from files: the library that laws are put together from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::act::Act;
use super::case::Case;
use super::desk::Desk;
use super::document::{Document, Encoding};
use super::duty::Duty;
use super::paper::Paper;
use super::parameter::{Cited, Parameter};
use super::publication::Publication;
use super::reader::{Placed, Reader, nearest, tree};
use super::rule::RuleFile;
use super::table::Table;
use super::unread::Unread;
use crate::fault::{Fault, Source};
use crate::law::Law;
use crate::node::Node;
use crate::program::Program;
use crate::text::Text;
use crate::vocabulary::{Symbols, Vocabulary};

/// The layer of a package that stands in for the one it extends.
pub const REFORM: &str = "reform";

/// 政策包 · one package: a nation, a city, a district, a park, or a reform.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its id, the name of its folder.
    pub id: String,
    /// Title.
    pub title: Text,
    /// `nation`, `city`, `district`, `park` or `reform`.
    pub layer: String,
    /// The package that it stands over.
    pub extends: Option<String>,
    /// What brings a case under this package: one of these, each a list of facts with the values of
    /// which one must match. A value may end in `*`.
    pub places: Vec<Vec<(String, Vec<String>)>>,
    /// Invented as a whole.
    pub illustrative: bool,
    /// Documents in the order of their files.
    pub documents: Vec<Arc<Document>>,
    /// Parameters by path.
    pub parameters: BTreeMap<String, Arc<Parameter>>,
    /// Tables by path.
    pub tables: BTreeMap<String, Arc<Table>>,
    pub(crate) rules: BTreeMap<String, Arc<RuleFile>>,
    /// Acts that this package writes.
    pub acts: Vec<Arc<Act>>,
    /// Duties that this package writes.
    pub duties: Vec<Arc<Duty>>,
    /// Desks that this package writes.
    pub desks: Vec<Arc<Desk>>,
    /// Cases.
    pub cases: Vec<Arc<Case>>,
    /// Papers by id.
    pub papers: BTreeMap<String, Arc<Paper>>,
    /// Publications by id.
    pub publications: BTreeMap<String, Arc<Publication>>,
    pub(crate) extends_placed: Option<Placed>,
    pub(crate) file: Arc<Source>,
    digest_input: Vec<Arc<Source>>,
    /// The digest of these files.
    content: [u8; 32],
}

/// 政策库 · every package with the vocabulary they share.
#[derive(Clone, Debug)]
pub struct Library {
    /// The vocabulary.
    pub vocabulary: Arc<Vocabulary>,
    /// Open codes that rules mention.
    pub symbols: Arc<Symbols>,
    /// Packages by id.
    pub packages: BTreeMap<String, Arc<Package>>,
    pub(super) laws: BTreeMap<String, Arc<Law>>,
    pub(super) vocabulary_files: Vec<Arc<Source>>,
    /// Their digest.
    vocabulary_content: [u8; 32],
}

impl Library {
    /// Reads and checks everything. The faults are all there are; with any, `laws` may be partial.
    pub fn read(files: Vec<Source>) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut files: Vec<Arc<Source>> = files.into_iter().map(Arc::new).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let (own, rest): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|f| f.path.starts_with("vocabulary/"));
        let yaml = |f: &&Arc<Source>| !f.path.contains("/imports/");
        let fact_files: Vec<Arc<Source>> = own.iter().filter(yaml).cloned().collect();
        let vocabulary = Vocabulary::read(&fact_files, &mut faults);
        let mut folders: BTreeMap<String, Vec<Arc<Source>>> = BTreeMap::new();
        for file in &rest {
            let folder = file.path.split('/').next().unwrap_or_default().to_owned();
            folders.entry(folder).or_default().push(Arc::clone(file));
        }
        let mut packages = BTreeMap::new();
        for (folder, files) in folders {
            if let Some(package) = Package::read(&folder, &files, &vocabulary, &mut faults) {
                packages.insert(folder, Arc::new(package));
            }
        }
        let mut library = Self {
            vocabulary: Arc::new(vocabulary),
            symbols: Arc::default(),
            packages,
            laws: BTreeMap::new(),
            vocabulary_content: content(&own),
            vocabulary_files: own,
        };
        for package in library.packages.values() {
            check_places(package, &library.vocabulary, &mut faults);
        }
        library.check_documents(&mut faults);
        library.build_laws(&mut faults);
        library.check_papers(&mut faults);
        let unread = Unread::of(&rest, &library.packages, &faults);
        faults.retain(|fault| !unread.explains(fault));
        faults.sort_by(|a, b| a.order().cmp(&b.order()));
        faults.dedup_by(|a, b| a.order() == b.order());
        (library, faults)
    }

    fn build_laws(&mut self, faults: &mut Vec<Fault>) {
        let ids: Vec<String> = self.packages.keys().cloned().collect();
        let mut symbols = Symbols::default();
        let mut laws = Vec::new();
        for id in ids {
            let Some(chain) = self.chain(&id, faults) else { continue };
            let digest = self.digest(&chain);
            laws.push((id, Law::build(&chain, &digest, &self.vocabulary, &mut symbols, faults)));
        }
        // Rows of tables are found by codes that any law mentions, so no law is compiled before all
        // are read.
        self.symbols = Arc::new(symbols);
        for (id, mut law) in laws {
            law.symbols = Arc::clone(&self.symbols);
            // A law with faults may lack expressions; what is left of it is not compiled.
            if faults.is_empty() {
                self.check_computable(&law, faults);
            }
            self.laws.insert(id, Arc::new(law));
        }
    }

    /// Every rule must compile on every day of its history: nothing is left to be found at run time.
    fn check_computable(&self, law: &Law, faults: &mut Vec<Fault>) {
        let days: BTreeSet<i64> = law.rules.iter().flat_map(|r| r.history().map(|past| past.from)).collect();
        for day in days {
            self.check_day(law, day, None, faults);
        }
    }

    /// Everything, or some groups of rules, must compile on a day.
    pub(super) fn check_day(
        &self,
        law: &Law,
        day: i64,
        some: Option<&[Vec<usize>]>,
        faults: &mut Vec<Fault>,
    ) {
        if let Err((rule, fault)) = Program::check(law, &self.vocabulary, day, some) {
            let file = law.chain.iter().find_map(|p| p.rules.get(&rule));
            if let Some(file) = file {
                let span = file.versions.iter().find(|v| v.from == day).map_or(file.span, |v| v.span);
                faults.push(Fault::new(fault.code(), &file.file, span).with("rule", &rule));
            }
        }
    }

    /// A package with all that it extends, the lowest first.
    pub(super) fn chain(&self, id: &str, faults: &mut Vec<Fault>) -> Option<Vec<Arc<Package>>> {
        let mut chain: Vec<Arc<Package>> = Vec::new();
        let mut next = Some(id.to_owned());
        while let Some(id) = next.take() {
            let found = self.packages.get(&id);
            let (Some(package), false) = (found, chain.iter().any(|p| p.id == id)) else {
                let from = chain.last()?;
                let span = from.extends_placed.as_ref().map(|p| p.span).unwrap_or_default();
                let code = if found.is_none() { "P050" } else { "P051" };
                let near = nearest(&id, self.packages.keys().map(String::as_str)).unwrap_or("–");
                faults.push(Fault::new(code, &from.file, span).with("name", &id).with("near", near));
                return None;
            };
            next.clone_from(&package.extends);
            chain.push(Arc::clone(package));
        }
        Some(chain)
    }

    /// The law of a package with all that it extends.
    pub fn law(&self, package: &str) -> Option<&Arc<Law>> {
        self.laws.get(package)
    }

    /// All laws by package.
    pub fn laws(&self) -> impl Iterator<Item = (&String, &Arc<Law>)> {
        self.laws.iter()
    }

    /// The package under which a case falls: of all whose places match, the lowest layer; the
    /// nation's when none does. `value` gives the case's canonical text for a fact.
    pub fn package_for<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Option<&Arc<Package>> {
        let depth = |p: &Package| self.laws.get(&p.id).map_or(0, |law| law.chain.len());
        let matches = |known: &str, place: &String| match place.strip_suffix('*') {
            Some(prefix) => known.starts_with(prefix),
            None => known == place,
        };
        let holds = |(fact, places): &(String, Vec<String>)| {
            value(fact).is_some_and(|known| places.iter().any(|place| matches(known, place)))
        };
        let nation = |p: &Package| p.places.is_empty() && p.layer == "nation";
        self.packages
            .values()
            .filter(|p| nation(p) || p.places.iter().any(|all| all.iter().all(holds)))
            .max_by_key(|p| depth(p))
    }

    /// The files that a package's law is made of, its own and those of all that it extends, with the
    /// vocabulary: read again they give the same law and the same digest. Cases are no part of it.
    pub fn sources(&self, package: &str) -> Vec<&Source> {
        let chain = self.laws.get(package).map(|law| law.chain.as_slice()).unwrap_or_default();
        let own = chain.iter().flat_map(|package| &package.digest_input);
        own.chain(&self.vocabulary_files).map(Arc::as_ref).collect()
    }

    /// The document of a citation, with its package.
    pub fn document(&self, id: &str) -> Option<(&Arc<Package>, &Arc<Document>)> {
        self.packages
            .values()
            .find_map(|package| Some((package, package.documents.iter().find(|d| d.id == id)?)))
    }

    /// The text of a file of the vocabulary, such as `vocabulary/imports/land_notice.yaml`.
    pub fn vocabulary_file(&self, path: &str) -> Option<&Arc<Source>> {
        self.vocabulary_files.iter().find(|f| f.path == path)
    }

    /// SHA-256 over the digests of the chain's packages, the lowest first, and of the vocabulary.
    pub(super) fn digest(&self, chain: &[Arc<Package>]) -> String {
        let mut hash = Sha256::new();
        for package in chain {
            hash.update(package.content);
        }
        hash.update(self.vocabulary_content);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn check_documents(&self, faults: &mut Vec<Fault>) {
        let mut seen: BTreeMap<&str, &Arc<Document>> = BTreeMap::new();
        for document in self.packages.values().flat_map(|p| &p.documents) {
            if let Some(first) = seen.insert(&document.id, document) {
                faults.push(taken(document, first));
            }
        }
        for document in self.packages.values().flat_map(|p| &p.documents) {
            self.check_encoded(document, faults);
        }
    }

    /// The same for the documents of one package among all.
    pub(super) fn check_documents_of(&self, package: &Package, faults: &mut Vec<Fault>) {
        for (at, document) in package.documents.iter().enumerate() {
            let others = self.packages.values().filter(|p| p.id != package.id).flat_map(|p| &p.documents);
            let mut others = others.chain(&package.documents[..at]);
            if let Some(first) = others.find(|other| other.id == document.id) {
                faults.push(taken(document, first));
            }
            self.check_encoded(document, faults);
        }
    }

    /// What papers and publications name must exist in the law of their package.
    fn check_papers(&self, faults: &mut Vec<Fault>) {
        for (id, package) in &self.packages {
            let Some(law) = self.laws.get(id) else { continue };
            for paper in package.papers.values() {
                paper.check(law, &self.vocabulary, faults);
            }
            for publication in package.publications.values() {
                publication.check(law, &self.vocabulary, faults);
            }
        }
    }

    /// An article that claims to be encoded must name rules, parameters, tables, papers or publications that exist.
    fn check_encoded(&self, document: &Arc<Document>, faults: &mut Vec<Fault>) {
        for article in &document.articles {
            let Encoding::Encoded(names) = &article.status else { continue };
            for name in names {
                let exists = self.packages.values().any(|p| {
                    p.rules.contains_key(name)
                        || p.parameters.contains_key(name)
                        || p.tables.contains_key(name)
                        || name.strip_prefix("papers/").is_some_and(|id| p.papers.contains_key(id))
                        || name
                            .strip_prefix("publications/")
                            .is_some_and(|id| p.publications.contains_key(id))
                });
                if !exists {
                    let fault = Fault::new("P052", &document.file, article.span).with("name", name);
                    faults.push(fault.with("article", &article.key));
                }
            }
        }
    }
}

/// SHA-256 over the sorted paths and bytes of files, each with its length before it.
fn content(files: &[Arc<Source>]) -> [u8; 32] {
    let mut files: Vec<&Arc<Source>> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.path.as_bytes(), file.text.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

/// The second document of one id.
fn taken(document: &Document, first: &Document) -> Fault {
    let fault = Fault::new("P010", &document.file, document.id_span).with("name", &document.id);
    fault.also(&first.file, first.id_span)
}

/// The facts by which a package finds its cases must exist.
pub(super) fn check_places(package: &Package, vocabulary: &Vocabulary, faults: &mut Vec<Fault>) {
    for (fact, _) in package.places.iter().flatten() {
        if vocabulary.fact(fact).is_none() {
            let root = Node::parse(&package.file.text).ok();
            let places = root.as_ref().and_then(|root| root.get("places"));
            let key = places.and_then(|p| p.entries().find(|(key, _)| key.text() == Some(fact)));
            let span = key.map(|(key, _)| key.span).unwrap_or_default();
            let fault = Fault::new("P034", &package.file, span);
            let known = vocabulary.facts().iter().map(|f| f.name.as_str());
            let near = nearest(fact, known).unwrap_or("–");
            faults.push(fault.with("name", fact).with("near", near));
        }
    }
}

impl Package {
    pub(super) fn read(
        folder: &str,
        files: &[Arc<Source>],
        vocabulary: &Vocabulary,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let manifest = files.iter().find(|f| f.path == format!("{folder}/package.yaml"));
        let Some(manifest) = manifest else {
            let first = files.first()?;
            faults.push(Fault::new("P053", first, crate::node::Span::default()).with("folder", folder));
            return None;
        };
        let root = tree(manifest, faults)?;
        let mut package = Self::manifest(folder, &root, manifest, faults)?;
        for file in files {
            package.read_file(file, files, vocabulary, faults);
        }
        package.check_rows_used(files, faults);
        package.content = content(&package.digest_input);
        Some(package)
    }

    /// Rows that no table names are a forgotten edition, or a misspelt one.
    fn check_rows_used(&self, files: &[Arc<Source>], faults: &mut Vec<Fault>) {
        // A table at fault names rows that are not known here.
        if files.iter().any(|file| self.is_table(file) && !self.table_of(file)) {
            return;
        }
        let used = |file: &Arc<Source>| self.digest_input.iter().any(|other| other.path == file.path);
        for file in files.iter().filter(|file| file.has_ending("csv") && !used(file)) {
            faults.push(Fault::new("P111", file, crate::node::Span::default()));
        }
    }

    fn is_table(&self, file: &Source) -> bool {
        file.path.starts_with(&format!("{}/tables/", self.id)) && file.has_ending("yaml")
    }

    fn table_of(&self, file: &Source) -> bool {
        self.tables.values().any(|table| table.file.path == file.path)
    }

    fn manifest(folder: &str, root: &Node, file: &Arc<Source>, faults: &mut Vec<Fault>) -> Option<Self> {
        const KEYS: [&str; 8] =
            ["id", "title", "extends", "layer", "places", "illustrative", "note", "reviewed"];
        let mut reader = Reader { file: Arc::clone(file), faults };
        if !reader.mapping(root, &KEYS) {
            return None;
        }
        let id = reader.required_text(root, "id")?;
        if id.text != folder {
            let fault = Fault::new("P054", file, id.span).with("id", &id.text).with("folder", folder);
            reader.push(fault);
        }
        let layer = reader.required_text(root, "layer")?;
        reader.one_of(&layer, &["nation", "city", "district", "park", REFORM]);
        let extends_placed = reader.optional_text(root, "extends");
        let places = root.get("places").map(Node::items).unwrap_or_default();
        let places = places.into_iter().map(place).filter(|all| !all.is_empty()).collect();
        Some(Self {
            id: folder.to_owned(),
            title: reader.required_bilingual(root, "title"),
            layer: layer.text,
            extends: extends_placed.as_ref().map(|p| p.text.clone()),
            places,
            illustrative: reader.flag(root, "illustrative"),
            documents: Vec::new(),
            parameters: BTreeMap::new(),
            tables: BTreeMap::new(),
            rules: BTreeMap::new(),
            acts: Vec::new(),
            duties: Vec::new(),
            desks: Vec::new(),
            cases: Vec::new(),
            papers: BTreeMap::new(),
            publications: BTreeMap::new(),
            extends_placed,
            file: Arc::clone(file),
            digest_input: vec![Arc::clone(file)],
            content: [0; 32],
        })
    }

    fn read_file(
        &mut self,
        file: &Arc<Source>,
        files: &[Arc<Source>],
        vocabulary: &Vocabulary,
        faults: &mut Vec<Fault>,
    ) {
        let Some(rest) = file.path.strip_prefix(&format!("{}/", self.id)) else { return };
        let Some((kind, inner)) = rest.split_once('/') else { return };
        let Some(path) = inner.strip_suffix(".yaml") else { return };
        let kinds = [
            "documents",
            "parameters",
            "tables",
            "rules",
            "acts",
            "duties",
            "desks",
            "cases",
            "papers",
            "publications",
        ];
        if !kinds.contains(&kind) {
            let fault = Fault::new("P055", file, crate::node::Span::default());
            faults.push(fault.with("folder", kind));
            return;
        }
        let Some(root) = tree(file, faults) else { return };
        let mut reader = Reader { file: Arc::clone(file), faults };
        // Neither cases nor papers nor desks nor publications bear on an outcome.
        if !["cases", "papers", "desks", "publications"].contains(&kind) {
            self.digest_input.push(Arc::clone(file));
        }
        match kind {
            "documents" => {
                if let Some(document) = Document::read(&root, &mut reader) {
                    self.documents.push(Arc::new(document));
                }
            }
            "parameters" => {
                if let Some(found) = Parameter::read(path, &root, &vocabulary.units, &mut reader) {
                    self.parameters.insert(path.to_owned(), Arc::new(found));
                }
            }
            "tables" => {
                if let Some(found) = Table::read(path, &root, files, vocabulary, &mut reader) {
                    let rows = found.editions.iter().filter_map(|edition| edition.source.clone());
                    self.digest_input.extend(rows);
                    self.tables.insert(path.to_owned(), Arc::new(found));
                }
            }
            "rules" => {
                if let Some(rule) = RuleFile::read(path, &root, &mut reader) {
                    self.rules.insert(path.to_owned(), Arc::new(rule));
                }
            }
            "acts" => self.acts.extend(Act::read_file(&root, &mut reader).into_iter().map(Arc::new)),
            "duties" => self.duties.extend(Duty::read_file(&root, &mut reader).into_iter().map(Arc::new)),
            "desks" => self.desks.extend(Desk::read_file(&root, &mut reader).into_iter().map(Arc::new)),
            "papers" => {
                if let Some(paper) = Paper::read(path, &root, &mut reader) {
                    self.papers.insert(path.to_owned(), Arc::new(paper));
                }
            }
            "publications" => {
                if let Some(publication) = Publication::read(path, &root, &mut reader) {
                    self.publications.insert(path.to_owned(), Arc::new(publication));
                }
            }
            _ => self.cases.extend(Case::read_file(&root, &mut reader).into_iter().map(Arc::new)),
        }
    }

    /// Whether this package itself introduces a rule, rather than amending one from above.
    pub fn introduces_rule(&self, path: &str) -> bool {
        self.rules.get(path).is_some_and(|rule| rule.head.is_some())
    }

    /// Whether this package itself writes or amends a rule.
    pub fn has_rule(&self, path: &str) -> bool {
        self.rules.contains_key(path)
    }

    /// The article of a citation, when it is in this package.
    pub(crate) fn article(&self, cited: &Cited) -> Option<(&Arc<Document>, usize)> {
        let (document, key) = cited.id.split_once('#')?;
        let document = self.documents.iter().find(|d| d.id == document)?;
        let at = document.articles.iter().position(|article| article.key == key)?;
        Some((document, at))
    }
}

fn place(node: &Node) -> Vec<(String, Vec<String>)> {
    node.entries()
        .map(|(fact, values)| {
            let values = values.items().into_iter().filter_map(Node::text).map(str::to_owned);
            (fact.text().unwrap_or_default().to_owned(), values.collect())
        })
        .collect()
}
