// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {Collateral} from "../../src/interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {
    Admission,
    SignerStatus,
    UpstreamReportData,
    VerifierKind
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RefusalTable} from "../harness/RefusalTable.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice `recheck`: anybody may extend an admission or end it, by what the verifier says now.
contract TEERegistryRecheckTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant NEXT = address(0xe1);
    QuoteDraft private draft;
    uint32 private id;
    bytes private quote;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        quote = compactQuote(draft, vm.addr(KEY), newestBlock());
        admit(draft, KEY, true);
        id = admissionOf(KEY);
    }

    /* --- extension ----------------------------------------------------------------------------- */

    function test_recheck__still_good__a_day_from_now() public {
        vm.warp(START + 1000);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionExtended(id, PLATFORM, TcbStatus.UpToDate, START + 87_400);
        vm.prank(RELAYER);
        registry.recheck(quote);
        vm.assertEq(registry.admission(id).validUntil, START + 87_400, "validUntil");
    }

    function test_recheck__still_good__extends_no_signer() public {
        vm.warp(START + 3600);
        registry.recheck(quote);
        assertStatus(vm.addr(KEY), SignerStatus.Expired);
    }

    function test_recheck__of_expired_admission__serves_again() public {
        vm.warp(START + 100_000);
        vm.assertFalse(registry.admission(id).isLive, "live before");
        registry.recheck(quote);
        vm.assertTrue(registry.admission(id).isLive, "live");
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_recheck__verdict_ends_first__until_then() public {
        vm.warp(START + 86_000);
        sayValidUntil(START + 87_000);
        registry.recheck(quote);
        vm.assertEq(registry.admission(id).validUntil, START + 87_000, "validUntil");
        sayValidUntil(START + 86_000);
        _refuse(
            quote,
            abi.encodeWithSelector(
                IRegistryErrors.QuoteExpired.selector, START + 86_000, START + 86_000
            )
        );
    }

    /// @dev Another quote of the same TEE: other report data, so another signature.
    function test_recheck__another_quote_of_the_tee__taken() public {
        vm.warp(START + 5);
        registry.recheck(compactQuote(draft, NEXT, uint64(BLOCK - 50)));
        vm.assertEq(registry.admission(id).validUntil, START + 86_405, "validUntil");
    }

    /* --- eviction ------------------------------------------------------------------------------ */

    function test_recheck__status_no_longer_allowed__ends_all_at_once() public {
        renew(draft, id, NEXT);
        sayStatus(TcbStatus.OutOfDate);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionEvicted(id, PLATFORM, TcbStatus.OutOfDate, 0);
        registry.recheck(quote);
        _assertEvicted();
    }

    function test_recheck__each_refusal_of_the_evidence__ends_all_at_once() public {
        bytes4[] memory refusals = RefusalTable.evicting();
        for (uint256 i = 0; i < refusals.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            renew(draft, id, NEXT);
            double.refuse(bytes.concat(refusals[i]));
            // The first two are Intel's revocations.
            TcbStatus status = i < 2 ? TcbStatus.Revoked : TcbStatus.Unrecognized;
            vm.expectEmit(address(registry));
            emit IRegistryEvents.AdmissionEvicted(id, PLATFORM, status, refusals[i]);
            registry.recheck(quote);
            _assertEvicted();
            vm.revertToState(snapshot);
        }
    }

    function test_recheck__pck_ca_revoked__ends_all_at_once() public {
        renew(draft, id, NEXT);
        bytes memory reason =
            abi.encodeWithSelector(IDcapErrors.CollateralRevoked.selector, Collateral.PckCa, 7);
        double.refuse(reason);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionEvicted(id, PLATFORM, TcbStatus.Revoked, selectorOf(reason));
        registry.recheck(quote);
        _assertEvicted();
    }

    /// @dev Signers for whom no key was enrolled, and those of upstream's call.
    function test_recheck__no_key_enrolled__ends_them_too() public {
        draft.attestationKey = 0xb0b;
        admit(draft, NEXT_KEY, false);
        bytes memory own = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        UpstreamReportData memory data = upstreamData(NEXT, block.number - 1);
        bytes32 digest = keccak256(abi.encode(data));
        bytes memory raw = draft.raw(bytes32(uint256(uint160(NEXT))), digest);
        registry.register(data, raw);
        double.refuse(bytes.concat(IDcapErrors.PckRevoked.selector));
        uint256 snapshot = vm.snapshotState();
        registry.recheck(own);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.AdmissionEnded);
        assertStatus(NEXT, SignerStatus.AdmissionEnded);
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
        vm.revertToState(snapshot);
        registry.recheckRaw(raw);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.AdmissionEnded);
        assertStatus(NEXT, SignerStatus.AdmissionEnded);
    }

    /// @dev What was a good quote before the machine was updated says nothing of what it is now.
    function test_recheck__evidence_from_before_an_update__ends_its_own_signers_alone() public {
        QuoteDraft memory updated = QuoteForge.draft(Form.TdV4);
        flip(updated.backing, 40);
        flip(updated.qeReport, 3);
        admit(updated, NEXT_KEY, true);
        sayStatus(TcbStatus.OutOfDate);
        vm.prank(address(0xbad));
        registry.recheck(quote);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
        vm.assertTrue(registry.admission(admissionOf(NEXT_KEY)).isLive, "live");
    }

    /// @dev Ended is ended: nothing that anybody shows later counts the generations on.
    function test_recheck__of_ended_admission__refused_by_any_verdict() public {
        double.refuse(_revocations()[0]);
        registry.recheck(quote);
        bytes memory reason = abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id);
        _refuse(quote, reason);
        sayStatus(TcbStatus.UpToDate);
        _refuse(quote, reason);
        sayStatus(TcbStatus.OutOfDate);
        _refuse(quote, reason);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    /// @dev A stranger cannot have an admission end earlier by showing a quote when Intel's
    /// collateral is about to end.
    function test_recheck__verdict_ends_before_the_admission__keeps_its_end() public {
        sayValidUntil(START + 50);
        vm.prank(address(0xbad));
        registry.recheck(quote);
        vm.assertEq(registry.admission(id).validUntil, START + 86_400, "validUntil");
    }

    function test_recheck__while_paused__evicts() public {
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        sayStatus(TcbStatus.OutOfDate);
        registry.recheck(quote);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    function test_admit__after_eviction__new_generation() public {
        double.refuse(_revocations()[0]);
        registry.recheck(quote);
        sayStatus(TcbStatus.UpToDate);
        admit(draft, NEXT_KEY, true);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        vm.assertEq(uint256(registry.admission(id).generation), 2, "generation");
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_recheck__other_measurement_on_the_platform__stays() public {
        QuoteDraft memory enclave = QuoteForge.draft(Form.SgxV3);
        admit(enclave, NEXT_KEY, true);
        double.refuse(_revocations()[0]);
        registry.recheck(quote);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
    }

    /* --- what changes nothing -------------------------------------------------------------------- */

    function test_recheck__any_other_error__comes_out_and_changes_nothing(bytes memory reason)
        public
    {
        vm.assume(reason.length != 0);
        bytes4[] memory refusals = RefusalTable.evicting();
        for (uint256 i = 0; i < refusals.length; ++i) {
            vm.assume(selectorOf(reason) != refusals[i]);
        }
        vm.assume(selectorOf(reason) != IDcapErrors.CollateralRevoked.selector);
        double.refuse(reason);
        _refuse(quote, reason);
        _assertUntouched();
    }

    function test_recheck__each_error_of_form_or_collateral__changes_nothing() public {
        bytes4[] memory errors = RefusalTable.others();
        for (uint256 i = 0; i < errors.length; ++i) {
            double.refuse(bytes.concat(errors[i]));
            _refuse(quote, bytes.concat(errors[i]));
            _assertUntouched();
        }
    }

    /// @dev A cut selector is none.
    function test_recheck__three_bytes_of_a_revocation__changes_nothing() public {
        bytes memory reason = slice(_revocations()[1], 0, 3);
        double.refuse(reason);
        _refuse(quote, reason);
        _assertUntouched();
    }

    /// @dev The verifier gets 63/64 of the gas; what is left cannot turn its end into a verdict.
    function test_recheck__verifier_out_of_gas__changes_nothing(uint256 limit) public {
        double.refuse(_revocations()[0]);
        double.spend(type(uint256).max);
        limit = bound(limit, 50_000, 3_000_000);
        (bool success, bytes memory answer) =
            address(registry).call{gas: limit}(abi.encodeCall(registry.recheck, (quote)));
        vm.assertFalse(success, "success");
        vm.assertEq(answer.length, 0, "answer");
        _assertUntouched();
    }

    /// @dev Also with so little gas that the call ends anywhere before, in or after the verifier.
    function test_recheck__any_gas__evicts_whole_or_not(uint256 limit) public {
        double.refuse(_revocations()[0]);
        limit = bound(limit, 30_000, 400_000);
        (bool success,) =
            address(registry).call{gas: limit}(abi.encodeCall(registry.recheck, (quote)));
        if (success) assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        else _assertUntouched();
    }

    /// @dev So nobody can end an admission by another platform's revoked certificate, in whatever
    /// order the verifier checks: all that counts is the same as what was admitted.
    function test_recheck__anything_else_exchanged__refused(uint256 offset) public {
        double.refuse(_revocations()[0]);
        bytes memory other = bytes.concat(quote);
        // Not the report data, the signatures, the authentication data: of these the verifier
        // decides.
        offset = bound(offset, 0, other.length - 1);
        bool isFree = (offset >= 568 && offset < 696) || (offset >= 1144 && offset < 1240);
        vm.assume(!isFree);
        bool isHeader = offset < 8;
        vm.assume(!isHeader);
        flip(other, offset);
        vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
        registry.recheck(other);
        _assertUntouched();
    }

    function test_recheck__verdict_of_other_platform__refused() public {
        sayPlatform(keccak256("other platform"));
        vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
        registry.recheck(quote);
        _assertUntouched();
    }

    function test_recheck__evidence_of_nobody__refused() public {
        draft.attestationKey = 0xb0b;
        bytes memory other = compactQuote(draft, NEXT, newestBlock());
        vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
        registry.recheck(other);
        double.refuse(_revocations()[0]);
        vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
        registry.recheck(other);
    }

    function test_recheck__ended_epoch_or_measurement__refused() public {
        bytes memory reason = abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id);
        uint256 snapshot = vm.snapshotState();
        vm.prank(OWNER);
        registry.raiseEpoch(REASON);
        _refuse(quote, reason);
        vm.revertToState(snapshot);
        vm.prank(OWNER);
        registry.removeMeasurement(measurement, REASON);
        _refuse(quote, reason);
    }

    function test_recheck__automatas_verifier__refused() public {
        vm.prank(OWNER);
        registry.setVerifier(address(double), VerifierKind.AutomataV11);
        _refuse(
            quote,
            abi.encodeWithSelector(
                IRegistryErrors.CompactQuoteRefused.selector, VerifierKind.AutomataV11
            )
        );
    }

    /* --- raw ------------------------------------------------------------------------------------- */

    /// @dev Whichever way an admission was made, any encoding of its quotes serves.
    function test_recheckRaw__of_compact_admission__extends_and_evicts() public {
        bytes memory raw = rawQuote(draft, NEXT, newestBlock());
        vm.warp(START + 7);
        registry.recheckRaw(raw);
        vm.assertEq(registry.admission(id).validUntil, START + 86_407, "validUntil");
        double.refuse(_revocations()[1]);
        registry.recheckRaw(raw);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    /// @dev The QE report's signature is made anew for each quote; version 3 has another layout.
    function test_recheckRaw__every_form__other_signatures_are_the_same_evidence() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            draft = QuoteForge.draft(Form(form));
            uint256 key = NEXT_KEY + form;
            bytes memory first = rawQuote(draft, vm.addr(key), newestBlock());
            bytes memory proof = possession(draft, key, newestBlock(), START, true);
            registry.admitRaw(first, START, proof, true);
            bytes memory second = rawQuote(draft, NEXT, newestBlock());
            uint256 qeSignature = second.length - draft.backing.length - 64;
            flip(second, qeSignature);
            flip(second, qeSignature + 63);
            registry.recheckRaw(second);
            flip(second, qeSignature - 1);
            vm.expectPartialRevert(IRegistryErrors.EvidenceUnknown.selector);
            registry.recheckRaw(second);
        }
    }

    function _revocations() private pure returns (bytes[2] memory) {
        return [
            abi.encodeWithSelector(IDcapErrors.PckRevoked.selector, 7, START),
            abi.encodeWithSelector(IDcapErrors.TcbRevoked.selector)
        ];
    }

    function _assertEvicted() private view {
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        assertStatus(NEXT, SignerStatus.AdmissionEnded);
        Admission memory kept = registry.admission(id);
        vm.assertFalse(kept.isEnrolled, "enrolled");
        vm.assertFalse(kept.isLive, "live");
    }

    function _assertUntouched() private view {
        assertStatus(vm.addr(KEY), SignerStatus.Valid);
        Admission memory kept = registry.admission(id);
        vm.assertEq(kept.validUntil, START + 86_400, "validUntil");
        vm.assertTrue(kept.isLive, "live");
    }

    function _refuse(bytes memory quote_, bytes memory reason) private {
        vm.expectRevert(reason);
        registry.recheck(quote_);
    }
}
