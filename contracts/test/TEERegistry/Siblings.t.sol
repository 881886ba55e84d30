// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
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
        QuoteDraft memory renewed = draft;
        flip(renewed.backing, 40);
        admit(renewed, NEXT_KEY, true);
        uint32 younger = admissionOf(NEXT_KEY);
        vm.assertTrue(younger != id, "two admissions");
        uint64 number = newestBlock();
        (bytes32 r, bytes32 s) = renewalSignature(draft, NEXT, number);
        vm.prank(STRANGER);
        try registry.renew(id, NEXT, number, uint256(r), uint256(s)) {} catch {}
        vm.prank(RELAYER);
        try registry.renew(younger, NEXT, number, uint256(r), uint256(s)) {} catch {}
        vm.assertEq(registry.registration(NEXT).validUntil, START + 86_390 + 3600, "validUntil");
    }

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
