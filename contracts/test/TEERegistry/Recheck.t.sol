// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {
    Admission,
    SignerStatus,
    VerifierKind
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice `recheck`: anybody may extend an admission or end it, by what the verifier says now.
contract TEERegistryRecheckTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant NEXT = address(0xe1);
    QuoteDraft private draft;
    bytes12 private id;
    bytes private quote;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        quote = compactQuote(draft, vm.addr(KEY), newestBlock());
        admit(draft, KEY, true);
        id = admissionOf(measurement);
    }

    /* --- extension ----------------------------------------------------------------------------- */

    function test_recheck__still_good__a_day_from_now() public {
        vm.warp(START + 1000);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionExtended(id, TcbStatus.UpToDate, START + 87_400);
        vm.prank(RELAYER);
        registry.recheck(id, quote);
        vm.assertEq(registry.admission(id).validUntil, START + 87_400, "validUntil");
    }

    function test_recheck__still_good__extends_no_signer() public {
        vm.warp(START + 3600);
        registry.recheck(id, quote);
        assertStatus(vm.addr(KEY), SignerStatus.Expired);
    }

    function test_recheck__of_expired_admission__serves_again() public {
        vm.warp(START + 100_000);
        vm.assertFalse(registry.admission(id).isLive, "live before");
        registry.recheck(id, quote);
        vm.assertTrue(registry.admission(id).isLive, "live");
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_recheck__verdict_ends_first__until_then() public {
        sayValidUntil(START + 50);
        registry.recheck(id, quote);
        vm.assertEq(registry.admission(id).validUntil, START + 50, "validUntil");
        sayValidUntil(START);
        _refuse(quote, abi.encodeWithSelector(IRegistryErrors.QuoteExpired.selector, START, START));
    }

    /// @dev Another quote of the same TEE: other report data, so another signature.
    function test_recheck__another_quote_of_the_tee__taken() public {
        vm.warp(START + 5);
        registry.recheck(id, compactQuote(draft, NEXT, uint64(BLOCK - 50)));
        vm.assertEq(registry.admission(id).validUntil, START + 86_405, "validUntil");
    }

    /* --- eviction ------------------------------------------------------------------------------ */

    function test_recheck__status_no_longer_allowed__ends_all_at_once() public {
        renew(draft, id, NEXT);
        sayStatus(TcbStatus.OutOfDate);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionEvicted(id, TcbStatus.OutOfDate, 0);
        registry.recheck(id, quote);
        _assertEvicted();
    }

    function test_recheck__typed_revocation__ends_all_at_once() public {
        bytes[2] memory reasons = _revocations();
        for (uint256 i = 0; i < reasons.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            renew(draft, id, NEXT);
            double.refuse(reasons[i]);
            vm.expectEmit(address(registry));
            emit IRegistryEvents.AdmissionEvicted(id, TcbStatus.Revoked, selectorOf(reasons[i]));
            registry.recheck(id, quote);
            _assertEvicted();
            vm.revertToState(snapshot);
        }
    }

    function test_recheck__while_paused__evicts() public {
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        sayStatus(TcbStatus.OutOfDate);
        registry.recheck(id, quote);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
    }

    function test_admit__after_eviction__new_generation() public {
        double.refuse(_revocations()[0]);
        registry.recheck(id, quote);
        sayStatus(TcbStatus.UpToDate);
        admit(draft, NEXT_KEY, true);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
        assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        vm.assertEq(registry.admission(id).generation, 1, "generation");
        renew(draft, id, NEXT);
        assertStatus(NEXT, SignerStatus.Valid);
    }

    function test_recheck__other_measurement_on_the_platform__stays() public {
        QuoteDraft memory enclave = QuoteForge.draft(Form.SgxV3);
        admit(enclave, NEXT_KEY, true);
        double.refuse(_revocations()[0]);
        registry.recheck(id, quote);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
    }

    /* --- what changes nothing -------------------------------------------------------------------- */

    function test_recheck__any_other_error__comes_out_and_changes_nothing(bytes memory reason)
        public
    {
        vm.assume(reason.length != 0);
        bytes4 selector = selectorOf(reason);
        bytes[2] memory reasons = _revocations();
        vm.assume(selector != selectorOf(reasons[0]) && selector != selectorOf(reasons[1]));
        double.refuse(reason);
        _refuse(quote, reason);
        _assertUntouched();
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
            address(registry).call{gas: limit}(abi.encodeCall(registry.recheck, (id, quote)));
        vm.assertFalse(success, "success");
        vm.assertEq(answer.length, 0, "answer");
        _assertUntouched();
    }

    /// @dev Also with so little gas that the call ends anywhere before, in or after the verifier.
    function test_recheck__any_gas__evicts_whole_or_not(uint256 limit) public {
        double.refuse(_revocations()[0]);
        limit = bound(limit, 30_000, 400_000);
        (bool success,) =
            address(registry).call{gas: limit}(abi.encodeCall(registry.recheck, (id, quote)));
        if (success) assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        else _assertUntouched();
    }

    /// @dev So nobody can end an admission by another platform's revoked certificate, in whatever
    /// order the verifier checks: all that counts is the same as what was admitted.
    function test_recheck__anything_else_exchanged__refused(uint256 offset) public {
        double.refuse(_revocations()[0]);
        bytes memory other = bytes.concat(quote);
        // Not the report data, the signatures: of these the verifier decides.
        offset = bound(offset, 0, other.length - 1);
        bool isFree = (offset >= 568 && offset < 696) || (offset >= 1144 && offset < 1208);
        vm.assume(!isFree);
        bool isHeader = offset < 8;
        vm.assume(!isHeader);
        flip(other, offset);
        vm.expectPartialRevert(IRegistryErrors.RecheckOfOtherQuote.selector);
        registry.recheck(id, other);
        _assertUntouched();
    }

    function test_recheck__verdict_of_other_platform__refused() public {
        sayPlatform(keccak256("other platform"));
        vm.expectPartialRevert(IRegistryErrors.RecheckOfOtherPlatform.selector);
        registry.recheck(id, quote);
        _assertUntouched();
    }

    function test_recheck__unknown_admission__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.AdmissionUnknown.selector, bytes12("x"))
        );
        registry.recheck(bytes12("x"), quote);
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

    function test_recheckRaw__of_raw_admission__extends_and_evicts() public {
        bytes memory raw = rawQuote(draft, NEXT, newestBlock());
        vm.expectPartialRevert(IRegistryErrors.RecheckOfOtherQuote.selector);
        registry.recheckRaw(id, bytes.concat(raw, hex"00"));
        registry.admitRaw(
            rawQuote(draft, vm.addr(NEXT_KEY), newestBlock()),
            START,
            possession(NEXT_KEY, newestBlock(), START),
            true
        );
        vm.warp(START + 7);
        registry.recheckRaw(id, raw);
        vm.assertEq(registry.admission(id).validUntil, START + 86_407, "validUntil");
        double.refuse(_revocations()[1]);
        registry.recheckRaw(id, raw);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.AdmissionEnded);
    }

    /// @dev The QE report's signature is made anew for each quote; version 3 has another layout.
    function test_recheckRaw__every_form__other_signatures_are_the_same_backing() public {
        for (uint256 form = 0; form <= uint256(type(Form).max); ++form) {
            draft = QuoteForge.draft(Form(form));
            uint256 key = NEXT_KEY + form;
            bytes memory first = rawQuote(draft, vm.addr(key), newestBlock());
            registry.admitRaw(first, START, possession(key, newestBlock(), START), true);
            bytes memory second = rawQuote(draft, NEXT, newestBlock());
            uint256 qeSignature = second.length - draft.backing.length - 64;
            flip(second, qeSignature);
            flip(second, qeSignature + 63);
            bool isEnclave = QuoteForge.isEnclave(Form(form));
            bytes12 place = admissionOf(isEnclave ? enclaveMeasurement : measurement);
            registry.recheckRaw(place, second);
            flip(second, qeSignature - 1);
            vm.expectPartialRevert(IRegistryErrors.RecheckOfOtherQuote.selector);
            registry.recheckRaw(place, second);
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
        vm.assertEq(kept.template, address(0), "template");
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
        registry.recheck(id, quote_);
    }
}
