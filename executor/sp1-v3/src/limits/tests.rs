use serde_json::{Value, json};

use super::*;

fn parse(limits: &Value) -> Result<Limits, Failure> {
    Limits::parse(json!({"limits": limits}).as_object().unwrap())
}

fn full() -> Value {
    json!({"cycles": 4, "cpu_seconds": 1, "memory_bytes": 2, "public_values_bytes": 3})
}

#[test]
fn limits_are_read_and_bound_the_process() {
    let limits = parse(&full()).unwrap();

    assert_eq!(
        limits,
        Limits { cycles: 4, cpu_seconds: 1, memory_bytes: 2, public_values_bytes: 3 }
    );
    let bounds = limits.bounds();
    assert_eq!((bounds.cpu_seconds, bounds.data_bytes, bounds.file_bytes), (1, 2, 0));
    assert_eq!(bounds.address_bytes, 2 + SLACK_BYTES);
}

#[test]
fn bounds_of_the_largest_memory_do_not_wrap() {
    let limits = Limits { memory_bytes: u64::MAX, ..parse(&full()).unwrap() };

    assert_eq!(limits.bounds().address_bytes, u64::MAX);
}

#[test]
fn absent_or_odd_limits_are_refused() {
    for name in ["cycles", "cpu_seconds", "memory_bytes", "public_values_bytes"] {
        for odd in [json!(null), json!(0), json!(-1), json!("1"), json!(1.5)] {
            let mut limits = full();
            limits[name] = odd;
            assert!(parse(&limits).unwrap_err().detail.contains(name));
        }
    }
}
