//! A `landcycle serve` that this program started, and a client just good enough to ask whether it answers.
//!
//! **Invariant:** the server ends with its handle, whatever went wrong between.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_mins(2);
const PORTS_TRIED: u16 = 100;

/// The first free loopback port from the wished one on; 0 lets the system choose.
pub(crate) fn free_port(wished: u16) -> Result<u16, String> {
    let last = if wished == 0 { 0 } else { wished.saturating_add(PORTS_TRIED) };
    (wished..=last)
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?.local_addr().ok())
        .map(|address| address.port())
        .ok_or(format!("no port from {wished} to {last} is free on the loopback interface"))
}

/// A proposal that the page can compare with, by its folder in the workspace.
const REFORM: &str = "examples/reform-support-share";

/// The command that serves a store on a port, to be run in the workspace's root.
pub(crate) fn command(binary: &Path, store: &Path, port: u16) -> Command {
    let mut command = Command::new(binary);
    command.arg("serve").arg("--store").arg(store).args(["--port", &port.to_string(), "--reform", REFORM]);
    command
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts it; its talk goes into the file, if one is given.
    pub(crate) fn start(mut command: Command, port: u16, log: Option<&Path>) -> Result<Self, String> {
        if let Some(path) = log {
            let open = || {
                File::create(path).map_err(|error| format!("{} cannot be written: {error}", path.display()))
            };
            let file = open()?;
            let copy = file.try_clone().map_err(|error| format!("{}: {error}", path.display()))?;
            command.stdout(file).stderr(copy);
        }
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("`{}` cannot be run: {error}", crate::process::spelled(&command)))?;
        Ok(Self { child, port })
    }

    /// Where the page is.
    pub(crate) fn address(&self) -> String {
        address(self.port)
    }

    /// Waits until the page, what it loads, and `/api/status` answer; returns the status.
    pub(crate) fn wait(&mut self) -> Result<Value, String> {
        let begun = Instant::now();
        loop {
            if let Some(status) =
                self.child.try_wait().map_err(|error| format!("the server is lost: {error}"))?
            {
                return Err(format!("the server ended before it answered ({status})"));
            }
            match self.probe() {
                Ok(status) => return Ok(status),
                Err(fault) if begun.elapsed() > PATIENCE => {
                    return Err(format!("{} does not answer as it should: {fault}", self.address()));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn probe(&self) -> Result<Value, String> {
        let page = get(self.port, "/")?;
        for part in parts_of(&page) {
            get(self.port, part)?;
        }
        let status = get(self.port, "/api/status")?;
        serde_json::from_str(&status).map_err(|error| format!("/api/status is not JSON: {error}"))
    }

    /// What it answers to a reader.
    pub(crate) fn json(&self, path: &str) -> Result<Value, String> {
        serde_json::from_str(&get(self.port, path)?).map_err(|error| format!("{path} is not JSON: {error}"))
    }

    /// Stops it and waits for its end.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        self.child.kill().map_err(|error| format!("the server cannot be stopped: {error}"))?;
        self.child.wait().map(drop).map_err(|error| format!("the server is lost: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` both do nothing; otherwise a fault is on its way already, and it is the one to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of the page on a port.
pub(crate) fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

/// The scripts and styles that a page names.
fn parts_of(page: &str) -> impl Iterator<Item = &str> {
    ["src=\"", "href=\""]
        .into_iter()
        .flat_map(|mark| page.split(mark).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with('/'))
}

/// The body of a successful answer.
fn get(port: u16, path: &str) -> Result<String, String> {
    let fault = |error: std::io::Error| format!("{path}: {error}");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(fault)?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).map_err(fault)?;
    // HTTP/1.0: the answer ends with the connection, and is never sent in chunks.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")
        .map_err(fault)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(fault)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(format!("{path}: not an HTTP answer"))?;
    let line = head.lines().next().unwrap_or_default();
    if line.split(' ').nth(1) == Some("200") { Ok(body.to_owned()) } else { Err(format!("{path}: {line}")) }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::{free_port, parts_of};

    #[test]
    fn a_taken_port_is_passed_over() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = taken.local_addr().expect("bound").port();
        assert!(free_port(port).expect("another") > port);
    }

    #[test]
    fn a_page_names_its_parts() {
        let page = r#"<link href="/assets/a.css"><script src="/assets/a.js"></script><a href="https://x">"#;
        assert_eq!(parts_of(page).collect::<Vec<_>>(), ["/assets/a.js", "/assets/a.css"]);
    }
}
