use super::{name, precompile};

#[test]
fn calls_without_a_circuit_have_a_name_but_no_precompile() {
    for (number, text) in [
        (0x10c, "SECP256K1_DECOMPRESS"),
        (0x11c, "BLS12381_DECOMPRESS"),
        (0x12e, "SECP256R1_DECOMPRESS"),
        (0x0001_012f, "U256XU2048_MUL"),
        (0x132, "MPROTECT"),
        (0x134, "SIG_RETURN"),
    ] {
        assert_eq!(name(number), Some(text));
        assert!(precompile(number).is_none());
    }
}

#[test]
fn names_are_those_of_sp1() {
    for number in (0..0x200).flat_map(|low| [low, low | 0x0001_0000, low | 0x0030_0000]) {
        let sp1 = std::panic::catch_unwind(|| sp1_core_executor::SyscallCode::from_u32(number));
        let sp1 = sp1.ok().map(|code| format!("{code:?}"));
        assert_eq!(name(number.into()).map(str::to_owned), sp1, "{number:#x}");
    }
}
