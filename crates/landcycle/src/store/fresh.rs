//! Writing to a store that may not be there yet: a new one is built beside its place and takes it when
//! it is complete, so that nobody ever meets half a store.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use landcycle_ledger::{Ledger, LedgerError, Place, Size, Store};
use tempfile::{TempDir, TempPath};

use super::place::{is_server, place};
use super::{failure, name};
use crate::say::{Failure, io_reason, words};
use landcycle_policy::text::Text;

/// Ending of the folder a store is built in.
const ENDING: &str = ".part";
/// Held by whoever builds there; free once that program has ended, however it ended.
const LOCK: &str = "lock";

/// A store that is written to. Dropped before [`Writing::finish`], a new one leaves nothing behind.
pub(crate) struct Writing {
    ledger: Store,
    path: PathBuf,
    building: Option<Building>,
}

struct Building {
    folder: TempDir,
    _lock: File,
}

impl Writing {
    /// Opens a store, or begins one when there is none.
    pub(crate) fn begin(path: &Path) -> Result<Self, Failure> {
        if is_server(path) {
            return Self::on_server(path, Ok);
        }
        if path.exists() { Self::open(path) } else { Self::create(path) }
    }

    /// A server shows no half store either: what is appended is there when it is complete. A store
    /// that is made here and stays empty because the append failed is as good as none.
    fn on_server(path: &Path, suits: impl FnOnce(Store) -> Result<Store, Failure>) -> Result<Self, Failure> {
        let place = place(path)?;
        let ledger = match Store::create(&place) {
            Err(LedgerError::Exists(_)) => Store::open(&place),
            made => made,
        };
        let ledger = suits(ledger.map_err(|error| failure(path, &error))?)?;
        Ok(Self { ledger, path: path.to_owned(), building: None })
    }

    fn open(path: &Path) -> Result<Self, Failure> {
        Ok(Self { ledger: super::open(path)?, path: path.to_owned(), building: None })
    }

    /// Begins a new store.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        if is_server(path) {
            return Self::on_server(path, |store| {
                let size = store.size().map_err(|error| failure(path, &error))?;
                let said = store.all_meta().map_err(|error| failure(path, &error))?;
                if size == Size::default() && said.is_empty() {
                    return Ok(store);
                }
                Err(Failure::new("store_exists", &[("file", &name(path))]))
            });
        }
        let refused = |error: &io::Error| {
            let values = [("file", Text::same(path.display().to_string())), ("why", io_reason(error))];
            Failure::text(words("store_failed").fill(&values))
        };
        let building = Building::beside(path).map_err(|error| refused(&error))?;
        let ledger = Store::create(&Place::File(building.store())).map_err(|error| failure(path, &error))?;
        Ok(Self { ledger, path: path.to_owned(), building: Some(building) })
    }

    /// The store.
    pub(crate) fn ledger(&mut self) -> &mut Store {
        &mut self.ledger
    }

    /// Closes the store; a new one takes its place, unless another program has taken it meanwhile.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { ledger, path, building } = self;
        ledger.close().map_err(|error| failure(&path, &error))?;
        let Some(building) = building else { return Ok(()) };
        let made = TempPath::try_from_path(building.store());
        let placed = made.and_then(|made| made.persist_noclobber(&path).map_err(|error| error.error));
        placed.map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => words("store_made_meanwhile"),
                _ => io_reason(&error),
            };
            let file = Text::same(path.display().to_string());
            Failure::text(words("store_failed").fill(&[("file", file), ("why", why)]))
        })
    }
}

impl Building {
    fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beginning = format!(".{name}.");
        clear(folder, &beginning);
        let folder = tempfile::Builder::new().prefix(&beginning).suffix(ENDING).tempdir_in(folder)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.try_lock().or_else(|error| match error {
            TryLockError::WouldBlock => Err(io::Error::from(io::ErrorKind::WouldBlock)),
            // Some network drives have no locks; then what is left there is left.
            TryLockError::Error(_) => Ok(()),
        })?;
        Ok(Self { folder, _lock: lock })
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.gpkg")
    }
}

/// Clears away what programs that were killed left of this store.
fn clear(folder: &Path, beginning: &str) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let left = name.starts_with(beginning) && name.ends_with(ENDING);
        if left && File::open(entry.path().join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok()) {
            // What cannot be cleared away is in nobody's way.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    //! Stores are there when they are complete, and otherwise not.

    use super::Writing;

    #[test]
    fn a_new_store_appears_when_it_is_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.gpkg");
        drop(Writing::begin(&path).map_err(|f| f.message).expect("begun"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let writing = Writing::begin(&path).map_err(|f| f.message).expect("begun");
        assert!(!path.exists());
        writing.finish().map_err(|f| f.message).expect("finished");
        let names: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert_eq!((names.len(), path.is_file()), (1, true));
    }

    #[test]
    fn what_a_killed_program_left_is_cleared_away_and_what_a_living_one_builds_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.gpkg");
        let left = folder.path().join(".s.gpkg.dead.part");
        std::fs::create_dir(&left).expect("a folder");
        std::fs::write(left.join("lock"), "").expect("a lock");
        let first = Writing::begin(&path).map_err(|f| f.message).expect("begun");
        let second = Writing::begin(&path).map_err(|f| f.message).expect("begun");
        assert!(!left.exists());
        first.finish().map_err(|f| f.message).expect("the first is not disturbed");
        let refused = second.finish().expect_err("the place is taken");
        assert!(refused.message.en.contains("meanwhile"), "{}", refused.message.en);
    }
}
