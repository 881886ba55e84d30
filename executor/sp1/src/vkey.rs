//! The verifying key of a program: what SP1's own light node computes, without its prover.
//!
//! Source: `SP1LightNode::setup` in sp1-prover 6.x, which does no more than this with the two
//! constants of `crates/prover/src/components.rs`. The integration tests hold the result against
//! keys that others published.

use std::sync::Arc;

use serde_json::json;
use sp1_core_executor::Program;
use sp1_core_machine::riscv::RiscvAir;
use sp1_hypercube::prover::{AirProver, CpuShardProver, ProverSemaphore, SP1InnerPcsProver};
use sp1_hypercube::{HashableKey, SP1Pcs, SP1VerifyingKey, ShardVerifier};
use sp1_primitives::fri_params::core_fri_config;
use sp1_primitives::{SP1Field, SP1GlobalContext};

use crate::SP1_VERSION;
use crate::failure::{Class, Failure, guarded};
use crate::program;
use crate::serve::{Answer, Request};

const CORE_LOG_STACKING_HEIGHT: u32 = 21;
const CORE_MAX_LOG_ROW_COUNT: usize = 22;
/// More threads are hardly faster, and each reserves address space.
const MAX_THREADS: usize = 4;

type Prover = CpuShardProver<
    SP1GlobalContext,
    SP1Pcs<SP1GlobalContext>,
    SP1InnerPcsProver,
    RiscvAir<SP1Field>,
>;

/// Answer a request for the key of the ELF in blob 0.
pub fn answer(request: &Request) -> Result<Answer, Failure> {
    let [elf] = request.blobs.as_slice() else {
        return Err(Failure::new(Class::Crash, "a request for a key carries one blob, the ELF"));
    };
    let program = program::load(elf)?;
    let instructions = program.instructions.len();
    let words = guarded(Class::Crash, || words(program))??;
    let fields = [
        ("words", json!(words)),
        ("instructions", json!(instructions)),
        ("sp1", json!(SP1_VERSION)),
    ];
    Ok(Answer::new(fields, None))
}

/// The key's digest, eight KoalaBear field elements.
fn words(program: Arc<Program>) -> Result<[u32; 8], Failure> {
    let failed = |error: &dyn ToString| Failure::new(Class::Crash, error.to_string());
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|error| failed(&error))?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().map_err(|error| failed(&error))?;
    let verifier = ShardVerifier::from_basefold_parameters(
        core_fri_config(),
        CORE_LOG_STACKING_HEIGHT,
        CORE_MAX_LOG_ROW_COUNT,
        RiscvAir::machine(),
    );
    let prover = Prover::new(verifier);
    let (_, vk) = runtime.block_on(prover.setup(program, ProverSemaphore::new(1)));
    Ok(SP1VerifyingKey { vk }.hash_u32())
}
