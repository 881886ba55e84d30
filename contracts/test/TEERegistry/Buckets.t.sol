// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast, incorrect-shift)

import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {Registration, SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Signers that share a bucket: who takes it, who goes to the overflow, and that nobody comes
/// back.
contract TEERegistryBucketsTest is RegistryCase {
    /// @dev Two of one bucket, and one of another.
    address private constant FIRST = address(0x10c01);
    address private constant SECOND = address(0x20c01);
    address private constant THIRD = address(0x30c01);
    address private constant OTHER = address(0x10c02);
    uint256 private constant BUCKET = 1;

    QuoteDraft private draft;
    uint32 private id;
    address private _template;
    uint256 private _slot;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        admit(draft, KEY, true);
        id = admissionOf(KEY);
        renew(draft, id, FIRST);
        _template = registry.admission(id).template;
        _slot = _slotOfAdmissions();
    }

    /* --- taking a bucket ----------------------------------------------------------------------- */

    function test_renew__bucket_free_again__taken_and_the_other_forgotten() public {
        _end();
        renew(draft, id, SECOND);
        assertStatus(SECOND, SignerStatus.Valid);
        assertStatus(FIRST, SignerStatus.Unregistered);
        vm.assertEq(registry.attestedProvers(FIRST), 0, "attestedProvers");
    }

    function test_renew__bucket_taken__both_valid_and_each_ends_alone() public {
        vm.warp(START + 100);
        renew(draft, id, SECOND);
        assertStatus(FIRST, SignerStatus.Valid);
        assertStatus(SECOND, SignerStatus.Valid);
        Registration memory record = registry.registration(SECOND);
        vm.assertEq(record.attestedAt, START + 100, "attestedAt");
        vm.assertEq(record.validUntil, START + 3700, "validUntil");
        vm.warp(START + 3600);
        assertStatus(FIRST, SignerStatus.Expired);
        assertStatus(SECOND, SignerStatus.Valid);
        vm.warp(START + 3700);
        assertStatus(SECOND, SignerStatus.Expired);
    }

    /// @dev Whoever fills buckets only makes the registrations of others dearer.
    function test_renew__bucket_taken__third_and_fourth_are_taken_too() public {
        renew(draft, id, SECOND);
        renew(draft, id, THIRD);
        admit(draft, NEXT_KEY, true);
        assertStatus(THIRD, SignerStatus.Valid);
        assertStatus(SECOND, SignerStatus.Valid);
        assertStatus(FIRST, SignerStatus.Valid);
    }

    function test_reusableBuckets__used_and_free__these_alone() public {
        vm.assertFalse(_isReusable(BUCKET), "valid");
        vm.assertFalse(_isReusable(BUCKET + 1), "never used");
        vm.warp(START + 3600);
        vm.assertFalse(_isReusable(BUCKET), "its quote is still fresh");
        _end();
        vm.assertTrue(_isReusable(BUCKET), "free");
        renew(draft, id, SECOND);
        vm.assertFalse(_isReusable(BUCKET), "taken again");
    }

    function test_reusableBuckets__with_an_overflow_or_a_revocation__not() public {
        renew(draft, id, SECOND);
        renew(draft, id, OTHER);
        vm.prank(GUARDIAN);
        registry.revokeSigner(OTHER, REASON);
        _end();
        vm.assertFalse(_isReusable(BUCKET), "overflow");
        vm.assertFalse(_isReusable(BUCKET + 1), "revoked");
    }

    /* --- nobody comes back --------------------------------------------------------------------- */

    /// @dev Validity may be shorter than the window of blocks: the bucket waits for the window.
    function test_renew__replayed_after_its_end__refused_while_the_quote_is_fresh() public {
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(256);
        (bytes32 r, bytes32 s) = renewalSignature(draft, FIRST, newestBlock());
        uint64 number = newestBlock();
        vm.warp(START + 3600);
        uint8[4] memory ages = [1, 127, 200, 254];
        for (uint256 i = 0; i < ages.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.roll(BLOCK + ages[i]);
            vm.setBlockhash(number, hashOf(number));
            renewAt(SECOND);
            vm.assertTrue(registry.verifyAttestedProver(SECOND), "second");
            vm.expectPartialRevert(IRegistryErrors.SignerAlreadyRegistered.selector);
            registry.renew(id, FIRST, number, uint256(r), uint256(s));
            vm.revertToState(snapshot);
        }
        _end();
        renew(draft, id, SECOND);
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockTooOld.selector);
        registry.renew(id, FIRST, number, uint256(r), uint256(s));
    }

    function renewAt(address signer) private {
        uint64 number = newestBlock();
        vm.setBlockhash(number, hashOf(number));
        renew(draft, id, signer);
    }

    function test_renew__signer_in_the_overflow__not_again_when_the_bucket_is_free() public {
        renew(draft, id, SECOND);
        _end();
        renew(draft, id, THIRD);
        uint64 number = newestBlock();
        (bytes32 r, bytes32 s) = renewalSignature(draft, SECOND, number);
        vm.expectPartialRevert(IRegistryErrors.SignerAlreadyRegistered.selector);
        registry.renew(id, SECOND, number, uint256(r), uint256(s));
    }

    function test_revokeSigner__its_bucket_is_taken_by_another__stays_revoked() public {
        vm.prank(GUARDIAN);
        registry.revokeSigner(FIRST, REASON);
        assertStatus(FIRST, SignerStatus.Revoked);
        vm.assertEq(registry.attestedProvers(FIRST), START, "record");
        _end();
        renew(draft, id, SECOND);
        assertStatus(SECOND, SignerStatus.Valid);
        assertStatus(FIRST, SignerStatus.Revoked);
        vm.assertEq(registry.attestedProvers(FIRST), START, "record is kept");
        _refuseRevoked(FIRST);
    }

    function test_revokeSigner__in_the_overflow__that_one_alone() public {
        renew(draft, id, SECOND);
        vm.prank(GUARDIAN);
        registry.revokeSigner(SECOND, REASON);
        assertStatus(SECOND, SignerStatus.Revoked);
        assertStatus(FIRST, SignerStatus.Valid);
        _refuseRevoked(SECOND);
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, SECOND));
        vm.prank(GUARDIAN);
        registry.revokeSigner(SECOND, REASON);
    }

    function test_revokeSigner__before_it_is_registered__never_is() public {
        vm.prank(GUARDIAN);
        registry.revokeSigner(SECOND, REASON);
        assertStatus(SECOND, SignerStatus.Revoked);
        assertStatus(FIRST, SignerStatus.Valid);
        vm.prank(GUARDIAN);
        registry.revokeSigner(OTHER, REASON);
        _end();
        _refuseRevoked(SECOND);
        _refuseRevoked(OTHER);
        renew(draft, id, THIRD);
        assertStatus(THIRD, SignerStatus.Valid);
        assertStatus(SECOND, SignerStatus.Revoked);
    }

    /* --- places of admissions ------------------------------------------------------------------ */

    /// @dev Each attestation key has an admission of its own, and none displaces another's.
    function test_admit__many_attestation_keys__none_displaces_another() public {
        for (uint256 i = 1; i <= 5; ++i) {
            draft.attestationKey = 0xb000 + i;
            admit(draft, NEXT_KEY + i, true);
            renew(draft, admissionOf(NEXT_KEY + i), address(uint160(0x5000 + i)));
            assertStatus(address(uint160(0x5000 + i)), SignerStatus.Valid);
        }
        draft.attestationKey = QuoteForge.ATTESTATION_KEY;
        renew(draft, id, SECOND);
        assertStatus(SECOND, SignerStatus.Valid);
    }

    /// @dev The number is the end of a hash, unless that place is taken.
    function test_admit__number__from_platform_and_measurement() public view {
        uint256 hash = uint256(keccak256(abi.encodePacked(PLATFORM, measurement)));
        vm.assertEq(uint256(id), uint256(uint32(hash)), "number");
    }

    /// @dev The host gives the QE ID for the header, and the authentication data that the QE report
    /// carries a hash of. By trying some 2^29 of them, numbers from the evidence could be aimed at
    /// another machine's eight places.
    function test_admit__what_the_host_chooses__does_not_choose_the_number() public {
        for (uint256 i = 1; i <= 6; ++i) {
            QuoteDraft memory chosen = draft;
            // In the header's user data, the QE's report data, or the certificate.
            if (i % 3 == 0) flip(chosen.region, 28 + i);
            if (i % 3 == 1) flip(chosen.qeReport, 320 + i);
            if (i % 3 == 2) flip(chosen.backing, 32 + i);
            admit(chosen, NEXT_KEY + i, true);
            vm.assertEq(uint256(admissionOf(NEXT_KEY + i)), uint256(id) + i, "number");
        }
    }

    function test_admit__another_platform__another_number() public {
        sayPlatform(keccak256("another"));
        admit(draft, NEXT_KEY, true);
        uint256 number = admissionOf(NEXT_KEY);
        vm.assertTrue(number > uint256(id) + 8 || number + 8 < id, "far away");
    }

    /// @dev Such a collision takes one of 2^29 machines; it is planted here.
    function test_admit__place_taken_by_another__the_next_one() public {
        _plant(id, address(0xf0e), START + 86_400);
        admit(draft, NEXT_KEY, true);
        vm.assertEq(uint256(admissionOf(NEXT_KEY)), uint256(id) + 1, "number");
        // Both were registered under this number, and the one whose admission it is no more is not valid.
        vm.assertTrue(registry.admission(id).template == address(0xf0e), "template");
        admit(draft, NEXT_KEY + 1, true);
        vm.assertEq(uint256(admissionOf(NEXT_KEY + 1)), uint256(id) + 1, "found again");
    }

    function test_admit__place_of_one_that_has_ended__taken_in_a_new_generation() public {
        uint256 before = registry.admission(id).generation;
        _plant(id, address(0xf0e), START);
        admit(draft, NEXT_KEY, true);
        vm.assertEq(uint256(admissionOf(NEXT_KEY)), id, "number");
        vm.assertEq(uint256(registry.admission(id).generation), before + 1, "generation");
        assertStatus(FIRST, SignerStatus.AdmissionEnded);
        vm.assertEq(registry.registration(FIRST).platform, bytes32(0), "platform");
    }

    function test_admit__every_place_taken__refused() public {
        address template = registry.admission(id).template;
        for (uint32 i = 0; i < 8; ++i) {
            _plant(id + i, address(0xf0e), START + 86_400);
        }
        bytes memory quote = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory proof = possession(draft, NEXT_KEY, newestBlock(), START, true);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.AdmissionPlacesTaken.selector, template)
        );
        registry.admit(quote, START, proof, true);
    }

    /// @dev Another evidence's admission in place of what stands there, if anything does.
    function _plant(uint32 number, address template, uint256 validUntil) private {
        bytes32 place = keccak256(abi.encode(number, _slot));
        uint256 word = uint256(vm.load(address(registry), place));
        word &= ~uint256(type(uint200).max);
        word |= uint256(uint160(template)) | validUntil << 160;
        vm.store(address(registry), place, bytes32(word));
    }

    /// @dev Found by what stands in it.
    function _slotOfAdmissions() private view returns (uint256 slot) {
        address template = _template;
        for (slot = 0; slot < 64; ++slot) {
            bytes32 word = vm.load(address(registry), keccak256(abi.encode(id, slot)));
            if (address(uint160(uint256(word))) == template) return slot;
        }
        revert("no slot");
    }

    function _end() private {
        vm.warp(block.timestamp + 7200);
        rollTo(block.number + 600);
    }

    function _isReusable(uint256 bucket) private view returns (bool) {
        return (registry.reusableBuckets()[bucket / 256] >> (bucket % 256)) & 1 == 1;
    }

    function _refuseRevoked(address signer) private {
        uint64 number = newestBlock();
        (bytes32 r, bytes32 s) = renewalSignature(draft, signer, number);
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, signer));
        registry.renew(id, signer, number, uint256(r), uint256(s));
    }
}
