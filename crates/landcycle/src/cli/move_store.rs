//! `landcycle move FROM TO`: everything a store holds, into an empty one of either kind.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use landcycle_ledger::{Ledger, LedgerError, transfer};

use super::Context;
use crate::say::{Failure, filled, tell};
use crate::store::{self, Writing};

/// Options of `move`.
#[derive(Debug, Args)]
pub(crate) struct Move {
    /// 原库 · store to read, which stays as it is: a file or postgresql://…
    from: PathBuf,
    /// 新库 · store to fill, made when there is none: a file or postgresql://…
    to: PathBuf,
}

impl Move {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let from = store::open_to_read(&self.from)?;
        let size = from.size().map_err(|error| store::failure(&self.from, &error))?;
        let mut writing = Writing::begin(&self.to)?;
        let bar = ProgressBar::new(size.events as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} · {elapsed}") {
            bar.set_style(style);
        }
        let moved = transfer(&from, writing.ledger(), &mut |events| bar.set_position(events as u64));
        bar.finish_and_clear();
        let moved = moved.map_err(|error| match error {
            // Found on the way, before anything was written.
            LedgerError::Unsound(_) | LedgerError::Unreadable { .. } => store::failure(&self.from, &error),
            _ => store::failure(&self.to, &error),
        })?;
        writing.finish()?;
        let head = moved.verification.head.to_string();
        let values = [
            ("events", moved.events.to_string()),
            ("parcels", moved.parcels.to_string()),
            ("from", store::name(&self.from)),
            ("to", store::name(&self.to)),
            ("head", head),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        tell(filled("moved", &values).get(context.language));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    //! A store on a server does what a file does, and one becomes the other.

    use std::path::Path;

    use super::super::server_tests::{done, run};
    use crate::cluster::Cluster;
    use crate::store;
    use landcycle_ledger::Ledger;

    const NOTICES: &str = "supervision_no,project,location,area_ha,price_wan,signed\n\
                           X1,项目一,坐落一,1.5,100,2014-03-01\nX2,项目二,坐落二,2.5,200,2014-04-01\n\
                           X3,项目三,坐落三,0.5,90,2016-04-01\n";

    #[test]
    fn notices_are_imported_and_judged_on_a_server_and_judged_alike_in_the_file_they_move_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (notices, file) = (at("notices.csv"), at("moved.gpkg"));
        std::fs::write(&notices, NOTICES).expect("written");
        let server = Cluster::shared().database();
        let missing = run(&["verify", "--store", &server]).expect_err("no store yet").message.en;
        assert!(missing.contains("no landcycle store in this database"), "{missing}");
        done(&["import", "notices", &notices, "--store", &server]);
        done(&["import", "notices", &notices, "--store", &server]);
        done(&["verify", "--store", &server]);
        done(&["move", &server, &file]);
        done(&["verify", "--store", &file]);
        let judged = |store: &str, name: &str| {
            let out = at(name);
            done(&["assess", "--store", store, "--as-of", "2026-11-23", "--json", "--out", &out]);
            std::fs::read_to_string(out).expect("lines")
        };
        let lines = judged(&server, "server.jsonl");
        assert!(lines.contains("\"X2\""), "{lines}");
        assert_eq!(judged(&file, "file.jsonl"), lines);
        done(&["explain", "X1", "idle_land", "--store", &server, "--as-of", "2026-11-23"]);
        // Back again, into another database; and never into one that holds something.
        let back = Cluster::shared().database();
        done(&["move", &file, &back]);
        assert_eq!(judged(&back, "back.jsonl"), lines);
        let head =
            |store: &str| store::open(Path::new(store)).map_err(|f| f.message).expect("a store").verify();
        let heads = [&server, &file, &back].map(|store| head(store).expect("readable").head);
        assert!(heads.iter().all(|other| *other == heads[0]));
        for (from, to) in [(&server, &file), (&file, &server), (&server, &back), (&file, &file)] {
            let refusal = run(&["move", from, to]).expect_err("refused").message;
            assert!(refusal.en.contains("an empty one"), "{}", refusal.en);
        }
    }

    #[test]
    fn a_sample_city_is_the_same_on_a_server_and_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("s.gpkg").display().to_string();
        let server = Cluster::shared().database();
        for store in [&file, &server] {
            done(&["sample", "--parcels", "1000", "--store", store]);
            let again = run(&["sample", "--parcels", "1000", "--store", store]).expect_err("refused").message;
            assert!(again.en.contains("exists already"), "{}", again.en);
        }
        let verified = |store: &str| {
            let ledger = store::open_to_read(Path::new(store)).map_err(|f| f.message).expect("a store");
            assert_eq!(ledger.parcels_apart().expect("read"), landcycle_ledger::Apart::default());
            (ledger.verify().expect("readable"), ledger.parcels_after(None, 2_000).expect("rows"))
        };
        assert!(verified(&file) == verified(&server));
        for (format, name) in [("facts", "f.parquet"), ("facts", "g.parquet")] {
            let store = if name.starts_with('f') { &file } else { &server };
            let out = folder.path().join(name).display().to_string();
            done(&["export", format, "--store", store, "--out", &out]);
        }
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
        assert!(bytes("f.parquet") == bytes("g.parquet"));
    }
}
