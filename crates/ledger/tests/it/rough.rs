//! What these tests do with their server beyond using it.

use std::time::Duration;

use crate::cluster::Cluster;

impl Cluster {
    /// Starts the server again; what it left behind may take a moment to go away.
    pub(crate) fn run_server_after_a_kill(&self) {
        let wait = Duration::from_millis(100);
        let started = (0..100).any(|_| {
            let started = self.start_server().is_ok();
            if !started {
                std::thread::sleep(wait);
            }
            started
        });
        assert!(started, "{:?}", self.start_server());
    }

    /// The process of the server itself.
    pub(crate) fn process(&self) -> String {
        let told = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("it runs");
        told.lines().next().expect("a number").to_owned()
    }

    /// A new database as bare as the server makes them.
    pub(crate) fn bare_database(&self) -> String {
        self.database_like("template0")
    }

    /// The address of a database over the network, for another user.
    pub(crate) fn network_address(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}@127.0.0.1:{}/{database}", self.port)
    }
}
