//! Verifying keys by SP1's own prover, to compare those of the package `attestor-keys` with.
//!
//! Not built by default, as nothing else needs that prover. Run it after every change of `keys` and
//! of SP1's version: `cargo test --release --locked --workspace`, in the folder `executor`.

use std::sync::Arc;

use slop_algebra::PrimeField32;
use sp1_core_executor::Program;
use sp1_core_machine::riscv::RiscvAir;
use sp1_hypercube::air::MachineProgram;
use sp1_hypercube::prover::{AirProver, CpuShardProver, ProverSemaphore, SP1InnerPcsProver};
use sp1_hypercube::{HashableKey, SP1Pcs, SP1VerifyingKey, ShardVerifier};
use sp1_primitives::fri_params::core_fri_config;
use sp1_primitives::{SP1Field, SP1GlobalContext};

const CORE_LOG_STACKING_HEIGHT: u32 = 21;
const CORE_MAX_LOG_ROW_COUNT: usize = 22;

type Prover = CpuShardProver<
    SP1GlobalContext,
    SP1Pcs<SP1GlobalContext>,
    SP1InnerPcsProver,
    RiscvAir<SP1Field>,
>;

/// The key's digest. Source: `SP1LightNode::setup` in sp1-prover 6.x, which does no more than this
/// with the two constants of `crates/prover/src/components.rs`.
pub fn verifying_key(program: Arc<Program>) -> [u32; 8] {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let verifier = ShardVerifier::from_basefold_parameters(
        core_fri_config(),
        CORE_LOG_STACKING_HEIGHT,
        CORE_MAX_LOG_ROW_COUNT,
        RiscvAir::machine(),
    );
    let prover = Prover::new(verifier);
    let (_, vk) = runtime.block_on(prover.setup(program, ProverSemaphore::new(1)));
    SP1VerifyingKey { vk }.hash_u32()
}

/// The curve point of the initial memory: x, then y, canonical.
pub fn memory_sum(program: &Program) -> [u32; 14] {
    let sum = MachineProgram::<SP1Field>::initial_global_cumulative_sum(program).0;
    let coordinate = |index: usize| if index < 7 { sum.x.0[index] } else { sum.y.0[index - 7] };
    std::array::from_fn(|index| coordinate(index).as_canonical_u32())
}
