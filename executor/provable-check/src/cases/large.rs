//! Work after the first COMMIT, where SP1's prover ends no shard.

use attestor_engine_check::operation::{ADDI, BNE};

use super::collection::Cases;
use crate::program::{Builder, DATA};

const SHA_COMPRESS: u64 = 0x1_0106;
/// A call fills 80 rows, and a table has 2^22.
const TOO_MANY: u64 = (1 << 22) / 80 + 1;

fn compress(builder: &mut Builder, times: u64) {
    builder.code.constant(8, times);
    let again = builder.code.label();
    builder.code.place(again);
    builder.call(SHA_COMPRESS, &[DATA + 0x100, DATA + 0x400]);
    builder.code.immediate(ADDI, 8, 8, -1);
    builder.code.branch(BNE, 8, 0, again);
}

pub(super) fn add(cases: &mut Cases) {
    for (times, refusal) in [(100, ""), (TOO_MANY, "commit_early")] {
        cases.add(&format!("compress_{times}_after_commit"), refusal, |builder| {
            builder.commit_deferred();
            compress(builder, times);
        });
    }
}
