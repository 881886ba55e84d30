// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";
import {VerifierDouble} from "../harness/VerifierDouble.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @notice What the owner may set, and that nobody else may.
contract TEERegistrySettingsTest is RegistryCase {
    function test_settings__of_a_new_registry__upstreams() public view {
        vm.assertEq(registry.attestValiditySeconds(), 3600, "attestValiditySeconds");
        vm.assertEq(registry.maxBlockNumberDiff(), 100, "maxBlockNumberDiff");
        vm.assertEq(ownable().owner(), OWNER, "owner");
    }

    /* --- bounds ---------------------------------------------------------------------------- */

    function test_setMaxBlockNumberDiff__any_value__bounded(uint256 value) public {
        value = bound(value, 0, 300);
        _expectBounds(value, 2, 256);
        registry.setMaxBlockNumberDiff(value);
        bool isInside = value >= 2 && value <= 256;
        vm.assertEq(registry.maxBlockNumberDiff(), isInside ? value : 100, "setting");
    }

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

    /* --- effects --------------------------------------------------------------------------- */

    function test_setAttestValiditySeconds__longer__revives_no_signer() public {
        registerNow(SIGNER);
        vm.warp(START + 3600);
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Expired);
    }

    function test_setAttestValiditySeconds__never_registered__stays_invalid() public {
        vm.warp(10);
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(86_400);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Unregistered);
    }

    function test_setAttestValiditySeconds__later_registration__follows() public {
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(60);
        registerNow(SIGNER);
        vm.assertEq(registry.registration(SIGNER).validUntil, START + 60, "validUntil");
    }

    function test_settings__changes__emit() public {
        vm.expectEmit(address(registry));
        emit ITEERegistry.AttestValiditySecondsChanged(3600, 60);
        vm.prank(OWNER);
        registry.setAttestValiditySeconds(60);
        vm.expectEmit(address(registry));
        emit ITEERegistry.MaxBlockNumberDiffChanged(100, 50);
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(50);
    }

    /* --- the verifier ---------------------------------------------------------------------- */

    function test_setVerifier__contract__used_from_then_on() public {
        address old = address(registry.verifier());
        IDcapVerifier other = IDcapVerifier(address(new VerifierDouble()));
        vm.expectEmit(address(registry));
        emit ITEERegistry.VerifierChanged(old, address(other));
        vm.prank(OWNER);
        registry.setVerifier(other);
        vm.etch(old, hex"fe");
        registerNow(SIGNER);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Valid);
    }

    function test_setVerifier__no_code__refused() public {
        address empty = address(0xe);
        vm.expectRevert(abi.encodeWithSelector(ITEERegistry.VerifierWithoutCode.selector, empty));
        vm.prank(OWNER);
        registry.setVerifier(IDcapVerifier(empty));
    }

    function test_constructor__verifier_without_code__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(ITEERegistry.VerifierWithoutCode.selector, address(0xe))
        );
        deployRegistry(IDcapVerifier(address(0xe)));
    }

    /* --- ownership ------------------------------------------------------------------------- */

    function test_owner_functions__by_anybody_else__refused(address sender) public {
        vm.assume(sender != OWNER);
        bytes[7] memory calls = [
            abi.encodeCall(registry.allowMeasurement, (keccak256("other"))),
            abi.encodeCall(registry.removeMeasurement, (MEASUREMENT)),
            abi.encodeCall(registry.revokeSigner, (SIGNER)),
            abi.encodeCall(registry.setVerifier, (registry.verifier())),
            abi.encodeCall(registry.setAttestValiditySeconds, (60)),
            abi.encodeCall(registry.setMaxBlockNumberDiff, (60)),
            abi.encodeCall(Ownable.transferOwnership, (sender))
        ];
        bytes memory reason =
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, sender);
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(sender);
            (bool success, bytes memory result) = address(registry).call(calls[i]);
            vm.assertFalse(success, "refused");
            vm.assertEq(result, reason, "for the sender");
            vm.prank(OWNER);
            (success,) = address(registry).call(calls[i]);
            vm.assertTrue(success, "the owner may");
        }
    }

    function test_transferOwnership__accepted__in_two_steps() public {
        address heir = address(0x4e14);
        vm.prank(OWNER);
        ownable().transferOwnership(heir);
        vm.assertEq(ownable().owner(), OWNER, "not before it is accepted");
        vm.prank(heir);
        ownable().acceptOwnership();
        vm.assertEq(ownable().owner(), heir, "accepted");
    }

    function test_renounceOwnership__refused() public {
        vm.expectRevert(ITEERegistry.OwnershipNotRenounceable.selector);
        vm.prank(OWNER);
        ownable().renounceOwnership();
        vm.assertEq(ownable().owner(), OWNER, "owner");
    }

    /// @dev The next call is the owner's; it must be refused unless the value is inside.
    function _expectBounds(uint256 value, uint256 minimum, uint256 maximum) private {
        if (value < minimum || value > maximum) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ITEERegistry.SettingOutOfBounds.selector, value, minimum, maximum
                )
            );
        }
        vm.prank(OWNER);
    }
}
