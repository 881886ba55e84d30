//! The records of a run, from which SP1's prover fills its tables: one shard each.
//!
//! A program of some thousand cycles is one shard of execution, and then only its memory and its
//! precompiles have more. SP1's `generate_records` does the same for longer ones, but builds the
//! whole machine anew, which takes most of a second.

use std::sync::Arc;

use hashbrown::HashSet;
use sp1_core_executor::{
    CompressedMemory, CompressedPages, CycleResult, ExecutionRecord, Program, SP1CoreOpts,
    SplicedMinimalTrace, SplicingVMEnum, SplitOpts,
};
use sp1_core_executor_runner::MinimalExecutorRunner;
use sp1_core_machine::executor::trace_chunk;
use sp1_core_machine::io::SP1Stdin;
use sp1_core_machine::utils::{emit_globals, generate_records};
use sp1_hypercube::MachineRecord;
use sp1_jit::{MinimalTrace, TraceChunk};
use sp1_primitives::SP1Field;

use super::chips::Circuit;

const NONCE: [u32; 4] = [0; 4];

/// In the order of a proof's shards.
pub(super) fn records(
    circuit: &Circuit,
    program: &Arc<Program>,
    stdin: &[Vec<u8>],
) -> Result<Vec<ExecutionRecord>, String> {
    let mut records = match one_shard(circuit, program, stdin)? {
        Some(records) => records,
        None => {
            let stdin = SP1Stdin { buffer: stdin.to_vec(), ptr: 0, proofs: Vec::new() };
            let opts = SP1CoreOpts::default();
            let made = generate_records::<SP1Field>(program.clone(), stdin, opts, NONCE);
            made.map_err(|error| error.to_string())?.0
        }
    };
    records.sort_by_key(|record| {
        let values = &record.public_values;
        let memory = (values.previous_init_addr, values.previous_finalize_addr);
        (values.initial_timestamp, values.last_timestamp, memory)
    });
    Ok(records)
}

/// None: the run has more than one shard of execution.
fn one_shard(
    circuit: &Circuit,
    program: &Arc<Program>,
    stdin: &[Vec<u8>],
) -> Result<Option<Vec<ExecutionRecord>>, String> {
    let opts = SP1CoreOpts::default();
    let mut executor = MinimalExecutorRunner::new(
        program.clone(),
        false,
        Some(opts.minimal_trace_chunk_threshold),
        opts.memory_limit,
        opts.trace_chunk_slots,
    );
    stdin.iter().for_each(|buffer| executor.with_input(buffer));
    let chunk = executor.try_execute_chunk().map_err(|error| error.to_string())?;
    let chunk: TraceChunk = chunk.ok_or("the program executed nothing")?.into();
    if !executor.is_done() {
        return Ok(None);
    }
    let Some((shard, touched, pages)) = whole(&chunk, program, &opts) else { return Ok(None) };
    let empty = || ExecutionRecord::new(program.clone(), NONCE, opts.global_dependencies_opt);
    let traced = trace_chunk::<SP1Field>(program.clone(), opts.clone(), shard, NONCE, empty());
    let (done, mut record, registers) = traced.map_err(|error| error.to_string())?;
    if !done {
        return Ok(None);
    }
    emit_globals(&executor, &mut record, registers, touched, pages);
    let mut deferred = empty();
    deferred.append(&mut record.defer(&opts.retained_events_presets));
    let split = SplitOpts::new(&opts, program.instructions.len(), false);
    // Whether memory fits into the one shard too, as `generate_records` asks.
    let memory = deferred
        .global_memory_initialize_events
        .len()
        .max(deferred.global_memory_finalize_events.len());
    let fits = record.estimated_trace_area <= split.pack_trace_threshold
        && memory <= split.combine_memory_threshold;
    let mut records = deferred.split(true, &mut record, fits, &split);
    records.insert(0, record);
    // Of tables that are too large nothing else is asked.
    if records.iter().all(|record| circuit.oversize(record).is_empty()) {
        circuit.generate_dependencies(&mut records);
    }
    Ok(Some(records))
}

type Touched = HashSet<u64>;

/// The run as one shard, and the memory that it touches.
fn whole(
    chunk: &TraceChunk,
    program: &Arc<Program>,
    opts: &SP1CoreOpts,
) -> Option<(SplicedMinimalTrace<TraceChunk>, Touched, Touched)> {
    let (mut touched, mut pages) = (CompressedMemory::new(), CompressedPages::new());
    let mut shard = SplicedMinimalTrace::new_full_trace(chunk.clone());
    {
        let mut vm = SplicingVMEnum::new(
            chunk,
            program.clone(),
            &mut touched,
            &mut pages,
            NONCE,
            opts.clone(),
        );
        match vm.execute() {
            Ok(CycleResult::Done(true)) => {}
            _ => return None,
        }
        shard.set_last_clk(vm.clk());
        shard.set_last_mem_reads_idx(chunk.num_mem_reads() as usize);
    }
    Some((shard, touched.is_set().into_iter().collect(), pages.is_set().into_iter().collect()))
}
