//! The verifying key of a program, by SP1's own machine.

use p3_baby_bear::BabyBear;
use p3_field::{AbstractField, PrimeField32, TwoAdicField};
use rayon::ThreadPoolBuilder;
use rustix::thread::sched_getaffinity;
use serde_json::json;
use sp1_core_executor::Program;
use sp1_core_machine::riscv::{CoreShapeConfig, RiscvAir};
use sp1_primitives::poseidon2_hash;
use sp1_stark::StarkVerifyingKey;
use sp1_stark::baby_bear_poseidon2::BabyBearPoseidon2;

use crate::failure::{Class, Failure, guarded};
use crate::program;
use crate::serve::{Answer, Main, Request, SP1_VERSION, Work};

/// More would only reserve address space, and the sandbox lets no more than eight live.
const MAX_THREADS: usize = 4;

/// What attestor-vkey-v3 does.
pub struct Key;

impl Main for Key {
    const WORK: Work = Work::Compute;

    /// Answer a request for the key of the ELF, which is the only blob.
    fn answer(request: &Request) -> Result<Answer, Failure> {
        let (elf, []) = request.program()? else {
            return Err(Failure::crash("a request for a key carries nothing but the ELF"));
        };
        let mut program = program::load(elf)?;
        let instructions = program.instructions.len();
        start_threads()?;
        let words = guarded(Class::Crash, || words_of(&mut program))??;
        let fields = [
            ("words", json!(words)),
            ("instructions", json!(instructions)),
            ("sp1", json!(SP1_VERSION)),
        ];
        Ok(Answer::new(fields, None))
    }
}

/// rayon itself would read files to count processors, which this process may not.
fn start_threads() -> Result<(), Failure> {
    let processors = sched_getaffinity(None).map_or(1, |set| set.count() as usize);
    ThreadPoolBuilder::new()
        .num_threads(processors.min(MAX_THREADS))
        .build_global()
        .map_err(|error| Failure::crash(format!("cannot start threads: {error}")))
}

/// As SP1's prover sets a program up: with the heights of tables that its recursion knows.
fn words_of(program: &mut Program) -> Result<[u32; 8], Failure> {
    CoreShapeConfig::<BabyBear>::default()
        .fix_preprocessed_shape(program)
        .map_err(|error| Failure::new(Class::InvalidElf, error.to_string()))?;
    let machine = RiscvAir::machine(BabyBearPoseidon2::new());
    let (_, key) = machine.setup(program);
    Ok(digest(&key))
}

/// `HashableKey::hash_u32` of sp1-prover: commitment, start, and the domain of each table.
fn digest(key: &StarkVerifyingKey<BabyBearPoseidon2>) -> [u32; 8] {
    let commitment: &[BabyBear; 8] = key.commit.as_ref();
    let mut hashed = commitment.to_vec();
    hashed.push(key.pc_start);
    for (_, domain, _) in &key.chip_information {
        hashed.extend([
            BabyBear::from_canonical_usize(domain.log_n),
            BabyBear::from_canonical_usize(1 << domain.log_n),
            domain.shift,
            BabyBear::two_adic_generator(domain.log_n),
        ]);
    }
    poseidon2_hash(hashed).map(|word| word.as_canonical_u32())
}
