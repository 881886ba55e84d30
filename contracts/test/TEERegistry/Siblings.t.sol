// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice One machine with two admissions of one attestation key, as after a new certificate; and an
/// admission on which somebody registers without enrolling.
contract TEERegistrySiblingsTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant STRANGER = address(0xbad);
    address private constant NEXT = address(0xe1);

    QuoteDraft private draft;
    uint32 private id;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        admit(draft, KEY, true);
        id = admissionOf(KEY);
    }

    /// @dev The machine has a new certificate, and is admitted anew by it a day later.
    function test_renew__by_the_sibling_that_ends_first__does_not_shorten() public {
        vm.warp(START + 86_390);
        QuoteDraft memory renewed = _admitRenewed();
        uint32 younger = admissionOf(NEXT_KEY);
        vm.assertTrue(younger != id, "two admissions");
        uint64 number = newestBlock();
        (bytes32 r, bytes32 s) = renewalSignature(renewed, NEXT, number);
        vm.prank(STRANGER);
        try registry.renew(id, NEXT, number, uint256(r), uint256(s)) {} catch {}
        vm.prank(RELAYER);
        registry.renew(younger, NEXT, number, uint256(r), uint256(s));
        vm.assertEq(registry.registration(NEXT).validUntil, START + 86_390 + 3600, "validUntil");
    }

    /* --- each call names its evidence ---------------------------------------------------------- */

    /// @dev The old certificate is revoked, the new one is not: the stranger registers the pending
    /// renewal under the old one's admission, and shows the evidence that ends it.
    function test_renew__under_a_sibling_that_is_evicted__stays_valid() public {
        bytes memory old = compactQuote(draft, vm.addr(KEY), newestBlock());
        QuoteDraft memory renewed = _admitRenewed();
        uint32 younger = admissionOf(NEXT_KEY);
        (bytes32 r, bytes32 s) = renewalSignature(renewed, NEXT, newestBlock());
        _refuseRenewal(id, r, s);
        double.refuse(abi.encodeWithSelector(IDcapErrors.PckRevoked.selector, 1, 2, 3));
        registry.recheck(old);
        registry.renew(younger, NEXT, newestBlock(), uint256(r), uint256(s));
        assertStatus(NEXT, SignerStatus.Valid);
    }

    /// @dev Nor the other way round, whichever of the two is named.
    function test_renew__of_the_older__refused_under_the_younger() public {
        _admitRenewed();
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, newestBlock());
        _refuseRenewal(admissionOf(NEXT_KEY), r, s);
        renew(draft, id, NEXT);
        vm.assertEq(uint256(admissionOf(NEXT)), id, "number");
    }

    /// @dev Intel issued two certificates for one PCK: the copy carries the other one.
    function test_admit__copied_with_another_certificate__own_evidence_is_enrolled() public {
        QuoteDraft memory renewed = draft;
        flip(renewed.backing, 40);
        bytes memory sent = compactQuote(renewed, vm.addr(NEXT_KEY), newestBlock());
        bytes memory copy = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory raw = rawQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory proof = possession(renewed, NEXT_KEY, newestBlock(), START, true);
        vm.expectPartialRevert(IRegistryErrors.PossessionMismatch.selector);
        vm.prank(STRANGER);
        registry.admit(copy, START, proof, true);
        vm.expectPartialRevert(IRegistryErrors.PossessionMismatch.selector);
        vm.prank(STRANGER);
        registry.admitRaw(raw, START, proof, true);
        vm.prank(RELAYER);
        registry.admit(sent, START, proof, true);
        uint32 number = admissionOf(NEXT_KEY);
        vm.assertTrue(number != id, "two admissions");
        vm.assertEq(registry.admission(number).template, templateOf(renewed), "template");
    }

    /* --- generations --------------------------------------------------------------------------- */

    /// @dev A guardian's robot ends an admission as often as it is made again, within the hour.
    function test_revokeAdmission__255_times__first_signers_stay_ended() public {
        for (uint256 i = 1; i < 255; ++i) {
            _endAdmission();
            admit(draft, 0x9000 + i, true);
            assertStatus(vm.addr(KEY), SignerStatus.AdmissionEnded);
        }
        _endAdmission();
        uint256 until = START + 86_400;
        vm.assertEq(registry.admission(id).validUntil, until, "held until");
        bytes memory quote = compactQuote(draft, vm.addr(NEXT_KEY), newestBlock());
        bytes memory proof = possession(NEXT_KEY, newestBlock(), until);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.AdmissionEndedTooOften.selector, id, until)
        );
        registry.admit(quote, until, proof, true);
        vm.warp(until);
        registry.admit(quote, until, proof, true);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
        assertStatus(vm.addr(KEY), SignerStatus.Expired);
    }

    /// @dev What was registered for a day keeps the place for a day, whatever comes after it: else
    /// generations could begin anew before.
    function test_admit__after_one_that_ended__held_as_long_as_its_signers() public {
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        admit(draft, NEXT_KEY, false);
        _endAdmission();
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(1);
        admit(draft, 0x9001, false);
        vm.assertEq(registry.registration(vm.addr(0x9001)).validUntil, START + 1, "signer");
        vm.assertEq(registry.admission(id).validUntil, START + 86_400, "admission");
    }

    function _endAdmission() private {
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
    }

    /// @dev With a new certificate of the same key.
    function _admitRenewed() private returns (QuoteDraft memory renewed) {
        renewed = draft;
        flip(renewed.backing, 40);
        admit(renewed, NEXT_KEY, true);
    }

    function _refuseRenewal(uint32 number, bytes32 r, bytes32 s) private {
        uint64 block_ = newestBlock();
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.RenewalSignatureInvalid.selector, number)
        );
        vm.prank(STRANGER);
        registry.renew(number, NEXT, block_, uint256(r), uint256(s));
    }

    /* --- without enrolling --------------------------------------------------------------------- */

    /// @dev From the log one can tell until when renewals are taken.
    function test_register__on_an_enrolled_admission__emits_its_new_end() public {
        vm.warp(START + 86_390);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionExtended(
            id, PLATFORM, TcbStatus.UpToDate, START + 86_390 + 3600
        );
        registerNow(NEXT);
    }
}
