//! Work on a given number of threads.

/// Runs something on that many threads: as many as the machine has for 0, and on this one alone if no
/// other can be started.
pub(super) fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}
