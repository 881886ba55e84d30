//! The JSON line of a program's run, the same of every engine. Also a module of `sp1-jit`.

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};

/// What every engine says of a run that ended by HALT.
pub struct Run<'a> {
    pub engine: &'a str,
    pub cycles: u64,
    pub exit_code: u32,
    /// The words that the program gave to COMMIT.
    pub digest: [u32; 8],
    pub public_values: &'a [u8],
}

impl Run<'_> {
    /// The line's fields, with the CPU time of this process so far and its highest resident memory.
    pub fn fields(&self) -> Map<String, Value> {
        let fields = json!({
            "engine": self.engine,
            "cycles": self.cycles,
            "exit_code": self.exit_code,
            "digest": self.digest,
            "public_values": hex(self.public_values),
            "cpu_seconds": cpu_seconds(),
            "max_rss_kb": max_rss_kb(),
        });
        match fields {
            Value::Object(fields) => fields,
            _ => unreachable!("json! of braces is an object"),
        }
    }
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
