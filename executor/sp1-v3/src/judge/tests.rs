use super::*;

const PC: u32 = 0x0020_0800;
const HALT: (Opcode, u32, u32) = (Opcode::ECALL, 0, 0);

/// Of instructions: what they are, an address, and where they go on.
fn judged(instructions: &[(Opcode, u32, u32)]) -> Result<(), Failure> {
    let judge = Judge::new();
    for (opcode, address, next_pc) in instructions {
        judge.read_one(PC, *opcode, *address, *next_pc);
    }
    judge.verdict()
}

#[test]
fn run_that_ends_by_halt_and_keeps_to_the_rules_is_a_result() {
    for address in [FIRST_ADDRESS, FIRST_ADDRESS + 3, ADDRESS_LIMIT - 1] {
        assert_eq!(judged(&[(Opcode::LBU, address, 4), HALT]), Ok(()));
    }
}

#[test]
fn access_outside_of_memory_is_none_whatever_its_width() {
    for opcode in [Opcode::LB, Opcode::LHU, Opcode::LW, Opcode::SB, Opcode::SH, Opcode::SW] {
        for address in [0, 31, ADDRESS_LIMIT, u32::MAX] {
            let failure = judged(&[(opcode, address, 4), HALT]).unwrap_err();
            assert_eq!(failure.class, Class::Unprovable);
            assert!(failure.detail.contains("outside of memory at pc 0x200800"));
            assert!(!failure.fields.contains_key("rule"));
        }
    }
}

#[test]
fn jump_between_instructions_has_its_rule() {
    for opcode in [Opcode::JAL, Opcode::JALR, Opcode::BEQ, Opcode::BGEU] {
        let failure = judged(&[(opcode, 0, PC + 2), HALT]).unwrap_err();
        assert_eq!(failure.fields["rule"], "misaligned_jump");
    }
}

#[test]
fn end_without_halt_is_no_result() {
    for instructions in [vec![], vec![(Opcode::JALR, 0, 0)], vec![HALT, (Opcode::ADD, 0, 8)]] {
        assert!(judged(&instructions).unwrap_err().detail.contains("without HALT"));
    }
}

#[test]
fn first_broken_rule_is_told() {
    let judge = Judge::new();
    judge.note(rule("unreduced", "one"), 4);
    judge.note(rule("zero_y", "two"), 8);

    let failure = judge.verdict().unwrap_err();

    assert_eq!(
        (failure.detail.as_str(), &failure.fields["rule"]),
        ("one at pc 0x4", &"unreduced".into())
    );
}

#[test]
fn words_of_the_digest_are_committed_once() {
    let judge = Judge::new();

    assert_eq!(judge.commits(7, 1), Ok(()));
    assert_eq!(judge.commits(7, 1), Ok(()));
    assert_eq!(judge.commits(6, 2), Ok(()));
    assert_eq!(judge.commits(7, 2).unwrap_err().rule, Some("commit_conflict"));
    assert_eq!(judge.commits(8, 2), Ok(()));
}

#[test]
fn writes_are_paid_for_by_cycles_beyond_the_allowance() {
    let judge = Judge::new();

    assert!(judge.pays_for(u32::try_from(WRITE_ALLOWANCE).unwrap(), 0));
    assert!(judge.pays_for(5, 5));
    assert!(!judge.pays_for(1, 5));
}

#[test]
fn memory_is_from_behind_the_registers_to_the_end_of_the_field() {
    assert_eq!(in_memory(FIRST_ADDRESS, 1), Ok(()));
    assert_eq!(in_memory(ADDRESS_LIMIT - 8, 2), Ok(()));
    for (address, words) in [(28, 1), (ADDRESS_LIMIT - 4, 2), (u32::MAX - 3, 1), (32, u32::MAX)] {
        assert!(in_memory(address, words).is_err());
    }
}
