// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {SignerStatus, VerifierKind} from "../../src/interfaces/registry/RegistryTypes.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";
import {VerifierDouble} from "../harness/VerifierDouble.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @notice What owner and guardian may set, and that nobody else may.
contract TEERegistrySettingsTest is RegistryCase {
    address private constant SIGNER = address(0x519e);

    function test_settings__of_a_new_registry__upstreams() public view {
        vm.assertEq(registry.attestValiditySeconds(), 3600, "attestValiditySeconds");
        vm.assertEq(registry.maxBlockNumberDiff(), 100, "maxBlockNumberDiff");
        vm.assertEq(registry.epoch(), 0, "epoch");
        vm.assertFalse(registry.paused(), "paused");
        vm.assertEq(ownable().owner(), OWNER, "owner");
        vm.assertEq(registry.verifier(), address(double), "verifier");
    }

    /// @dev As on a chain before Osaka: a call of 0x100 succeeds and returns nothing.
    function test_constructor__no_precompile__refused() public {
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(IRegistryErrors.P256PrecompileMissing.selector);
        deployRegistry(address(double));
    }

    /* --- bounds ---------------------------------------------------------------------------- */

    function test_setMaxBlockNumberDiff__edges__exact() public {
        uint256[6] memory values = [uint256(0), 1, 2, 256, 257, type(uint256).max];
        for (uint256 i = 0; i < values.length; ++i) {
            _expectBounds(values[i], 2, 256);
            registry.setMaxBlockNumberDiff(values[i]);
        }
        vm.assertEq(registry.maxBlockNumberDiff(), 256, "the last one inside");
    }

    function test_setAttestValiditySeconds__edges__exact() public {
        uint256[5] memory values = [uint256(0), 1, 86_400, 86_401, type(uint256).max];
        for (uint256 i = 0; i < values.length; ++i) {
            _expectBounds(values[i], 1, 86_400);
            registry.setAttestValiditySeconds(values[i]);
        }
        vm.assertEq(registry.attestValiditySeconds(), 86_400, "the last one inside");
    }

    function test_settings__any_values__bounded(uint256 blocks, uint256 seconds_) public {
        _expectBounds(blocks, 2, 256);
        registry.setMaxBlockNumberDiff(blocks);
        _expectBounds(seconds_, 1, 86_400);
        registry.setAttestValiditySeconds(seconds_);
    }

    /* --- effects --------------------------------------------------------------------------- */

    function test_setAttestValiditySeconds__longer__revives_no_signer() public {
        registerNow(SIGNER);
        vm.warp(START + 3600);
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        assertStatus(SIGNER, SignerStatus.Expired);
    }

    function test_setAttestValiditySeconds__later_registration__follows() public {
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(60);
        registerNow(SIGNER);
        vm.assertEq(registry.registration(SIGNER).validUntil, START + 60, "validUntil");
    }

    /// @dev The neighbours in the slot stay what they were.
    function test_settings__all_in_one_slot__each_changes_alone() public {
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(256);
        vm.prank(OWNER);
        registry.raiseEpoch(REASON);
        vm.prank(OWNER);
        registry.pause(REASON);
        vm.assertEq(registry.attestValiditySeconds(), 86_400, "attestValiditySeconds");
        vm.assertEq(registry.maxBlockNumberDiff(), 256, "maxBlockNumberDiff");
        vm.assertEq(registry.epoch(), 1, "epoch");
        vm.assertTrue(registry.paused(), "paused");
        vm.assertTrue(registry.isMeasurementAllowed(measurement), "allowed");
    }

    function test_settings__changes__emit() public {
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AttestValiditySecondsChanged(3600, 60);
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(60);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.MaxBlockNumberDiffChanged(100, 50);
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(50);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.GuardianChanged(GUARDIAN, address(7));
        vm.prank(OWNER);
        registry.setGuardian(address(7));
    }

    /* --- pause ----------------------------------------------------------------------------- */

    function test_pause__registered_signer__stays_valid() public {
        registerNow(SIGNER);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.Paused(GUARDIAN, REASON);
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        assertStatus(SIGNER, SignerStatus.Valid);
        vm.expectRevert(IRegistryErrors.RegistrationsPaused.selector);
        vm.prank(GUARDIAN);
        registry.pause(REASON);
    }

    function test_unpause__by_the_owner__registers_again() public {
        vm.expectRevert(IRegistryErrors.RegistrationsNotPaused.selector);
        vm.prank(OWNER);
        registry.unpause(REASON);
        vm.prank(GUARDIAN);
        registry.pause(REASON);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.Unpaused(REASON);
        vm.prank(OWNER);
        registry.unpause(REASON);
        registerNow(SIGNER);
    }

    /* --- the verifier ---------------------------------------------------------------------- */

    function test_setVerifier__contract__used_from_then_on() public {
        VerifierDouble other = new VerifierDouble();
        other.say(goodVerdict());
        vm.expectEmit(address(registry));
        emit IRegistryEvents.VerifierChanged(address(double), address(other), VerifierKind.Own);
        vm.prank(OWNER);
        registry.setVerifier(address(other), VerifierKind.Own);
        double.refuse("not asked any more");
        registerNow(SIGNER);
        assertStatus(SIGNER, SignerStatus.Valid);
    }

    function test_setVerifier__no_code__refused() public {
        address empty = address(0xe);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryErrors.VerifierWithoutCode.selector, empty);
        vm.expectRevert(reason);
        vm.prank(OWNER);
        registry.setVerifier(empty, VerifierKind.Own);
    }

    /* --- who may --------------------------------------------------------------------------- */

    function test_owners_functions__anybody_else__refused(address stranger) public {
        vm.assume(stranger != OWNER);
        _refuseAll(_ownersCalls(), stranger, Ownable.OwnableUnauthorizedAccount.selector);
    }

    /// @dev Nothing that gives is the guardian's.
    function test_owners_functions__guardian__refused() public {
        _refuseAll(_ownersCalls(), GUARDIAN, Ownable.OwnableUnauthorizedAccount.selector);
    }

    function test_guardians_functions__anybody_else__refused(address stranger) public {
        vm.assume(stranger != OWNER && stranger != GUARDIAN);
        _refuseAll(_guardiansCalls(), stranger, IRegistryErrors.NotOwnerNorGuardian.selector);
    }

    function test_guardians_functions__guardian_and_owner__taken() public {
        _takeAll(GUARDIAN);
        setUp();
        _takeAll(OWNER);
    }

    function test_setGuardian__zero__nobody_is() public {
        vm.prank(OWNER);
        registry.setGuardian(address(0));
        _refuseAll(_guardiansCalls(), GUARDIAN, IRegistryErrors.NotOwnerNorGuardian.selector);
    }

    function test_renounceOwnership__owner__refused() public {
        vm.expectRevert(IRegistryErrors.OwnershipNotRenounceable.selector);
        vm.prank(OWNER);
        ownable().renounceOwnership();
        vm.assertEq(ownable().owner(), OWNER, "owner");
    }

    function test_transferOwnership__not_accepted__changes_nothing() public {
        vm.prank(OWNER);
        ownable().transferOwnership(address(0xb));
        vm.assertEq(ownable().owner(), OWNER, "owner before");
        vm.prank(address(0xb));
        ownable().acceptOwnership();
        vm.assertEq(ownable().owner(), address(0xb), "owner after");
    }

    function _ownersCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](9);
        calls[0] = abi.encodeCall(registry.setVerifier, (address(double), VerifierKind.Own));
        calls[1] = abi.encodeCall(registry.setGuardian, (address(7)));
        calls[2] = abi.encodeCall(registry.setAttestValiditySeconds, (60));
        calls[3] = abi.encodeCall(registry.setMaxBlockNumberDiff, (60));
        calls[4] = abi.encodeCall(registry.unpause, (REASON));
        calls[5] = abi.encodeCall(registry.allowMeasurement, (bytes32(uint256(7))));
        calls[6] = abi.encodeCall(registry.allowTrustDomain, (bytes32(uint256(7)), 1));
        calls[7] = abi.encodeCall(registry.allowEnclave, (goodEnclave(), 1));
        calls[8] = abi.encodeCall(registry.restorePlatform, (PLATFORM, REASON));
    }

    function _guardiansCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](6);
        calls[0] = abi.encodeCall(registry.pause, (REASON));
        calls[1] = abi.encodeCall(registry.revokePlatform, (PLATFORM, REASON));
        calls[2] = abi.encodeCall(registry.revokeAdmission, (admissionOf(KEY), REASON));
        calls[3] = abi.encodeCall(registry.revokeSigner, (SIGNER, REASON));
        calls[4] = abi.encodeCall(registry.removeMeasurement, (measurement, REASON));
        calls[5] = abi.encodeCall(registry.raiseEpoch, (REASON));
    }

    function _refuseAll(bytes[] memory calls, address sender, bytes4 expected) private {
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(sender);
            (bool success, bytes memory reason) = address(registry).call(calls[i]);
            vm.assertFalse(success, "success");
            vm.assertEq(reason, abi.encodeWithSelector(expected, sender), "reason");
        }
    }

    function _takeAll(address sender) private {
        admit(KEY, true);
        bytes[] memory calls = _guardiansCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(sender);
            (bool success,) = address(registry).call(calls[i]);
            vm.assertTrue(success, "success");
        }
    }

    /// @dev As the owner, with a refusal expected if the value is outside.
    function _expectBounds(uint256 value, uint256 minimum, uint256 maximum) private {
        if (value < minimum || value > maximum) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryErrors.SettingOutOfBounds.selector, value, minimum, maximum
                )
            );
        }
        vm.prank(OWNER);
    }
}
