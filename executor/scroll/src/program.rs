//! The program: a request's blobs in, what was executed out.

use attestor_child::{Answer, Bounds, Fields, Program, Work, limit_of};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::compression::Compressor;
use crate::failure::{Class, Failure, invalid_request};
use crate::range::{Checked, Range};
use crate::request::{Blocks, Chain};
use crate::witness::Witness;

/// What a request's header says.
pub struct Call {
    /// A report about the process needs none.
    chain: Result<Chain, Failure>,
    cpu_seconds: u64,
    memory_bytes: u64,
    /// When the call was read, in CPU seconds of the process.
    start: f64,
}

/// attestor-scroll.
pub struct Scroll;

impl Program for Scroll {
    type Class = Class;
    type Call = Call;
    const VERSION: u64 = 1;
    /// It runs no code of its own making, and in one thread.
    const WORK: Work = Work::Decode;

    fn read(fields: &Fields) -> Result<Call, Failure> {
        Ok(Call {
            chain: Chain::parse(fields),
            cpu_seconds: limit_of(fields, "cpu_seconds")?,
            memory_bytes: limit_of(fields, "memory_bytes")?,
            // The first look at the clock asks the kernel for what no later one does: now it may.
            start: cpu_seconds(),
        })
    }

    fn bounds(call: &Call) -> Bounds {
        Bounds {
            cpu_seconds: call.cpu_seconds,
            address_bytes: call.memory_bytes,
            data_bytes: call.memory_bytes,
            file_bytes: 0,
        }
    }

    fn answer(call: Call, blobs: Vec<Vec<u8>>) -> Result<Answer, Failure> {
        let [blocks, nodes, codes] = blobs.as_slice() else {
            return Err(invalid_request("a request has three blobs: blocks, nodes, codes"));
        };
        let range = Range::new(call.chain?, Blocks::decode(blocks)?)?;
        let witness = Witness::new(range.era()?, nodes, codes)?;
        let mut state = witness.state(range.pre_state_root())?;
        let checked = range.execute(&mut state, &mut Compressor::new())?;
        let blocks: Vec<Value> = checked.iter().map(described).collect();
        let fields = [
            ("blocks", json!(blocks)),
            ("parent_checked", json!(range.parent_checked)),
            ("cpu_seconds", json!(cpu_seconds() - call.start)),
        ];
        Ok(Answer::new(fields, None))
    }
}

fn described(block: &Checked) -> Value {
    let fields = &block.header.fields;
    json!({
        "number": fields.number,
        "hash": block.header.hash.to_string(),
        "parent_hash": fields.parent_hash.to_string(),
        "timestamp": fields.timestamp,
        "fork": block.fork.name(),
        "pre_state_root": block.pre_state_root.to_string(),
        "post_state_root": fields.state_root.to_string(),
        "withdraw_root": block.withdraw_root.to_string(),
        "gas_used": fields.gas_used,
        "transactions_root": fields.transactions_root.to_string(),
        "receipts_root": fields.receipts_root.to_string(),
        "transactions": block.transactions,
        "l1_messages": block.l1_messages,
        "transactions_digest": block.transactions_digest.to_string(),
    })
}

/// CPU time of this process so far.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
