// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Registration} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";
import {RegistryActor} from "./RegistryActor.sol";

/// @notice What holds after any sequence of registrations, ends, time and settings.
/// forge-config: default.invariant.runs = 32
contract TEERegistryInvariantsTest is RegistryCase {
    RegistryActor private actor;

    function setUp() public override {
        super.setUp();
        QuoteDraft memory second = QuoteForge.draft(Form.TdV4);
        flip(second.region, 200);
        bytes32 other = tdMeasurement(second);
        vm.prank(OWNER);
        registry.allowMeasurement(other);
        actor = new RegistryActor(registry, double, OWNER, [measurement, other]);
    }

    /// @dev forge calls only this contract's functions, in random order.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    /// @dev The actor keeps its own, plain account: valid is exactly who came from a fresh quote of
    /// an allowed measurement on a platform in good standing, once, and whom nothing ended.
    function invariant_signer__valid__exactly_when_the_model_says() public view {
        for (uint256 i = 0; i < actor.SIGNERS(); ++i) {
            address signer = actor.signerAt(i);
            bool expected = actor.mustBeValid(signer);
            vm.assertTrue(registry.verifyAttestedProver(signer) == expected, "valid");
        }
    }

    function invariant_validity__never_longer_than_a_day() public view {
        for (uint256 i = 0; i < actor.SIGNERS(); ++i) {
            address signer = actor.signerAt(i);
            Registration memory record = registry.registration(signer);
            vm.assertLt(record.validUntil, uint256(record.attestedAt) + 86_401, "validity");
        }
    }

    /// @dev Nobody else is called from, and the actor never calls as the guardian.
    function invariant_policy__owner_verifier_value__as_set() public view {
        vm.assertEq(ownable().owner(), OWNER, "owner");
        vm.assertEq(registry.guardian(), GUARDIAN, "guardian");
        vm.assertEq(registry.verifier(), address(double), "verifier");
        vm.assertEq(address(registry).balance, 0, "balance");
    }

    /// @dev A copy of an admission is of the same evidence, and so ends with the others.
    function test_actor__copied_admission__ends_with_the_others() public {
        for (uint256 trick = 0; trick < 7; ++trick) {
            uint256 snapshot = vm.snapshotState();
            actor.admit(0, 1, 0, 0, true);
            actor.admitWatched(1, 0, trick);
            vm.assertEq(actor.taken(), 2, "taken");
            actor.revokeAdmission(0);
            invariant_signer__valid__exactly_when_the_model_says();
            vm.revertToState(snapshot);
        }
    }

    /// @dev A renewal is under the admission that its machine named, whoever sends it where.
    function test_actor__renewal_under_another_certificates_admission__ends_with_its_own() public {
        actor.admit(0, 1, 0, 0, true);
        actor.admit(1, 1, 4, 0, true);
        actor.renewWatched(2, 4);
        vm.assertEq(actor.watched(), 1, "watched");
        actor.revokeAdmission(0);
        invariant_signer__valid__exactly_when_the_model_says();
        vm.assertTrue(registry.verifyAttestedProver(actor.signerAt(2)), "valid");
    }

    /// @dev Otherwise the others could hold because nothing ever happened.
    function test_actor__each_action__has_its_effect() public {
        address first = actor.signerAt(0);
        actor.admit(0, 1, 0, 0, true);
        actor.renew(1, 1, 0);
        vm.assertEq(actor.taken(), 2, "taken");
        vm.assertTrue(actor.mustBeValid(first), "model");
        vm.assertTrue(registry.verifyAttestedProver(actor.signerAt(1)), "renewed");
        actor.recheck(0, false);
        vm.assertFalse(actor.mustBeValid(first), "model after eviction");
        vm.assertFalse(registry.verifyAttestedProver(first), "evicted");
        actor.admit(2, 1, 3, 0, true);
        vm.assertEq(actor.taken(), 3, "taken on the other platform");
        actor.togglePlatform(1);
        vm.assertFalse(registry.verifyAttestedProver(actor.signerAt(2)), "platform");
        actor.admit(3, 1, 1, 0, true);
        actor.toggleMeasurement(1);
        vm.assertFalse(registry.verifyAttestedProver(actor.signerAt(3)), "measurement");
        actor.admit(4, 1, 0, 0, true);
        actor.raiseEpoch(0);
        vm.assertFalse(registry.verifyAttestedProver(actor.signerAt(4)), "epoch");
        vm.assertEq(actor.taken(), 5, "taken in all");
        for (uint256 trick = 0; trick < 7; ++trick) {
            actor.wait(3600, 300);
            actor.wait(3600, 300);
            actor.admitWatched(5 + trick % 2, 0, trick);
            actor.meddle(trick, 0, 7);
        }
        vm.assertTrue(actor.watched() >= 2, "watched");
        actor.revokeSigner(6);
        vm.assertFalse(registry.verifyAttestedProver(actor.signerAt(6)), "revoked");
    }
}
