//! Run a program on SP1 v3.4's executor, and judge what it recorded.

use serde_json::json;
use sp1_core_executor::{ExecutionError, Executor, Program, SP1Context};
use sp1_stark::{MAX_DEFERRED_SPLIT_THRESHOLD, SP1CoreOpts, SplitOpts};

use crate::calls;
use crate::failure::{Class, Failure, guarded};
use crate::judge::Judge;
use crate::limits::Limits;
use crate::program;
use crate::serve::{Answer, ENGINE, Main, Request, SP1_VERSION, Work};

/// Cycles between two looks at what was recorded, of which each takes half a kilobyte or so.
const RECORDED_CYCLES: usize = 1 << 14;

/// What attestor-execute-v3 does.
pub struct Execute;

impl Main for Execute {
    const WORK: Work = Work::Decode;

    /// Answer a request to run the ELF with the further blobs as stdin entries.
    fn answer(request: &Request) -> Result<Answer, Failure> {
        let (elf, stdin) = request.program()?;
        Ok(run(program::load(elf)?, stdin, &request.limits)?.answer())
    }
}

/// The results of a program that halted.
#[derive(Debug)]
pub(crate) struct Run {
    pub exit_code: u32,
    /// As SP1's `global_clk` counts.
    pub cycles: u64,
    /// The eight words that the program committed to.
    pub digest: [u32; 8],
    pub public_values: Vec<u8>,
}

impl Run {
    fn answer(self) -> Answer {
        let bytes = self.digest.iter().flat_map(|word| word.to_le_bytes());
        let digest: String = bytes.map(|byte| format!("{byte:02x}")).collect();
        let fields = [
            ("exit_code", json!(self.exit_code)),
            ("cycles", json!(self.cycles)),
            ("digest", json!(digest)),
            ("engine", json!(ENGINE)),
            ("sp1", json!(SP1_VERSION)),
        ];
        Answer::new(fields, Some(self.public_values))
    }
}

/// Run until the program halts. One that halts with exit code 0 has kept to all rules.
pub(crate) fn run(program: Program, stdin: &[Vec<u8>], limits: &Limits) -> Result<Run, Failure> {
    let judge = Judge::new();
    let run = guarded(Class::GuestFault, || {
        // SP1 ends a run at the cycle that it names, before it sees whether that was the last.
        let max_cycles = Some(limits.cycles.saturating_add(1));
        let context = SP1Context { max_cycles, ..SP1Context::default() };
        let mut executor = Executor::with_context(program, options(), context);
        calls::watch(&mut executor, &judge, limits.public_values_bytes);
        executor.write_vecs(stdin);
        let exit_code = execute(&mut executor, &judge)?;
        Ok(result(executor, exit_code))
    });
    if let Some(refused) = judge.refused() {
        return Err(refused);
    }
    let run = run??;
    if run.exit_code == 0 {
        judge.verdict()?;
    }
    Ok(run)
}

fn execute(executor: &mut Executor<'_>, judge: &Judge) -> Result<u32, Failure> {
    loop {
        match executor.execute_record() {
            Ok((records, done)) => {
                judge.read(&records);
                if done {
                    return Ok(0);
                }
            }
            Err(ExecutionError::HaltWithNonZeroExitCode(code)) => {
                // The cycle of HALT itself is not counted then.
                executor.state.global_clk += 1;
                return Ok(code);
            }
            Err(ExecutionError::ExceededCycleLimit(_)) => {
                return Err(Failure::new(Class::LimitCycles, "the cycle limit was reached"));
            }
            Err(error) => return Err(Failure::new(Class::GuestFault, error.to_string())),
        }
    }
}

fn result(executor: Executor<'_>, exit_code: u32) -> Run {
    Run {
        exit_code,
        cycles: executor.state.global_clk,
        digest: executor.record.public_values.committed_value_digest,
        public_values: executor.state.public_values_stream,
    }
}

/// None of these changes a result. SP1's own defaults read files to know the machine's memory.
fn options() -> SP1CoreOpts {
    SP1CoreOpts {
        shard_size: RECORDED_CYCLES,
        shard_batch_size: 1,
        split_opts: SplitOpts::new(MAX_DEFERRED_SPLIT_THRESHOLD),
        reconstruct_commitments: false,
        trace_gen_workers: 1,
        checkpoints_channel_capacity: 1,
        records_and_traces_channel_capacity: 1,
    }
}

#[cfg(test)]
mod tests;
