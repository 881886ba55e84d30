// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice What `register` records, and what it refuses.
contract TEERegistryRegistrationTest is RegistryCase {
    function test_register__good_quote__valid_signer() public {
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Unregistered);
        registerNow(SIGNER);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Valid);
        ITEERegistry.Registration memory record = registry.registration(SIGNER);
        vm.assertEq(record.attestedAt, START, "attestedAt");
        vm.assertEq(record.validUntil, START + 3600, "validUntil");
        vm.assertEq(record.measurement, MEASUREMENT, "measurement");
        vm.assertEq(record.measurementEpoch, 1, "measurementEpoch");
        vm.assertFalse(record.revoked, "revoked");
        vm.assertEq(registry.attestedProvers(SIGNER), START, "attestedProvers");
    }

    function test_register__good_quote__emits_all_of_it() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 7);
        bytes memory quote = quoteFor(data);
        vm.expectEmit(address(registry));
        emit ITEERegistry.SignerRegistered(
            SIGNER, MEASUREMENT, BLOCK - 7, hashOf(BLOCK - 7), keccak256(quote), START + 3600
        );
        registry.register(data, quote);
    }

    function test_register__any_sender__taken(address sender) public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        vm.prank(sender);
        registry.register(data, quoteFor(data));
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Valid);
    }

    /* --- time ------------------------------------------------------------------------------ */

    function test_validity__last_second__then_expired() public {
        registerNow(SIGNER);
        vm.warp(START + 3599);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Valid);
        vm.warp(START + 3600);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Expired);
    }

    function test_validity__certificate_ends_first__until_then() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        VerifiedQuote memory verified = verifiedFor(data);
        verified.validUntil = START + 10;
        registry.register(data, abi.encode(verified));
        vm.assertEq(registry.registration(SIGNER).validUntil, START + 10, "validUntil");
        vm.warp(START + 10);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Expired);
    }

    function test_register__certificate_ends_now__refused() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        VerifiedQuote memory verified = verifiedFor(data);
        verified.validUntil = START;
        _refuse(
            data, verified, abi.encodeWithSelector(ITEERegistry.QuoteExpired.selector, START, START)
        );
        verified.validUntil = START + 1;
        registry.register(data, abi.encode(verified));
    }

    /* --- once, ever ------------------------------------------------------------------------ */

    function test_register__same_quote_twice__refused() public {
        registerNow(SIGNER);
        _refuseAgain(SIGNER);
    }

    /// @dev A new quote, after the first registration has ended, extends nothing either.
    function test_register__same_signer_after_expiry__refused() public {
        registerNow(SIGNER);
        vm.warp(START + 7200);
        rollTo(BLOCK + 600);
        _refuseAgain(SIGNER);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Expired);
    }

    /// @dev The key of a registration is the signer, so no other bytes of a quote make a second one.
    function test_register__other_quote_bytes_by_another_relayer__refused() public {
        registerNow(SIGNER);
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        bytes memory quote = bytes.concat(quoteFor(data), new bytes(1));
        bytes memory reason =
            abi.encodeWithSelector(ITEERegistry.SignerAlreadyRegistered.selector, SIGNER, START);
        vm.expectRevert(reason);
        vm.prank(address(0xbad));
        registry.register(data, quote);
    }

    function test_register__revoked_signer__refused() public {
        registerNow(SIGNER);
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        _refuse(
            data,
            verifiedFor(data),
            abi.encodeWithSelector(ITEERegistry.SignerIsRevoked.selector, SIGNER)
        );
    }

    /* --- report data ----------------------------------------------------------------------- */

    function test_register__zero_signer__refused() public {
        ITEERegistry.ReportData memory data = dataFor(address(0), BLOCK - 1);
        _refuse(data, verifiedFor(data), abi.encodeWithSelector(ITEERegistry.SignerZero.selector));
    }

    function test_register__quote_of_another_signer__refused() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        VerifiedQuote memory verified = verifiedFor(data);
        verified.reportDataHigh = bytes32(uint256(uint160(SIGNER)) + 1);
        _refuse(
            data,
            verified,
            abi.encodeWithSelector(
                ITEERegistry.ReportDataSignerMismatch.selector,
                bytes32(uint256(uint160(SIGNER))),
                verified.reportDataHigh
            )
        );
    }

    /// @dev The 12 bytes before the address must be zero: one report data for one signer.
    function test_register__address_padding_not_zero__refused() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        VerifiedQuote memory verified = verifiedFor(data);
        verified.reportDataHigh |= bytes32(uint256(1) << 160);
        _refuse(
            data,
            verified,
            abi.encodeWithSelector(
                ITEERegistry.ReportDataSignerMismatch.selector,
                bytes32(uint256(uint160(SIGNER))),
                verified.reportDataHigh
            )
        );
    }

    /// @dev A quote for one block does not serve for another, though both are fresh.
    function test_register__quote_of_another_block__refused() public {
        ITEERegistry.ReportData memory quoted = dataFor(SIGNER, BLOCK - 2);
        ITEERegistry.ReportData memory claimed = dataFor(SIGNER, BLOCK - 1);
        _refuse(
            claimed,
            verifiedFor(quoted),
            abi.encodeWithSelector(
                ITEERegistry.ReportDataDigestMismatch.selector,
                verifiedFor(claimed).reportDataLow,
                verifiedFor(quoted).reportDataLow
            )
        );
    }

    /* --- measurement ----------------------------------------------------------------------- */

    function test_register__unknown_measurement__refused() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        VerifiedQuote memory verified = verifiedFor(data);
        verified.measurement = keccak256("other");
        _refuse(
            data,
            verified,
            abi.encodeWithSelector(
                ITEERegistry.MeasurementNotAllowed.selector, verified.measurement
            )
        );
    }

    function test_register__verifier_refuses__its_reason() public {
        bytes memory reason = abi.encodeWithSelector(ITEERegistry.SignerZero.selector);
        address verifier = address(registry.verifier());
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        vm.mockCallRevert(verifier, "", reason);
        vm.expectRevert(reason);
        registry.register(data, quoteFor(data));
    }

    function _refuseAgain(address signer) private {
        ITEERegistry.ReportData memory data = dataFor(signer, block.number - 1);
        bytes memory reason =
            abi.encodeWithSelector(ITEERegistry.SignerAlreadyRegistered.selector, signer, START);
        _refuse(data, verifiedFor(data), reason);
    }

    function _refuse(
        ITEERegistry.ReportData memory data,
        VerifiedQuote memory verified,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        registry.register(data, abi.encode(verified));
    }
}
