//! Limits of the host: each in a child of its own, as a limit holds for a whole process.
#![cfg(all(target_arch = "x86_64", target_os = "linux", feature = "translator"))]

use std::env;
use std::fs;
use std::process::{self, Command};

use attestor_engine::{Image, Limits, Mode, Stop, run};

const IS_CHILD: &str = "ENGINE_TEST_LIMITED";
const LIMITS: Limits =
    Limits { cycles: 50_000_000, memory_bytes: 1 << 30, public_values_bytes: 1 << 20 };
const MEBIBYTE: u64 = 1 << 20;
/// With a mark for each word.
const GUEST_ADDRESSES: u64 = (1 << 40) + (1 << 37);

fn image(name: &str) -> Image {
    let path = format!("{}/../../guests/elf/{name}.elf", env!("CARGO_MANIFEST_DIR"));
    Image::parse(&fs::read(path).expect("a guest")).expect("a program")
}

/// Do the work in a child that runs this test alone.
fn in_child(test: &str, work: impl FnOnce()) {
    if env::var_os(IS_CHILD).is_some() {
        return work();
    }
    let mut child = Command::new(env::current_exe().expect("a path"));
    let output = child.args([test, "--exact", "--nocapture"]).env(IS_CHILD, "1").output();
    let output = output.expect("a child");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{said}");
}

/// Let this process have so many bytes more than it has. `field` is one of proc(5)'s status,
/// `limit` one of prlimit(1)'s options.
fn limit(field: &str, limit: &str, more: u64) {
    let status = fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
    let kibibytes: u64 = line.trim_matches([':', '\t', ' ', 'k', 'B']).parse().expect("a number");
    let bytes = (kibibytes << 10) + more;
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &process::id().to_string(), &format!("--{limit}={bytes}")]);
    assert!(prlimit.status().expect("prlimit").success());
}

#[test]
fn memory_that_the_host_refuses_is_the_hosts() {
    in_child("memory_that_the_host_refuses_is_the_hosts", || {
        // A chunk in each window, and as much for marks: some 2400 of them, so that the loop is compiled before.
        let (sparse, windows) = (image("test/sparse"), [10_000_u64.to_le_bytes().to_vec()]);
        let few = [2000_u64.to_le_bytes().to_vec()];
        limit("VmData", "data", 2 * 150 * MEBIBYTE);

        let outcome = run(&sparse, &few, &LIMITS, Mode::Tiered).expect("halts");
        assert!(outcome.compiled_instructions > 0);
        for mode in [Mode::Tiered, Mode::InterpreterOnly] {
            assert_eq!(run(&sparse, &windows, &LIMITS, mode), Err(Stop::HostMemory));
        }
    });
}

#[test]
fn without_room_for_code_the_interpreter_runs_all() {
    in_child("without_room_for_code_the_interpreter_runs_all", || {
        let (fibonacci, stdin) = (image("fibonacci"), [100_000_u32.to_le_bytes().to_vec()]);
        let compiled = run(&fibonacci, &stdin, &LIMITS, Mode::Tiered).expect("halts");
        assert!(compiled.compiled_instructions > 0);
        limit("VmSize", "as", GUEST_ADDRESSES + 32 * MEBIBYTE);

        let interpreted = run(&fibonacci, &stdin, &LIMITS, Mode::Tiered).expect("halts");
        assert_eq!(interpreted.compiled_instructions, 0);
        assert_eq!(interpreted.public_values, compiled.public_values);
        assert_eq!(interpreted.cycles, compiled.cycles);
        assert_eq!(interpreted.digest, compiled.digest);
    });
}

#[test]
fn without_room_for_the_guest_is_the_hosts() {
    in_child("without_room_for_the_guest_is_the_hosts", || {
        let (fibonacci, stdin) = (image("fibonacci"), [10_u32.to_le_bytes().to_vec()]);
        limit("VmSize", "as", 32 * MEBIBYTE);

        assert_eq!(run(&fibonacci, &stdin, &LIMITS, Mode::Tiered), Err(Stop::HostMemory));
    });
}
