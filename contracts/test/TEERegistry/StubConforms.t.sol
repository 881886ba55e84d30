// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {Registration, SignerStatus} from "../../src/interfaces/registry/RegistryTypes.sol";
import {TEERegistryStub} from "../../src/testing/TEERegistryStub.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice The stub and the registry are told of the same signer, and asked the same in each state
/// that a signer can be in.
contract TEERegistryStubConformsTest is RegistryCase {
    TEERegistryStub private stub;
    address private signer;

    function setUp() public override {
        super.setUp();
        vm.chainId(31_337);
        registry = deployRegistry(address(double));
        vm.prank(OWNER);
        registry.allowMeasurement(measurement);
        stub = new TEERegistryStub();
        signer = vm.addr(KEY);
    }

    function test_signer__nobody__same_answers() public view {
        _same(SignerStatus.Unregistered);
    }

    function test_signer__registered__same_answers_until_it_expires() public {
        _register();
        _same(SignerStatus.Valid);
        uint64 until = registry.registration(signer).validUntil;
        vm.warp(until - 1);
        _same(SignerStatus.Valid);
        vm.warp(until);
        _same(SignerStatus.Expired);
    }

    function test_signer__revoked__same_answers_and_refused_from_then_on() public {
        _register();
        vm.prank(OWNER);
        registry.revokeSigner(signer, REASON);
        stub.STUB_end(signer, SignerStatus.Revoked);
        _same(SignerStatus.Revoked);
        vm.warp(block.timestamp + 2 days);
        _same(SignerStatus.Revoked);
        _sameRefusal(abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, signer));
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, signer));
        stub.STUB_end(signer, SignerStatus.Revoked);
    }

    function test_signer__revoked_before_it_is_registered__same_answers() public {
        vm.prank(OWNER);
        registry.revokeSigner(signer, REASON);
        stub.STUB_end(signer, SignerStatus.Revoked);
        _same(SignerStatus.Revoked);
        _sameRefusal(abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, signer));
    }

    function test_signer__its_measurement_is_removed__same_answers() public {
        _register();
        vm.prank(OWNER);
        registry.removeMeasurement(measurement, REASON);
        _ended(SignerStatus.MeasurementRemoved);
    }

    function test_signer__epoch_is_raised__same_answers() public {
        _register();
        vm.prank(OWNER);
        registry.raiseEpoch(REASON);
        _ended(SignerStatus.EpochEnded);
    }

    function test_signer__its_admission_is_revoked__same_answers() public {
        _register();
        uint32 number = admissionOf(signer);
        vm.prank(OWNER);
        registry.revokeAdmission(number, REASON);
        _ended(SignerStatus.AdmissionEnded);
    }

    function test_signer__its_platform_is_revoked__same_answers() public {
        _register();
        vm.prank(OWNER);
        registry.revokePlatform(PLATFORM, REASON);
        _ended(SignerStatus.AdmissionEnded);
    }

    function test_register__again_or_nobody__same_refusal() public {
        _register();
        _sameRefusal(
            abi.encodeWithSelector(IRegistryErrors.SignerAlreadyRegistered.selector, signer, START)
        );
        signer = address(0);
        _sameRefusal(abi.encodeWithSelector(IRegistryErrors.SignerZero.selector));
    }

    /// @dev The same state on both, and it goes before the time that is over, or after it, as there.
    function _ended(SignerStatus reason) private {
        stub.STUB_end(signer, reason);
        _same(reason);
        vm.warp(block.timestamp + 2 days);
        _same(SignerStatus.Expired);
    }

    function _register() private {
        admit(KEY, true);
        uint64 until = registry.registration(signer).validUntil;
        stub.STUB_register(signer, measurement, PLATFORM, until);
    }

    function _sameRefusal(bytes memory reason) private {
        uint64 number = newestBlock();
        vm.expectRevert(reason);
        registry.checkRegistrable(signer, number);
        vm.expectRevert(reason);
        stub.STUB_register(signer, measurement, PLATFORM, type(uint64).max);
    }

    function _same(SignerStatus expected) private view {
        assertStatus(signer, expected);
        _sameAnswer(abi.encodeCall(ITEERegistry.signerStatus, (signer)));
        _sameAnswer(abi.encodeCall(ITEERegistry.verifyAttestedProver, (signer)));
        _sameAnswer(abi.encodeCall(ITEERegistry.attestedProvers, (signer)));
        _sameAnswer(abi.encodeCall(ITEERegistry.attestationOf, (signer)));
        Registration memory real = registry.registration(signer);
        // The stub has no admissions.
        real.admission = 0;
        vm.assertEq(abi.encode(stub.registration(signer)), abi.encode(real), "registration");
    }

    function _sameAnswer(bytes memory asked) private view {
        (bool holds, bytes memory answer) = address(registry).staticcall(asked);
        (bool held, bytes memory told) = address(stub).staticcall(asked);
        vm.assertTrue(holds && held, "both answer");
        vm.assertEq(told, answer, "answer");
    }
}
