//! What a process has used. Also a module of `sp1-jit`, and of a program in `keys-check`.

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};

/// The CPU time of this process so far, and its highest resident memory.
pub fn fields() -> Map<String, Value> {
    let fields = [("cpu_seconds", json!(cpu_seconds())), ("max_rss_kb", json!(max_rss_kb()))];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// CPU time of all threads of this process, user and system.
pub fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The highest resident memory of this process, in KiB. Source: proc(5), VmHWM.
fn max_rss_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
