// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {
    Admission,
    Registration,
    SignerStatus,
    UpstreamReportData
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {SignedRegion} from "../../src/libraries/SignedRegion.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Upstream's `register`: what it records, and what it refuses.
contract TEERegistryRegistrationTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant SIGNER = address(0x519e);

    /// @dev The ABI that an unmodified sp1-tee-prover was built with.
    function test_selectors__upstreams__unchanged() public view {
        vm.assertEq(
            bytes32(registry.register.selector),
            bytes32(bytes4(keccak256("register((uint256,bytes32,address),bytes)"))),
            "register"
        );
        vm.assertEq(
            bytes32(registry.attestedProvers.selector),
            bytes32(bytes4(keccak256("attestedProvers(address)"))),
            "attestedProvers"
        );
    }

    function test_register__good_quote__valid_signer() public {
        assertStatus(SIGNER, SignerStatus.Unregistered);
        registerNow(SIGNER);
        assertStatus(SIGNER, SignerStatus.Valid);
        Registration memory record = registry.registration(SIGNER);
        vm.assertEq(record.attestedAt, START, "attestedAt");
        vm.assertEq(record.validUntil, START + 3600, "validUntil");
        vm.assertEq(record.measurement, measurement, "measurement");
        vm.assertEq(record.platform, PLATFORM, "platform");
        vm.assertFalse(record.revoked, "revoked");
        vm.assertEq(registry.attestedProvers(SIGNER), START, "attestedProvers");
    }

    function test_register__good_quote__keeps_no_key() public {
        registerNow(SIGNER);
        Admission memory kept = registry.admission(admissionOf(SIGNER));
        vm.assertFalse(kept.isEnrolled, "enrolled");
        vm.assertEq(kept.template.code.length, 0, "code");
        vm.assertEq(kept.platform, PLATFORM, "platform");
    }

    function test_register__good_quote__emits_all_of_it() public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 7);
        bytes memory quote = upstreamQuote(data);
        uint256 snapshot = vm.snapshotState();
        registry.register(data, quote);
        uint32 number = admissionOf(SIGNER);
        vm.revertToState(snapshot);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.SignerRegistered(
            SIGNER,
            PLATFORM,
            measurement,
            number,
            FMSPC,
            TcbStatus.UpToDate,
            BLOCK - 7,
            hashOf(BLOCK - 7),
            keccak256(slice(quote, 0, 632)),
            START + 3600
        );
        registry.register(data, quote);
    }

    function test_register__any_sender__taken(address sender) public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        vm.prank(sender);
        registry.register(data, upstreamQuote(data));
        assertStatus(SIGNER, SignerStatus.Valid);
    }

    function test_register__value_for_our_verifier__comes_back() public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        bytes memory quote = upstreamQuote(data);
        vm.deal(RELAYER, 1 ether);
        vm.prank(RELAYER);
        registry.register{value: 1 ether}(data, quote);
        vm.assertEq(RELAYER.balance, 1 ether, "relayer");
        vm.assertEq(address(registry).balance, 0, "registry");
    }

    /* --- time ------------------------------------------------------------------------------ */

    function test_validity__last_second__then_expired() public {
        registerNow(SIGNER);
        vm.warp(START + 3599);
        assertStatus(SIGNER, SignerStatus.Valid);
        vm.warp(START + 3600);
        assertStatus(SIGNER, SignerStatus.Expired);
    }

    function test_validity__collateral_ends_first__until_then() public {
        sayValidUntil(START + 10);
        registerNow(SIGNER);
        vm.assertEq(registry.registration(SIGNER).validUntil, START + 10, "validUntil");
        vm.warp(START + 10);
        assertStatus(SIGNER, SignerStatus.Expired);
    }

    function test_register__collateral_ends_now__refused() public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        sayValidUntil(START);
        _refuse(
            data,
            upstreamQuote(data),
            abi.encodeWithSelector(IRegistryErrors.QuoteExpired.selector, START, START)
        );
        sayValidUntil(START + 1);
        registry.register(data, upstreamQuote(data));
    }

    /* --- once, ever ------------------------------------------------------------------------ */

    function test_register__same_quote_twice__refused() public {
        registerNow(SIGNER);
        _refuseAgain();
    }

    /// @dev A new quote, after the first registration has ended, extends nothing either.
    function test_register__same_signer_after_expiry__refused() public {
        registerNow(SIGNER);
        vm.warp(START + 7200);
        rollTo(BLOCK + 600);
        _refuseAgain();
        assertStatus(SIGNER, SignerStatus.Expired);
    }

    /// @dev The key of a registration is the signer, so no other bytes of a quote make a second one.
    function test_register__changed_copy_by_another_relayer__refused() public {
        registerNow(SIGNER);
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        bytes memory quote = bytes.concat(upstreamQuote(data), new bytes(1));
        flip(quote, 640);
        vm.expectPartialRevert(IRegistryErrors.SignerAlreadyRegistered.selector);
        vm.prank(address(0xbad));
        registry.register(data, quote);
    }

    function test_register__revoked_signer__refused() public {
        vm.prank(GUARDIAN);
        registry.revokeSigner(SIGNER, REASON);
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        _refuse(
            data,
            upstreamQuote(data),
            abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, SIGNER)
        );
        assertStatus(SIGNER, SignerStatus.Revoked);
    }

    /* --- report data ----------------------------------------------------------------------- */

    function test_register__zero_signer__refused() public {
        UpstreamReportData memory data = upstreamData(address(0), BLOCK - 1);
        _refuse(
            data, upstreamQuote(data), abi.encodeWithSelector(IRegistryErrors.SignerZero.selector)
        );
    }

    /// @dev Any other first half, also one that differs only in the 12 bytes before the address.
    function test_register__other_first_half__refused(bytes32 high) public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        bytes32 expected = bytes32(uint256(uint160(SIGNER)));
        vm.assume(high != expected);
        bytes memory quote = QuoteForge.draft(Form.TdV4).raw(high, keccak256(abi.encode(data)));
        _refuse(
            data,
            quote,
            abi.encodeWithSelector(
                IRegistryErrors.ReportDataSignerMismatch.selector, expected, high
            )
        );
    }

    /// @dev A quote for one block does not serve for another, though both are fresh.
    function test_register__quote_of_another_block__refused() public {
        UpstreamReportData memory quoted = upstreamData(SIGNER, BLOCK - 2);
        UpstreamReportData memory claimed = upstreamData(SIGNER, BLOCK - 1);
        _refuse(
            claimed,
            upstreamQuote(quoted),
            abi.encodeWithSelector(
                IRegistryErrors.ReportDataDigestMismatch.selector,
                keccak256(abi.encode(claimed)),
                keccak256(abi.encode(quoted))
            )
        );
    }

    /// @dev Upstream's way takes no quote of our layout: the first half differs.
    function test_register__quote_of_our_layout__refused() public {
        bytes memory quote = rawQuote(QuoteForge.draft(Form.TdV4), SIGNER, newestBlock());
        vm.expectPartialRevert(IRegistryErrors.ReportDataSignerMismatch.selector);
        registry.register(upstreamData(SIGNER, BLOCK - 1), quote);
    }

    /* --- the verifier and the form ---------------------------------------------------------- */

    function test_register__verifier_refuses__its_reason() public {
        bytes memory reason = abi.encodeWithSignature("AnyReason(uint256)", 7);
        double.refuse(reason);
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        _refuse(data, upstreamQuote(data), reason);
    }

    function test_register__any_bytes__typed_refusal(bytes calldata junk) public {
        vm.expectRevert();
        registry.register(upstreamData(SIGNER, BLOCK - 1), junk);
    }

    function test_register__region_cut__refused(uint256 length) public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        bytes memory quote = slice(upstreamQuote(data), 0, bound(length, 0, 631));
        vm.expectPartialRevert(SignedRegion.SignedRegionUnknown.selector);
        registry.register(data, quote);
    }

    function test_register__unknown_header__refused() public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        uint8[3] memory offsets = [0, 1, 4];
        for (uint256 i = 0; i < offsets.length; ++i) {
            bytes memory quote = upstreamQuote(data);
            quote[offsets[i]] = 0x82;
            vm.expectPartialRevert(SignedRegion.SignedRegionUnknown.selector);
            registry.register(data, quote);
        }
    }

    function test_register__paused__refused() public {
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        _refuse(
            data,
            upstreamQuote(data),
            abi.encodeWithSelector(IRegistryErrors.RegistrationsPaused.selector)
        );
    }

    function test_register__every_status__only_the_allowed_one() public {
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 1);
        bytes memory quote = upstreamQuote(data);
        for (uint8 status = 1; status <= uint8(type(TcbStatus).max); ++status) {
            sayStatus(TcbStatus(status));
            _refuse(
                data,
                quote,
                abi.encodeWithSelector(
                    IRegistryErrors.TcbStatusRefused.selector, status, UP_TO_DATE
                )
            );
        }
        sayStatus(TcbStatus.UpToDate);
        registry.register(data, quote);
    }

    function _refuseAgain() private {
        UpstreamReportData memory data = upstreamData(SIGNER, block.number - 1);
        _refuse(
            data,
            upstreamQuote(data),
            abi.encodeWithSelector(IRegistryErrors.SignerAlreadyRegistered.selector, SIGNER, START)
        );
    }

    function _refuse(UpstreamReportData memory data, bytes memory quote, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        registry.register(data, quote);
    }
}
