//! Upstream's types, with the fields in its order (sp1-tee-prover, `RequestProofBody`; SP1's
//! `SP1Stdin`): serde takes a struct as an array, too, and a unit variant as a map.

use std::io::{BufReader, Read};

use serde::Deserialize;

use crate::bytes::{Bytes, Entries, NoProofs};

const BUFFER_BYTES: usize = 64 << 10;

/// What is to be run.
#[derive(Debug, Deserialize)]
pub struct Request {
    pub elf: Bytes,
    pub stdin: Stdin,
    #[expect(dead_code, reason = "read and not used, as upstream does")]
    proof_mode: ProofMode,
}

/// A program's stdin, one entry per buffer.
#[derive(Debug, Deserialize)]
pub struct Stdin {
    pub buffer: Entries,
    #[expect(dead_code, reason = "read and not used, as upstream does")]
    ptr: usize,
    #[expect(dead_code, reason = "has no value")]
    proofs: NoProofs,
}

#[derive(Debug, Deserialize)]
enum ProofMode {
    Unspecified,
    Core,
    Compressed,
    Plonk,
    Groth16,
    #[serde(rename = "TEE")]
    Tee,
}

/// The request that a text consists of, or what is wrong with it and where.
pub fn read(text: impl Read) -> Result<Request, String> {
    serde_json::from_reader(BufReader::with_capacity(BUFFER_BYTES, text))
        .map_err(|error| error.to_string())
}
