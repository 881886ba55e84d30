//! The committed guests, in both modes.

use attestor_engine::{Image, Limits, Mode, Outcome, Stop, run};

const LIMITS: Limits =
    Limits { cycles: 50_000_000, memory_bytes: 256 << 20, public_values_bytes: 1 << 20 };

fn run_guest(name: &str, stdin: &[Vec<u8>]) -> Result<Outcome, Stop> {
    let path = format!("{}/../../guests/elf/{name}.elf", env!("CARGO_MANIFEST_DIR"));
    let image = Image::parse(&std::fs::read(path).expect("a guest")).expect("a program");
    let [tiered, interpreted] = [Mode::Tiered, Mode::InterpreterOnly].map(|mode| {
        let result = run(&image, stdin, &LIMITS, mode);
        result.map(|outcome| Outcome { compiled_instructions: 0, compile_seconds: 0.0, ..outcome })
    });
    assert_eq!(tiered, interpreted, "{name}");
    tiered
}

#[test]
fn fibonacci_commits_its_numbers() {
    for (n, numbers) in [(10, [10, 55, 89]), (500, [500, 1268, 1926])] {
        let outcome = run_guest("fibonacci", &[u32::to_le_bytes(n).to_vec()]).expect("halts");
        assert_eq!(outcome.exit_code, 0);
        assert_eq!(outcome.public_values, numbers.map(u32::to_le_bytes).concat());
    }
}

#[test]
fn a_long_run_is_the_same_in_both_modes() {
    let outcome = run_guest("fibonacci", &[1_000_000_u32.to_le_bytes().to_vec()]).expect("halts");
    assert!(outcome.cycles > 6_000_000);
}

#[test]
fn test_guests_end_as_they_are_meant_to() {
    let exit = |name| run_guest(name, &[]).map(|outcome| outcome.exit_code);
    assert_eq!(exit("test/panic"), Ok(1));
    assert_eq!(exit("test/lie"), Ok(0));
    assert_eq!(exit("test/spin"), Err(Stop::LimitCycles));
    assert!(matches!(exit("test/oob"), Err(Stop::Fault(_)) | Ok(_)));
    assert!(
        matches!(exit("test/recursion"), Err(Stop::Unsupported(what)) if what.contains("VERIFY"))
    );
}

#[test]
fn threads_with_compiled_code_do_not_disturb_each_other() {
    let numbers = || {
        let stdin = [1_000_000_u32.to_le_bytes().to_vec()];
        run_guest("fibonacci", &stdin).expect("halts").public_values
    };
    // Its compiled loop touches memory for the first time again and again.
    let windows = || run_guest("test/sparse", &[3000_u64.to_le_bytes().to_vec()]).expect("halts");
    let (alone, sparse_alone) = (numbers(), windows());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..4).for_each(|_| assert_eq!(numbers(), alone)));
            scope.spawn(|| (0..4).for_each(|_| assert_eq!(windows(), sparse_alone)));
        }
    });
}
