// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Measurements and revocation: they count when a signer is used, not only when it registers.
contract TEERegistryPolicyTest is RegistryCase {
    address private constant LATER = address(0x1a7e4);

    function test_removeMeasurement__valid_signer__ends_at_once() public {
        registerNow(SIGNER);
        _remove();
        assertStatus(SIGNER, ITEERegistry.SignerStatus.MeasurementRemoved);
        vm.assertFalse(registry.isMeasurementAllowed(MEASUREMENT), "allowed");
    }

    function test_removeMeasurement__other_measurement__changes_nothing() public {
        registerNow(SIGNER);
        vm.prank(OWNER);
        registry.allowMeasurement(keccak256("other"));
        vm.prank(OWNER);
        registry.removeMeasurement(keccak256("other"));
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Valid);
    }

    function test_allowMeasurement__after_removal__revives_no_signer() public {
        registerNow(SIGNER);
        _remove();
        vm.prank(OWNER);
        registry.allowMeasurement(MEASUREMENT);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.MeasurementRemoved);
        registerNow(LATER);
        assertStatus(LATER, ITEERegistry.SignerStatus.Valid);
        vm.assertEq(registry.measurementEpoch(MEASUREMENT), 3, "epoch");
    }

    function test_register__removed_measurement__refused() public {
        _remove();
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ITEERegistry.MeasurementNotAllowed.selector, MEASUREMENT)
        );
        registry.register(data, quoteFor(data));
    }

    function test_allowMeasurement__twice__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(ITEERegistry.MeasurementAlreadyAllowed.selector, MEASUREMENT)
        );
        vm.prank(OWNER);
        registry.allowMeasurement(MEASUREMENT);
    }

    function test_removeMeasurement__not_allowed__refused() public {
        bytes32 unknown = keccak256("unknown");
        vm.expectRevert(
            abi.encodeWithSelector(ITEERegistry.MeasurementNotAllowed.selector, unknown)
        );
        vm.prank(OWNER);
        registry.removeMeasurement(unknown);
    }

    function test_measurement__changes__emit() public {
        vm.expectEmit(address(registry));
        emit ITEERegistry.MeasurementRemoved(MEASUREMENT, 2);
        vm.prank(OWNER);
        registry.removeMeasurement(MEASUREMENT);
        vm.expectEmit(address(registry));
        emit ITEERegistry.MeasurementAllowed(MEASUREMENT, 3);
        vm.prank(OWNER);
        registry.allowMeasurement(MEASUREMENT);
    }

    /* --- revocation ------------------------------------------------------------------------ */

    function test_revokeSigner__valid_signer__ends_at_once() public {
        registerNow(SIGNER);
        registerNow(LATER);
        vm.expectEmit(address(registry));
        emit ITEERegistry.SignerRevoked(SIGNER);
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Revoked);
        assertStatus(LATER, ITEERegistry.SignerStatus.Valid);
    }

    /// @dev So that the owner cannot lose a race against the registration of a known bad key.
    function test_revokeSigner__before_registration__never_registered() public {
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 1);
        vm.expectRevert(abi.encodeWithSelector(ITEERegistry.SignerIsRevoked.selector, SIGNER));
        registry.register(data, quoteFor(data));
        assertStatus(SIGNER, ITEERegistry.SignerStatus.Revoked);
    }

    function test_revokeSigner__twice__refused() public {
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
        vm.expectRevert(abi.encodeWithSelector(ITEERegistry.SignerIsRevoked.selector, SIGNER));
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
    }

    function test_revokeSigner__keeps_the_record() public {
        registerNow(SIGNER);
        vm.prank(OWNER);
        registry.revokeSigner(SIGNER);
        vm.assertEq(registry.attestedProvers(SIGNER), START, "attestedProvers");
        vm.assertTrue(registry.registration(SIGNER).revoked, "revoked");
    }

    function _remove() private {
        vm.prank(OWNER);
        registry.removeMeasurement(MEASUREMENT);
    }
}
