//! What a process has used. Also a module of `sp1-jit`, and of a program in `keys-check`.

use serde_json::{Map, Value, json};

/// The CPU time of this process so far, and its highest resident memory.
pub fn fields() -> Map<String, Value> {
    let fields = [("cpu_seconds", json!(cpu_seconds())), ("max_rss_kb", json!(max_rss_kb()))];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// CPU time of the threads that live, user and system. Source: sched-stats in the kernel's
/// documentation: the first number of a task's `schedstat`, in nanoseconds.
pub fn cpu_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return f64::NAN;
    };
    let nanoseconds = tasks.flatten().map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0_u64)
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}

/// The highest resident memory of this process, in KiB. Source: proc(5), VmHWM.
pub fn max_rss_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
