//! cost ROUNDS REQUEST…: CPU seconds of each request (a frame in a file), with all checks and plain.
//!
//! Prints one line of JSON per request: the medians of both, and the gas. The two are measured in
//! turns in one process.

use std::fs::File;

use attestor_scroll::bench::{Cost, measure};
use serde_json::json;

/// Of one file.
const MAX_BYTES: usize = 1 << 30;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().ok_or("no number of rounds")?.parse()?;
    for path in arguments {
        let mut file = File::open(&path)?;
        let header = attestor_protocol::read_header(&mut file)?;
        let blobs = attestor_protocol::read_blobs(&mut file, &header.sizes, MAX_BYTES)?;
        let blobs: [Vec<u8>; 3] = blobs.try_into().map_err(|_| "not three blobs")?;
        let costs: Result<Vec<Cost>, _> =
            (0..rounds.max(1)).map(|_| measure(&header.fields, &blobs)).collect();
        let costs = costs.map_err(|failure| format!("{path}: {}", failure.detail))?;
        let gas_used = costs[0].gas_used;
        let full = median(costs.iter().map(|cost| cost.full.as_secs_f64()));
        let plain = median(costs.iter().map(|cost| cost.plain.as_secs_f64()));
        println!("{}", json!({"full": full, "plain": plain, "gas_used": gas_used}));
    }
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
