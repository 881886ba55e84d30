//! A fault that is not a guest's: it ends the process as if the handler were not there.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::ptr;

use crate::assembly::{LIMITS, T1, addi, branch, halt, program};
use crate::outcome::Mode;
use crate::run::run;

const IS_CHILD: &str = "ENGINE_TEST_FAULTS";

/// Run compiled code, so that the handler is set, and then read where nothing is.
fn fault_after_a_run() {
    let hot = [addi(T1, 0, 2000), addi(T1, T1, -1), branch(1, T1, 0, -4)];
    let outcome = run(&program(&[&hot, &halt()]), &[], &LIMITS, Mode::Tiered).expect("halts");
    println!("compiled: {}", outcome.compiled_instructions > 0);
    let nowhere = ptr::without_provenance::<u64>(8);
    // SAFETY: none; the process shall die of this.
    unsafe { ptr::read_volatile(nowhere) };
}

#[test]
fn foreign_fault_ends_the_process() {
    if env::var_os(IS_CHILD).is_some() {
        return fault_after_a_run();
    }
    let name = "translate::fault::tests::foreign_fault_ends_the_process";
    let mut child = Command::new(env::current_exe().expect("a path"));
    let output = child.args([name, "--exact", "--nocapture"]).env(IS_CHILD, "1").output();
    let output = output.expect("a child");
    let printed = String::from_utf8_lossy(&output.stdout);

    assert!(printed.contains("compiled: true"), "{printed}");
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{printed}");
}
