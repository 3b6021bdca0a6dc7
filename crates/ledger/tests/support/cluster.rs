//! A PostgreSQL of the tests' own: in a temporary folder, on a socket and a port of its own, gone
//! with the program that started it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::{Client, NoTls};

const INSTALL: &str = "these tests start a PostgreSQL with PostGIS of their own: install them \
                       (Debian: postgresql-15 postgresql-15-postgis-3)";
/// The database that others are copied from.
const TEMPLATE: &str = "with_postgis";

/// A running server.
pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    programs: PathBuf,
    pub(crate) port: u16,
    /// Stops the server and removes the folder once its input ends: when this is dropped, and also
    /// when the program ends or is killed.
    guard: Child,
}

impl Cluster {
    /// The server that all tests of a program share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A server of one's own, to be rough with.
    pub(crate) fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("lcpg").tempdir().expect("a folder").keep();
        if let Some(user) = other_user() {
            run(Command::new("chown").arg(user).arg(&folder));
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let guard = guard(&programs, &folder);
        let cluster = Self { folder, programs, port, guard };
        let data = cluster.folder.join("data");
        run(cluster.program("initdb").args(["-U", "landcycle", "-A", "trust", "-E", "UTF8"]).args([
            OsStr::new("--locale=C"),
            OsStr::new("--no-sync"),
            OsStr::new("-D"),
            data.as_os_str(),
        ]));
        cluster.write("pg_hba.conf", HBA);
        // The machine does not fail in these tests, so nothing waits for its disk.
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
             fsync = off\nmax_connections = 120\nshared_buffers = 64MB\n",
            cluster.folder.display()
        );
        cluster.write("postgresql.auto.conf", &settings);
        cluster.run_server();
        let mut admin = cluster.admin("postgres");
        admin
            .batch_execute("CREATE ROLE tls LOGIN; CREATE ROLE secret LOGIN PASSWORD 's3cret'")
            .expect("roles");
        admin.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).expect("a database");
        cluster.admin(TEMPLATE).batch_execute("CREATE EXTENSION postgis").expect(INSTALL);
        cluster
    }

    fn run_server(&self) {
        assert_eq!(self.start_server(), Ok(()));
    }

    pub(crate) fn start_server(&self) -> Result<(), String> {
        let log = self.folder.join("log");
        let data = self.folder.join("data");
        try_run(
            self.program("pg_ctl").args(["-w", "-t", "60", "-D"]).arg(data).arg("-l").arg(log).arg("start"),
        )
    }

    /// A program of PostgreSQL, run as the server's user.
    fn program(&self, name: &str) -> Command {
        as_user(&self.programs.join(name))
    }

    /// A new database with `PostGIS` and nothing else; gives its address.
    pub(crate) fn database(&self) -> String {
        self.database_like(TEMPLATE)
    }

    pub(crate) fn database_like(&self, template: &str) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.admin("postgres").batch_execute(&sql).expect("a database");
        self.address(&name)
    }

    /// The address of a database over the server's socket.
    pub(crate) fn address(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://landcycle@{folder}:{}/{database}", self.port)
    }

    /// A connection of the server's owner.
    pub(crate) fn admin(&self, database: &str) -> Client {
        Client::connect(&self.address(database), NoTls).expect("a connection")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.join("data").join(name);
        std::fs::write(path, text).expect("written");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().expect("it ends");
    }
}

const HBA: &str = "local all secret scram-sha-256\nlocal all all trust\n\
                   host all secret 127.0.0.1/32 scram-sha-256\nhostssl all tls 127.0.0.1/32 trust\n\
                   host all landcycle 127.0.0.1/32 trust\n";

/// The folder of the newest PostgreSQL there is.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .max_by_key(|folder| folder.parent().and_then(version).unwrap_or_default());
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    newest.or_else(on_path).expect(INSTALL)
}

fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// The user to run the server as: it refuses to be run by root.
fn other_user() -> Option<&'static str> {
    let me = Command::new("id").arg("-u").output().expect("id");
    (me.stdout == b"0\n").then_some("postgres")
}

fn as_user(program: &Path) -> Command {
    let mut command = match other_user() {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups"]).arg(program);
            command
        }
    };
    command.current_dir("/");
    command
}

fn guard(programs: &Path, folder: &Path) -> Child {
    const WAIT: &str = "trap '' INT TERM HUP; read -r _; \
                        \"$1/pg_ctl\" -D \"$2/data\" -m immediate -t 30 stop; rm -rf \"$2\"";
    as_user(Path::new("/bin/sh"))
        .args(["-c", WAIT, "guard"])
        .args([programs, folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a guard")
}

fn run(command: &mut Command) {
    assert_eq!(try_run(command), Ok(()));
}

fn try_run(command: &mut Command) -> Result<(), String> {
    // To a file and not a pipe: a server that stays would keep the pipe open.
    let said = tempfile::NamedTempFile::new().expect("a file");
    let out = |file: &tempfile::NamedTempFile| Stdio::from(file.reopen().expect("a file"));
    let ended = command.stdin(Stdio::null()).stdout(out(&said)).stderr(out(&said)).status();
    let ended = ended.expect(INSTALL);
    let said = std::fs::read_to_string(said.path()).expect("readable");
    if ended.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
}
