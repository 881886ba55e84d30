//! The size of zstd's encoding, which decides fees from Feynman on.
//!
//! The bytes count, and so do the version (1.5.7) and each parameter: those of the encoder of
//! Scroll's batches (github.com/scroll-tech/da-codec).

use zstd_safe::zstd_sys::ZSTD_EndDirective::{ZSTD_e_continue, ZSTD_e_end};
use zstd_safe::{CCtx, CParameter, FrameFormat, InBuffer, OutBuffer, ParamSwitch, ResetDirective};

const WINDOW_LOG: u32 = 22;
const TARGET_BLOCK_BYTES: u32 = 126_976;
const BUFFER_BYTES: usize = 1 << 17;

/// An encoder that is used again and again, made when it is first used: it has a megabyte, and
/// forks before Feynman need none.
#[derive(Default)]
pub(crate) struct Compressor(Option<Encoder>);

impl Compressor {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The size in bytes of the encoding of `data`.
    pub(crate) fn size(&mut self, data: &[u8]) -> usize {
        self.0.get_or_insert_with(Encoder::new).size(data)
    }
}

struct Encoder {
    context: CCtx<'static>,
    buffer: Box<[u8]>,
}

impl Encoder {
    fn new() -> Self {
        let mut context = CCtx::create();
        for parameter in [
            CParameter::LiteralCompressionMode(ParamSwitch::Disable),
            CParameter::WindowLog(WINDOW_LOG),
            CParameter::TargetCBlockSize(TARGET_BLOCK_BYTES),
            CParameter::ChecksumFlag(false),
            CParameter::Format(FrameFormat::Magicless),
            CParameter::DictIdFlag(false),
            CParameter::ContentSizeFlag(true),
        ] {
            context.set_parameter(parameter).expect("zstd 1.5.7 has these parameters");
        }
        Self { context, buffer: vec![0; BUFFER_BYTES].into() }
    }

    fn size(&mut self, data: &[u8]) -> usize {
        let mut total = 0;
        self.context.reset(ResetDirective::SessionOnly).expect("a session can be given up");
        let length = Some(data.len() as u64);
        self.context.set_pledged_src_size(length).expect("the session has not begun");
        let mut input = InBuffer::around(data);
        // Fed as by a writer that is then finished: the encoder sees the end apart from the data.
        while input.pos() < data.len() {
            total += self.step(&mut input, ZSTD_e_continue).0;
        }
        loop {
            let (written, left) = self.step(&mut InBuffer::around(&[]), ZSTD_e_end);
            total += written;
            if left == 0 {
                return total;
            }
        }
    }

    /// (bytes written, bytes that are left to write)
    fn step(
        &mut self,
        input: &mut InBuffer<'_>,
        directive: zstd_safe::zstd_sys::ZSTD_EndDirective,
    ) -> (usize, usize) {
        let mut output = OutBuffer::around(&mut self.buffer[..]);
        let left = self
            .context
            .compress_stream2(&mut output, input, directive)
            .expect("compression into memory cannot fail");
        (output.pos(), left)
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    fn word(tail: &str) -> Vec<u8> {
        let mut word = vec![0; 32];
        let tail = hex::decode(tail).unwrap();
        word[32 - tail.len()..].copy_from_slice(&tail);
        word
    }

    /// Calldata of real transactions, whose sizes Scroll's own encoders agree on.
    #[test]
    fn sizes_are_those_of_scrolls_encoders() {
        let transfer = [
            hex!("a9059cbb").to_vec(),
            word("687b50a70d33d71f9a82dd330b8c091e4d772508"),
            word("0ac96dda943e512bb9"),
        ]
        .concat();
        let swap = [
            hex!("5023b4df").to_vec(),
            word("06efdbff2a14a7c8e15944d1f4a48f9f95f663a4"),
            word("5300000000000000000000000000000000000004"),
            word("01f4"),
            word("485ca81b70255da2fe3fd0814b57d1b08fce784e"),
            word("6a94d74f430000"),
            word("045af675"),
            word(""),
        ]
        .concat();
        let mut compressor = Compressor::new();

        assert_eq!(compressor.size(&transfer), 49);
        assert_eq!(compressor.size(&swap), 87);
        // The same after other data.
        assert_eq!(compressor.size(&transfer), 49);
    }

    #[test]
    fn size_does_not_depend_on_what_was_compressed_before() {
        let mut used = Compressor::new();
        let mut data = Vec::new();
        for step in 0..200_u32 {
            let length = (step * step * 37 % 300_000) as usize;
            data.resize(length, 0);
            for (index, byte) in data.iter_mut().enumerate().step_by(1 + step as usize % 5) {
                *byte = (index as u32).wrapping_mul(2_654_435_761).to_be_bytes()[step as usize % 3];
            }
            assert_eq!(used.size(&data), Compressor::new().size(&data), "step {step}");
        }
    }
}
