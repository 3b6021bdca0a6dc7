//! Where output goes: to standard output, or to a file that appears complete or not at all.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::say::{Failure, output_failure};

/// The first bytes of a store, and of any other database that nobody means to write over.
const DATABASE: &[u8] = b"SQLite format 3\0";

/// Where output goes.
pub(crate) struct Target {
    name: Option<String>,
    kind: Kind,
    first_error: FirstError,
}

enum Kind {
    Stdout,
    /// A device or a pipe: nothing can be laid beside it.
    Direct(File),
    /// Written beside the file whose place it takes when it is complete.
    Beside(NamedTempFile, PathBuf),
}

/// The system's error as the writer met it; the layers above wrap it in words of their own.
type FirstError = Arc<Mutex<Option<io::Error>>>;

impl Target {
    /// Opens a target that is none of the inputs and no store.
    pub(crate) fn open(path: Option<&Path>, inputs: &[&Path]) -> Result<Self, Failure> {
        let first_error = FirstError::default();
        let Some(path) = path else {
            return Ok(Self { name: None, kind: Kind::Stdout, first_error });
        };
        check(path, inputs)?;
        let name = path.display().to_string();
        let kind = open(path).map_err(|error| output_failure(Some(&name), &error))?;
        Ok(Self { name: Some(name), kind, first_error })
    }

    /// What to write with.
    pub(crate) fn pen(&self) -> Result<Pen, Failure> {
        let inner: Box<dyn Write + Send> = match &self.kind {
            Kind::Stdout => Box::new(io::stdout()),
            Kind::Direct(file) => Box::new(file.try_clone().map_err(|error| self.failure(&error))?),
            Kind::Beside(made, _) => {
                Box::new(made.as_file().try_clone().map_err(|error| self.failure(&error))?)
            }
        };
        Ok(Pen { inner, first_error: Arc::clone(&self.first_error) })
    }

    /// An error in words; the system's own where the pen met one.
    pub(crate) fn failure(&self, error: &dyn Display) -> Failure {
        let met = self.first_error.lock().unwrap_or_else(PoisonError::into_inner).take();
        let met = met.unwrap_or_else(|| io::Error::other(error.to_string()));
        output_failure(self.name.as_deref(), &met)
    }

    /// Puts the complete output in its place. Without this nothing of it remains.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Kind::Beside(made, path) = self.kind else { return Ok(()) };
        let name = self.name.as_deref();
        made.as_file().sync_all().map_err(|error| output_failure(name, &error))?;
        made.persist(path).map_err(|error| output_failure(name, &error.error))?;
        Ok(())
    }
}

/// Refuses what would be lost by writing here.
fn check(path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let Ok(real) = path.canonicalize() else { return Ok(()) };
    let name = path.display().to_string();
    let refuse = |key: &str| Err(Failure::new(key, &[("file", &name)]).misuse());
    if real.is_dir() {
        return refuse("out_is_folder");
    }
    if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == real)) {
        return refuse("out_is_input");
    }
    if real.is_file() && begins_as_database(&real) {
        return refuse("out_is_store");
    }
    Ok(())
}

fn begins_as_database(path: &Path) -> bool {
    let mut head = Vec::with_capacity(DATABASE.len());
    let read = File::open(path).and_then(|file| file.take(DATABASE.len() as u64).read_to_end(&mut head));
    read.is_ok() && head == DATABASE
}

fn open(path: &Path) -> io::Result<Kind> {
    // A link is followed, so that the file it names is replaced and not the link.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let there = std::fs::metadata(&real).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return Ok(Kind::Direct(File::options().write(true).open(&real)?));
    }
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".landcycle-").suffix(".part");
    #[cfg(unix)]
    {
        // As any new file: what the person's mask leaves of it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let made = builder.tempfile_in(folder)?;
    if let Some(there) = there {
        if there.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        made.as_file().set_permissions(there.permissions())?;
    }
    Ok(Kind::Beside(made, real))
}

/// Writes, and keeps the first error for [`Target::failure`].
pub(crate) struct Pen {
    inner: Box<dyn Write + Send>,
    first_error: FirstError,
}

impl Pen {
    fn kept<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                let mut first = self.first_error.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.inner.write(bytes);
        self.kept(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.inner.flush();
        self.kept(done)
    }
}

#[cfg(test)]
mod tests {
    //! What is there is kept until its successor is complete.

    use std::io::Write;
    use std::path::Path;

    use super::Target;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_complete_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "old").expect("written");
        for complete in [false, true] {
            let target = Target::open(Some(&path), &[]).map_err(|f| f.message).expect("a target");
            let mut pen = target.pen().map_err(|f| f.message).expect("a pen");
            pen.write_all(b"new").expect("written");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
            if complete {
                target.finish().map_err(|f| f.message).expect("finished");
            }
        }
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn inputs_and_stores_are_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let input = folder.path().join("facts.csv");
        std::fs::write(&input, "case_id").expect("written");
        let store = folder.path().join("s.gpkg");
        drop(landcycle_ledger::GeoPackageLedger::create(&store).expect("a store"));
        let roundabout =
            folder.path().join("..").join(folder.path().file_name().expect("a name")).join("facts.csv");
        for path in [&roundabout, &store, &folder.path().to_owned()] {
            let refused = Target::open(Some(path), &[&input]).err().expect("refused");
            assert_eq!(refused.code, 2, "{}", path.display());
        }
        assert_eq!(std::fs::read_to_string(&input).expect("read"), "case_id");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_with_the_name_of_the_file() {
        let target =
            Target::open(Some(Path::new("/dev/full")), &[]).map_err(|f| f.message).expect("a target");
        let mut pen = target.pen().map_err(|f| f.message).expect("a pen");
        let error = pen.write_all(b"x").expect_err("full");
        let failure = target.failure(&error);
        assert_eq!(failure.code, 1);
        assert!(failure.message.en.contains("/dev/full") && failure.message.en.contains("full"));
    }
}
