// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {Registration, SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice `renew`: a next signer by the kept attestation key, with genuine P-256 signatures.
contract TEERegistryRenewalTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant NEXT = address(0xe1);
    QuoteDraft private draft;
    uint32 private id;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        admit(draft, KEY, true);
        id = admissionOf(KEY);
    }

    function test_renew__good_signature__valid_signer() public {
        vm.warp(START + 60);
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
        Registration memory record = registry.registration(NEXT);
        vm.assertEq(record.attestedAt, START + 60, "attestedAt");
        vm.assertEq(record.validUntil, START + 3660, "validUntil");
        vm.assertEq(record.measurement, measurement, "measurement");
        vm.assertEq(uint256(record.admission), id, "admission");
        vm.assertEq(record.platform, PLATFORM, "platform");
    }

    function test_renew__good_signature__emits() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        vm.expectEmit(address(registry));
        emit IRegistryEvents.SignerRenewed(
            NEXT, PLATFORM, id, FMSPC, TcbStatus.UpToDate, BLOCK - 1, START + 3600
        );
        registry.renew(id, NEXT, newestBlock(), uint256(r), uint256(s));
    }

    /// @dev Report data stands at the end of the body, but for TD 1.5, where more follows.
    function test_renew__every_form__valid_signer() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            QuoteDraft memory of_ = QuoteForge.draft(Form(form));
            admit(of_, NEXT_KEY + form, true);
            address signer = address(uint160(0x100 + form));
            renew(of_, admissionOf(NEXT_KEY + form), signer);
            assertStatus(signer, SignerStatus.Valid);
        }
    }

    function test_renew__day_of_48__all_valid_once() public {
        for (uint256 i = 0; i < 46; ++i) {
            vm.warp(block.timestamp + 1800);
            rollTo(block.number + 150);
            address signer = address(uint160(0x1000 + i));
            renew(draft, id, signer);
            assertStatus(signer, SignerStatus.Valid);
        }
    }

    /// @dev An eighth of 3,600 seconds may be missing.
    function test_renew__admission_ends_first__until_then() public {
        vm.warp(START + 86_400 - 3150);
        renew(draft, id, NEXT);
        vm.assertEq(registry.registration(NEXT).validUntil, START + 86_400, "validUntil");
    }

    function test_renew__admission_ends_soon__refused() public {
        vm.warp(START + 86_400 - 3149);
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryErrors.AdmissionEndsSoon.selector, id, START + 86_400, START + 86_401
            )
        );
        registry.renew(id, NEXT, newestBlock(), uint256(r), uint256(s));
    }

    /// @dev Validity may be as long as an enrolment.
    function test_renew__validity_of_a_day__for_three_hours() public {
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        vm.warp(START + 10_800);
        renew(draft, id, NEXT);
        vm.assertEq(registry.registration(NEXT).validUntil, START + 86_400, "validUntil");
        vm.warp(START + 10_801);
        (bytes32 r, bytes32 s) = renewalSignature(draft, address(0xe2), newestBlock());
        vm.expectPartialRevert(IRegistryErrors.AdmissionEndsSoon.selector);
        registry.renew(id, address(0xe2), newestBlock(), uint256(r), uint256(s));
    }

    function test_renew__admission_expired__refused() public {
        vm.warp(START + 86_400);
        _refuse(
            NEXT,
            abi.encodeWithSelector(
                IRegistryErrors.AdmissionExpired.selector, id, START + 86_400, START + 86_400
            )
        );
    }

    function test_renew__unknown_admission__refused(uint32 other) public {
        vm.assume(other != id);
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.AdmissionUnknown.selector, other));
        registry.renew(other, NEXT, newestBlock(), 1, 1);
    }

    /* --- the signature ----------------------------------------------------------------------- */

    function test_renew__signature_for_another_signer_block_or_hash__refused() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, address(0xbad), newestBlock());
        _refuseSignature(NEXT, newestBlock(), r, s);
        (r, s) = renewalSignature(draft, NEXT, newestBlock() - 1);
        _refuseSignature(NEXT, newestBlock(), r, s);
        (bytes32 high, bytes32 low) =
            renewalReportData(NEXT, newestBlock(), keccak256("other branch"), _template());
        (r, s) = draft.sign(high, low);
        _refuseSignature(NEXT, newestBlock(), r, s);
    }

    function test_renew__another_attestation_key__refused() public {
        QuoteDraft memory forged = draft;
        forged.attestationKey = 0xbad;
        (bytes32 r, bytes32 s) = renewalSignature(forged, _template(), NEXT, newestBlock());
        _refuseSignature(NEXT, newestBlock(), r, s);
    }

    /// @dev Whatever else differs in the signed region: another measurement, another TCB.
    function test_renew__any_other_region__refused(uint256 offset) public {
        QuoteDraft memory other = draft;
        flip(other.region, bound(offset, 0, 567));
        (bytes32 r, bytes32 s) = renewalSignature(other, _template(), NEXT, newestBlock());
        _refuseSignature(NEXT, newestBlock(), r, s);
    }

    function test_renew__any_numbers__refused(uint256 r, uint256 s) public {
        _refuseSignature(NEXT, newestBlock(), bytes32(r), bytes32(s));
    }

    function test_renew__out_of_range__refused() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        _refuseSignature(NEXT, newestBlock(), 0, s);
        _refuseSignature(NEXT, newestBlock(), r, 0);
        _refuseSignature(NEXT, newestBlock(), bytes32(P256_ORDER), s);
        _refuseSignature(NEXT, newestBlock(), r, bytes32(P256_ORDER));
    }

    /// @dev Without the precompile a call to its address succeeds, and answers nothing.
    function test_renew__precompile_without_answer__refused() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        vm.mockCall(address(0x100), "", "");
        _refuseSignature(NEXT, newestBlock(), r, s);
    }

    /* --- no use twice ------------------------------------------------------------------------ */

    function test_renew__twice_by_twin_or_relayer__refused() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        registry.renew(id, NEXT, newestBlock(), uint256(r), uint256(s));
        vm.warp(START + 10);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryErrors.SignerAlreadyRegistered.selector, NEXT, START);
        vm.expectRevert(reason);
        vm.prank(address(0xbad));
        registry.renew(id, NEXT, newestBlock(), uint256(r), uint256(s));
        vm.expectRevert(reason);
        registry.renew(id, NEXT, newestBlock(), uint256(r), P256_ORDER - uint256(s));
        vm.assertEq(registry.registration(NEXT).validUntil, START + 3600, "validUntil");
    }

    /// @dev The twin is a signature too, the first time: genuine quotes have both.
    function test_renew__high_s_first__taken() public {
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        registry.renew(id, NEXT, newestBlock(), uint256(r), P256_ORDER - uint256(s));
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_renew__admitted_signer_again__refused() public {
        _refuse(
            vm.addr(KEY),
            abi.encodeWithSelector(
                IRegistryErrors.SignerAlreadyRegistered.selector, vm.addr(KEY), START
            )
        );
    }

    function test_renew__zero_or_revoked_signer__refused() public {
        _refuse(address(0), abi.encodeWithSelector(IRegistryErrors.SignerZero.selector));
        vm.prank(GUARDIAN);
        registry.revokeSigner(NEXT, REASON);
        _refuse(NEXT, abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, NEXT));
    }

    /* --- what ends admissions ------------------------------------------------------------------ */

    function test_renew__block_not_fresh__refused() public {
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockNotPast.selector);
        registry.renew(id, NEXT, uint64(BLOCK), 1, 1);
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockTooOld.selector);
        registry.renew(id, NEXT, uint64(BLOCK - 100), 1, 1);
    }

    function test_renew__paused__refused() public {
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        _refuse(NEXT, abi.encodeWithSelector(IRegistryErrors.RegistrationsPaused.selector));
        vm.prank(OWNER);
        registry.unpause(REASON);
        renew(draft, id, NEXT);
    }

    function test_renew__measurement_removed__refused_also_when_allowed_again() public {
        vm.prank(GUARDIAN);
        registry.removeMeasurement(measurement, REASON);
        bytes memory reason = abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id);
        _refuse(NEXT, reason);
        vm.prank(OWNER);
        registry.allowMeasurement(measurement);
        _refuse(NEXT, reason);
    }

    function test_renew__epoch_raised__refused() public {
        vm.prank(GUARDIAN);
        registry.raiseEpoch(REASON);
        _refuse(NEXT, abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id));
    }

    function test_renew__platform_or_admission_revoked__refused() public {
        bytes memory reason = abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id);
        uint256 snapshot = vm.snapshotState();
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
        _refuse(NEXT, reason);
        vm.revertToState(snapshot);
        vm.prank(GUARDIAN);
        registry.revokePlatform(PLATFORM, REASON);
        _refuse(NEXT, reason);
        vm.prank(OWNER);
        registry.restorePlatform(PLATFORM, REASON);
        _refuse(NEXT, reason);
    }

    function _template() private view returns (address) {
        return registry.admission(id).template;
    }

    function _refuseSignature(address signer, uint64 number, bytes32 r, bytes32 s) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.RenewalSignatureInvalid.selector, id)
        );
        registry.renew(id, signer, number, uint256(r), uint256(s));
    }

    function _refuse(address signer, bytes memory reason) private {
        (bytes32 r, bytes32 s) = renewalSignature(draft, signer, newestBlock());
        vm.expectRevert(reason);
        registry.renew(id, signer, newestBlock(), uint256(r), uint256(s));
    }
}
