//! `landcycle report`: the form of a department, and filing what it says.

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use landcycle_ledger::Ledger;

use super::Context;
use super::target::Target;
use crate::reports::{self, CaseRow, Filing};
use crate::say::{Failure, filled, tell};
use crate::{clock, packages, store};

/// Reports of departments.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// 填报表 · the form of a department: its own facts, the cases of a store
    Form(Form),
    /// 报送 · file a form that was filled in
    File(File),
}

/// Options of `report form`.
#[derive(Debug, Args)]
pub(crate) struct Form {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 部门 · department
    #[arg(long, value_name = "ID")]
    department: String,
    /// 事实 · only these facts (repeatable)
    #[arg(long = "fact", value_name = "NAME")]
    facts: Vec<String>,
    /// 区 · cases of this district
    #[arg(long, value_name = "NAME")]
    district: Option<String>,
    /// 文件 · XLSX file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Options of `report file`.
#[derive(Debug, Args)]
pub(crate) struct File {
    /// 文件 · the form, XLSX or CSV
    #[arg(value_name = "FILE")]
    form: PathBuf,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 部门 · department
    #[arg(long, value_name = "ID")]
    department: String,
    /// 报送人 · who files it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 更正 · correct what was reported otherwise before
    #[arg(long)]
    correct: bool,
    /// 工作表 · sheet of a workbook; the first if not given
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 预览 · say what would be recorded, and record nothing
    #[arg(long)]
    dry_run: bool,
}

impl Report {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Form(form) => form.run(context),
            Self::File(file) => file.run(context),
        }
    }
}

impl Form {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        reports::check_department(&library, &self.department)?;
        let mut facts = reports::own_facts(&library, &self.department);
        for name in &self.facts {
            if facts.iter().all(|fact| fact.name != *name) {
                let known: Vec<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
                let values = [("fact", name.as_str()), ("known", &known.join(", "))];
                return Err(Failure::new("report_no_fact", &values).misuse());
            }
        }
        if !self.facts.is_empty() {
            facts.retain(|fact| self.facts.contains(&fact.name));
        }
        let ledger = store::open_to_read(&self.store)?;
        let failed = |error| store::failure(&self.store, &error);
        let mut cases = Vec::new();
        for case in ledger.cases().map_err(failed)? {
            let parcel = ledger.parcel(&case).map_err(failed)?.unwrap_or_default();
            let district = parcel.district.unwrap_or_default();
            if self.district.as_ref().is_none_or(|wanted| *wanted == district) {
                let project = parcel.project_name.unwrap_or_default();
                cases.push(CaseRow { case, project, district });
            }
        }
        let target = Target::open(Some(&self.out), &[&self.store])?;
        let made = reports::form(&library, &facts, &cases, context.language);
        let made = made.map_err(|error| target.failure(&error))?;
        let mut pen = target.pen()?;
        pen.write_all(&made).map_err(|error| target.failure(&error))?;
        pen.flush().map_err(|error| target.failure(&error))?;
        target.finish()?;
        let values = [
            ("facts", facts.len().to_string()),
            ("cases", cases.len().to_string()),
            ("file", self.out.display().to_string()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(filled("form_made", &values).get(context.language));
        Ok(())
    }
}

impl File {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut ledger = store::open(&self.store)?;
        let filing = Filing {
            department: &self.department,
            by: &self.by,
            now: clock::now(),
            today: clock::today(),
            correct: self.correct,
            sheet: self.sheet.clone(),
            barred: HashSet::new(),
            dry_run: self.dry_run,
        };
        let filed = reports::file(&library, &mut ledger, &self.store, &self.form, &filing)?;
        let values = [
            ("added", filed.added.to_string()),
            ("there", filed.there.to_string()),
            ("corrected", filed.corrected.to_string()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(
            filled(if self.dry_run { "report_would" } else { "report_filed" }, &values).get(context.language),
        );
        Ok(())
    }
}
