//! Random programs: the translator's results are the interpreter's. And `compiled`, for tests of
//! single regions.

use crate::assembly::{
    A0, A1, A2, ECALL, LIMITS, T0, addi, branch, data_address, halt, i_type, image, jal, lui,
    r_type, run_both, sd, store,
};
use crate::context::Context;
use crate::exit::Exit;
use crate::hotness::Hotness;
use crate::image::Image;
use crate::memory::Memory;
use crate::outcome::{Limits, Mode};
use crate::run::run;

/// Where compiled code of the first region leaves, with these registers at its start and fuel for
/// 100 instructions.
pub(super) fn compiled(image: &Image, registers: [u64; 32]) -> (Exit, Context) {
    entered(image, &[0], registers)
}

/// The same with several regions; the first one is entered.
pub(super) fn entered(image: &Image, starts: &[usize], registers: [u64; 32]) -> (Exit, Context) {
    let mut hotness = Hotness::for_instructions(image.instructions.len(), 0);
    let mut translator = super::Translator::new(image, true).expect("a target");
    for &start in starts {
        assert!(translator.translate(image, start, 0, &registers, &mut hotness));
    }
    let memory = Memory::new(1 << 20).expect("memory");
    let mut context = Context { registers, ..Context::new(image.entry, 100) };
    let exit = translator.enter(starts[0], &mut context, &memory);
    (exit, context)
}

/// A small generator (splitmix64), so that a failure's seed is enough to see it again.
pub(super) struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ value >> 31
    }

    pub(super) fn below(&mut self, limit: u64) -> u32 {
        (self.next() % limit) as u32
    }

    /// x1 to x28: x29 to x31 are the harness's.
    fn register(&mut self) -> u32 {
        self.below(29)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

const WHOLE: [(u32, u32); 18] = [
    (0, 0),
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (0, 32),
    (5, 32),
    (0, 1),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 1),
    (6, 1),
    (7, 1),
];
const HALVES: [(u32, u32); 10] =
    [(0, 0), (1, 0), (5, 0), (0, 32), (5, 32), (0, 1), (4, 1), (5, 1), (6, 1), (7, 1)];

fn random_instruction(random: &mut Random, left: u32) -> u32 {
    let (rd, rs1, rs2) = (random.register(), random.register(), random.register());
    let immediate = random.below(4096) as i32 - 2048;
    match random.below(13) {
        0..=2 => {
            let (funct3, funct7) = random.pick(&WHOLE);
            r_type(0x33, funct3, funct7, rd, rs1, rs2)
        }
        3 | 4 => {
            let (funct3, funct7) = random.pick(&HALVES);
            r_type(0x3b, funct3, funct7, rd, rs1, rs2)
        }
        5 => i_type(0x13, random.pick(&[0, 2, 3, 4, 6, 7]), rd, rs1, immediate),
        6 => {
            let (funct3, top) = random.pick(&[(1, 0), (5, 0), (5, 0x400)]);
            i_type(0x13, funct3, rd, rs1, random.below(64) as i32 | top)
        }
        7 => {
            let (funct3, top) = random.pick(&[(1, 0), (5, 0), (5, 0x400)]);
            i_type(0x1b, funct3, rd, rs1, random.below(32) as i32 | top)
        }
        8 => random.pick(&[0x37, 0x17]) | rd << 7 | random.next() as u32 & 0xffff_f000,
        9 => {
            let funct3 = random.below(7);
            let offset = (random.below(2048) >> (funct3 & 3)) << (funct3 & 3);
            i_type(0x03, funct3, rd, 30, offset as i32)
        }
        // From here to the end of the block, addresses are known.
        11 if random.below(3) == 0 => data_address(30),
        10 => {
            let funct3 = random.below(4);
            store(funct3, rs2, 30, ((random.below(2048) >> funct3) << funct3) as i32)
        }
        _ => {
            let over = 1 + random.below(u64::from(left.clamp(1, 9)));
            branch(random.pick(&[0, 1, 4, 5, 6, 7]), rs1, rs2, 4 * over as i32)
        }
    }
}

/// A loop of random instructions, after which memory and registers become public values.
pub(super) fn random_program(random: &mut Random, rounds: u32) -> Vec<u32> {
    let mut words = vec![data_address(30), lui(31, rounds << 12), i_type(0x13, 5, 31, 31, 12)];
    for register in 1..29 {
        words.push(lui(register, random.next() as u32));
        words.push(r_type(0x33, 0, 1, register, register, register - 1));
        words.push(addi(register, register, random.below(4096) as i32 - 2048));
    }
    let length = 5 + random.below(150);
    for index in 0..length {
        words.push(random_instruction(random, length - index));
    }
    // A branch may skip as far as here.
    words.extend([addi(0, 0, 0); 10]);
    words.push(addi(31, 31, -1));
    words.push(branch(1, 31, 0, -4 * (length as i32 + 11)));
    words.extend((1..29).map(|register| sd(register, 30, 8 * register as i32)));
    words.extend([addi(T0, 0, 2), addi(A0, 0, 13), addi(A1, 30, 0), addi(A2, 0, 2040), ECALL]);
    words.extend(halt());
    words
}

#[test]
fn random_programs_give_the_same_in_both_modes() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let rounds = random.pick(&[1, 20, 1000]);
        let image = image(&random_program(&mut random, rounds));
        let outcome = run_both(&image, &[], &LIMITS).unwrap_or_else(|stop| panic!("{seed} {stop}"));
        assert_eq!(outcome.public_values.len(), 2040);
        let cycles = u64::from(random.below(outcome.cycles));
        assert!(run_both(&image, &[], &Limits { cycles, ..LIMITS }).is_err(), "{seed}");
    }
}

#[test]
fn hot_loops_are_compiled_and_cold_ones_not() {
    let instructions = |rounds| {
        let image = image(&random_program(&mut Random(1), rounds));
        let outcome = run(&image, &[], &LIMITS, Mode::Tiered).expect("halts");
        assert!(outcome.compiled_instructions == 0 || outcome.compile_seconds > 0.0);
        outcome.compiled_instructions
    };
    assert_eq!(instructions(10), 0);
    assert!(instructions(100) > 0);
}

#[test]
fn compiling_is_paid_for_by_executing() {
    // Every one of 60,000 instructions becomes hot as the start of a region of its own.
    let count = 60_000;
    let mut words = vec![addi(1, 0, 0)];
    words.extend(std::iter::repeat_n(branch(1, 0, 0, 8), count));
    words.push(jal(0, -4 * 1000));
    let limits = Limits { cycles: 50_000_000, ..LIMITS };
    let image = image(&words);
    let mut translator = super::Translator::new(&image, true).expect("a target");
    let mut executed = 0;
    for start in 0..count {
        translator.translate(&image, start, executed, &[0; 32], &mut Hotness::off());
        executed += 10;
    }
    let paid = super::FREE_INSTRUCTIONS + executed / super::CYCLES_PER_INSTRUCTION;
    let spent = translator.instructions() * (1 + super::PER_REGION);
    assert!(spent > paid / 2 && spent <= paid + 1000, "{spent} of {paid}");
    assert_eq!(run(&image, &[], &limits, Mode::Tiered), Err(crate::Stop::LimitCycles));
}
