//! Wall and processor time, and memory, as the system counts them.

use std::time::Instant;

/// How long something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Seconds of processor, of all threads.
    pub(crate) cpu: f64,
}

/// Runs something and tells how long it took.
pub(crate) fn timed<T>(mut action: impl FnMut() -> T) -> (Time, T) {
    let (cpu, clock) = (cpu_seconds(), Instant::now());
    let value = action();
    let wall = clock.elapsed().as_secs_f64();
    (Time { wall, cpu: cpu_seconds() - cpu }, value)
}

/// Processor time of this process so far: clock ticks of a hundredth of a second. 0 where the
/// system does not tell.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may contain blanks.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Lets the count of the most memory begin anew, where the system can.
pub(crate) fn forget_peak() {
    // Without it the peak is that of the whole process, which is only more.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process has had, in MiB.
pub(crate) fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// The middle of some measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
