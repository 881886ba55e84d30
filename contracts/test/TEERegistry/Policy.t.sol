// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast, incorrect-shift)

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {IRegistryEvents} from "../../src/interfaces/registry/IRegistryEvents.sol";
import {
    Enclave,
    MeasurementPolicy,
    SignerStatus
} from "../../src/interfaces/registry/RegistryTypes.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Measurements, statuses and revocation: they count when a signer is used, not only when it
/// registers.
contract TEERegistryPolicyTest is RegistryCase {
    bytes32 private constant OTHER = keccak256("other measurement");

    /* --- measurements ---------------------------------------------------------------------------- */

    function test_removeMeasurement__valid_signers__end_at_once() public {
        _registerBoth();
        vm.expectEmit(address(registry));
        emit IRegistryEvents.MeasurementRemoved(measurement, GUARDIAN, REASON);
        _remove();
        _assertBoth(SignerStatus.MeasurementRemoved);
        vm.assertFalse(registry.isMeasurementAllowed(measurement), "allowed");
    }

    function test_removeMeasurement__other_one__changes_nothing() public {
        _registerBoth();
        vm.prank(OWNER);
        registry.removeMeasurement(enclaveMeasurement, REASON);
        _assertBoth(SignerStatus.Valid);
    }

    function test_allowMeasurement__after_removal__revives_no_signer() public {
        _registerBoth();
        _remove();
        Enclave memory none;
        vm.expectEmit(address(registry));
        emit IRegistryEvents.MeasurementAllowed(measurement, false, UP_TO_DATE, none);
        vm.prank(OWNER);
        registry.allowMeasurement(measurement);
        _assertBoth(SignerStatus.MeasurementRemoved);
        admit(KEY + 5, false);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
    }

    function test_admit__removed_measurement__refused() public {
        _remove();
        _refuseAdmission(
            QuoteForge.draft(Form.TdV4),
            abi.encodeWithSelector(IRegistryErrors.MeasurementNotAllowed.selector, measurement)
        );
    }

    /// @dev The id is exact: any byte of the 400 makes another trust domain.
    function test_admit__any_measured_byte_differs__refused(uint256 offset) public {
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        flip(draft.region, 48 + bound(offset, 128, 519));
        _refuseAdmission(
            draft,
            abi.encodeWithSelector(
                IRegistryErrors.MeasurementNotAllowed.selector, tdMeasurement(draft)
            )
        );
    }

    function test_allowMeasurement__twice__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.MeasurementAlreadyAllowed.selector, measurement)
        );
        vm.prank(OWNER);
        registry.allowMeasurement(measurement);
    }

    function test_removeMeasurement__not_allowed__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.MeasurementNotAllowed.selector, OTHER)
        );
        vm.prank(OWNER);
        registry.removeMeasurement(OTHER, REASON);
    }

    /// @dev 160 allowances in an epoch, two of which the set-up took.
    function test_allowMeasurement__more_than_indexes__free_after_the_epoch() public {
        for (uint256 i = 2; i < 160; ++i) {
            vm.prank(OWNER);
            registry.allowMeasurement(bytes32(i));
        }
        vm.prank(OWNER);
        registry.removeMeasurement(bytes32(uint256(9)), REASON);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryErrors.MeasurementsExhausted.selector, 160);
        vm.expectRevert(reason);
        vm.prank(OWNER);
        registry.allowMeasurement(OTHER);
        _registerBoth();
        vm.prank(OWNER);
        registry.raiseEpoch(REASON);
        vm.prank(OWNER);
        registry.allowMeasurement(OTHER);
        _assertBoth(SignerStatus.EpochEnded);
        vm.expectRevert(reason);
        vm.prank(OWNER);
        registry.allowMeasurement(keccak256("one more"));
    }

    /// @dev An index that means another measurement now: the old signers stay ended.
    function test_allowMeasurement__index_used_again__revives_no_signer() public {
        _registerBoth();
        _remove();
        vm.prank(OWNER);
        registry.raiseEpoch(REASON);
        vm.prank(OWNER);
        registry.allowMeasurement(OTHER);
        _assertBoth(SignerStatus.EpochEnded);
        vm.assertEq(
            registry.registration(vm.addr(KEY)).measurement, bytes32(0), "unknown measurement"
        );
        uint32 id = admissionOf(KEY);
        vm.assertFalse(registry.admission(id).isLive, "live");
        vm.assertEq(registry.admission(id).measurement, bytes32(0), "unknown measurement");
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id));
        registry.renew(id, address(0xe9), newestBlock(), 1, 1);
    }

    /* --- statuses -------------------------------------------------------------------------------- */

    function test_allowTrustDomain__any_bitmap__never_revoked_nor_unrecognized(uint16 statuses)
        public
    {
        bool isGood = statuses != 0 && statuses & 0xfcc0 == 0;
        if (!isGood) {
            vm.expectRevert(
                abi.encodeWithSelector(IRegistryErrors.StatusesRefused.selector, statuses)
            );
        }
        vm.prank(OWNER);
        registry.allowTrustDomain(OTHER, statuses);
        vm.assertTrue(registry.isMeasurementAllowed(OTHER) == isGood, "allowed");
    }

    function test_allowTrustDomain__statuses__exactly_these_are_taken() public {
        // SWHardeningNeeded (1) and TDRelaunchAdvised (8).
        uint16 statuses = 0x102;
        _remove();
        vm.prank(OWNER);
        registry.allowTrustDomain(measurement, statuses);
        vm.assertEq(
            uint256(registry.measurementPolicy(measurement).allowedStatuses), statuses, "policy"
        );
        for (uint8 status = 0; status <= uint8(type(TcbStatus).max); ++status) {
            sayStatus(TcbStatus(status));
            if ((statuses >> status) & 1 == 1) {
                admit(KEY + status, false);
                assertStatus(vm.addr(KEY + status), SignerStatus.Valid);
            } else {
                _refuseAdmission(
                    QuoteForge.draft(Form.TdV4),
                    abi.encodeWithSelector(
                        IRegistryErrors.TcbStatusRefused.selector, status, statuses
                    )
                );
            }
        }
    }

    /* --- what no policy allows ------------------------------------------------------------------- */

    function test_admit__debug_bits_of_trust_domain__refused_though_allowed() public {
        for (uint256 bit = 0; bit < 8; ++bit) {
            QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
            bytes1 group = bytes1(uint8(1 << bit));
            draft.region[168] = group;
            _allow(draft);
            bytes16 attributes = bytes16(bytes.concat(group, hex"000010"));
            _refuseAdmission(
                draft, abi.encodeWithSelector(IRegistryErrors.DebugRefused.selector, attributes)
            );
        }
    }

    function test_admit__migratable_or_fault_injection__refused_though_allowed() public {
        uint8[3] memory attributes = [0x30, 0x00, 0x20];
        for (uint256 i = 0; i < attributes.length; ++i) {
            QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
            draft.region[171] = bytes1(attributes[i]);
            _allow(draft);
            bytes8 found = bytes8(bytes.concat(hex"000000", bytes1(attributes[i])));
            _refuseAdmission(
                draft,
                abi.encodeWithSelector(IRegistryErrors.TrustDomainAttributesRefused.selector, found)
            );
        }
    }

    function test_admit__service_trust_domain__refused(uint256 offset) public {
        QuoteDraft memory draft = QuoteForge.draft(Form.Td15V5);
        draft.region[bound(offset, 54 + 600, 54 + 647)] = 0x01;
        _refuseAdmission(
            draft, abi.encodeWithSelector(IRegistryErrors.ServiceTrustDomainRefused.selector)
        );
    }

    /* --- platforms, admissions, signers, the epoch ------------------------------------------------- */

    function test_revokePlatform__signers_of_every_measurement__end_at_once() public {
        _registerBoth();
        admit(QuoteForge.draft(Form.SgxV3), KEY + 5, true);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.PlatformRevoked(PLATFORM, GUARDIAN, REASON);
        vm.prank(GUARDIAN);
        registry.revokePlatform(PLATFORM, REASON);
        _assertBoth(SignerStatus.AdmissionEnded);
        assertStatus(vm.addr(KEY + 5), SignerStatus.AdmissionEnded);
        _refuseAdmission(
            QuoteForge.draft(Form.TdV4),
            abi.encodeWithSelector(IRegistryErrors.PlatformIsRevoked.selector, PLATFORM)
        );
    }

    function test_revokePlatform__other_platform__changes_nothing() public {
        _registerBoth();
        vm.prank(GUARDIAN);
        registry.revokePlatform(keccak256("other platform"), REASON);
        _assertBoth(SignerStatus.Valid);
    }

    /// @dev Also for what is allowed only afterwards.
    function test_revokePlatform__later_measurement__refused() public {
        vm.prank(GUARDIAN);
        registry.revokePlatform(PLATFORM, REASON);
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        flip(draft.region, 200);
        _allow(draft);
        _refuseAdmission(
            draft, abi.encodeWithSelector(IRegistryErrors.PlatformIsRevoked.selector, PLATFORM)
        );
    }

    function test_restorePlatform__takes_quotes__revives_no_signer() public {
        _registerBoth();
        vm.prank(GUARDIAN);
        registry.revokePlatform(PLATFORM, REASON);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.PlatformRestored(PLATFORM, REASON);
        vm.prank(OWNER);
        registry.restorePlatform(PLATFORM, REASON);
        _assertBoth(SignerStatus.AdmissionEnded);
        admit(KEY + 5, true);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
    }

    function test_platform__revoked_or_restored_twice__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.PlatformNotRevoked.selector, PLATFORM)
        );
        vm.prank(OWNER);
        registry.restorePlatform(PLATFORM, REASON);
        vm.prank(OWNER);
        registry.revokePlatform(PLATFORM, REASON);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.PlatformIsRevoked.selector, PLATFORM)
        );
        vm.prank(OWNER);
        registry.revokePlatform(PLATFORM, REASON);
    }

    /// @dev Ended once, it cannot be counted on to where it was.
    function test_revokeAdmission__unknown_or_ended__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.AdmissionUnknown.selector, 7));
        vm.prank(GUARDIAN);
        registry.revokeAdmission(7, REASON);
        admit(KEY, true);
        uint32 id = admissionOf(KEY);
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
        vm.expectRevert(abi.encodeWithSelector(IRegistryErrors.AdmissionEnded.selector, id));
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
    }

    /// @dev A platform that is revoked and restored: what was valid before stays ended, though the
    /// same evidence is vouched for again and another platform was revoked in between.
    function test_restorePlatform__same_evidence_admitted_again__old_signers_stay_ended() public {
        _registerBoth();
        vm.prank(GUARDIAN);
        registry.revokePlatform(PLATFORM, REASON);
        vm.prank(OWNER);
        registry.restorePlatform(PLATFORM, REASON);
        vm.prank(GUARDIAN);
        registry.revokePlatform(keccak256("other platform"), REASON);
        _assertBoth(SignerStatus.AdmissionEnded);
        admit(KEY + 5, true);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
        _assertBoth(SignerStatus.AdmissionEnded);
        vm.prank(GUARDIAN);
        registry.revokePlatform(keccak256("third platform"), REASON);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
    }

    function test_attestationOf__valid_or_not__platform_and_measurement_or_nothing() public {
        _registerBoth();
        (bool isValid, bytes32 platform, bytes32 measurement_) =
            registry.attestationOf(vm.addr(NEXT_KEY));
        vm.assertTrue(isValid, "valid");
        vm.assertEq(platform, PLATFORM, "platform");
        vm.assertEq(measurement_, measurement, "measurement");
        _remove();
        (isValid, platform, measurement_) = registry.attestationOf(vm.addr(NEXT_KEY));
        vm.assertFalse(isValid, "valid");
        vm.assertEq(platform, bytes32(0), "no platform");
        vm.assertEq(measurement_, bytes32(0), "no measurement");
    }

    function test_revokeAdmission__its_signers__end_at_once_and_it_can_be_made_again() public {
        _registerBoth();
        uint32 id = admissionOf(KEY);
        vm.expectEmit(address(registry));
        emit IRegistryEvents.AdmissionRevoked(id, PLATFORM, GUARDIAN, REASON);
        vm.prank(GUARDIAN);
        registry.revokeAdmission(id, REASON);
        _assertBoth(SignerStatus.AdmissionEnded);
        admit(KEY + 5, true);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
        _assertBoth(SignerStatus.AdmissionEnded);
    }

    function test_raiseEpoch__all_signers__end_at_once() public {
        _registerBoth();
        vm.expectEmit(address(registry));
        emit IRegistryEvents.EpochRaised(1, GUARDIAN, REASON);
        vm.prank(GUARDIAN);
        registry.raiseEpoch(REASON);
        vm.assertEq(registry.epoch(), 1, "epoch");
        _assertBoth(SignerStatus.EpochEnded);
        admit(KEY + 5, true);
        assertStatus(vm.addr(KEY + 5), SignerStatus.Valid);
    }

    function test_revokeSigner__valid_signer__ends_alone() public {
        _registerBoth();
        vm.expectEmit(address(registry));
        emit IRegistryEvents.SignerRevoked(vm.addr(KEY), GUARDIAN, REASON);
        vm.prank(GUARDIAN);
        registry.revokeSigner(vm.addr(KEY), REASON);
        assertStatus(vm.addr(KEY), SignerStatus.Revoked);
        assertStatus(vm.addr(NEXT_KEY), SignerStatus.Valid);
        vm.assertEq(registry.attestedProvers(vm.addr(KEY)), START, "record");
        vm.assertTrue(registry.registration(vm.addr(KEY)).revoked, "revoked");
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryErrors.SignerIsRevoked.selector, vm.addr(KEY))
        );
        vm.prank(OWNER);
        registry.revokeSigner(vm.addr(KEY), REASON);
    }

    function test_measurementPolicy__unknown__empty() public view {
        MeasurementPolicy memory policy = registry.measurementPolicy(OTHER);
        vm.assertFalse(policy.isAllowed, "allowed");
        vm.assertEq(uint256(policy.allowedStatuses), 0, "statuses");
    }

    /// @dev One admitted with its key, one registered the upstream way on the same platform.
    function _registerBoth() private {
        admit(KEY, true);
        registerNow(vm.addr(NEXT_KEY));
        _assertBoth(SignerStatus.Valid);
    }

    function _assertBoth(SignerStatus status) private view {
        assertStatus(vm.addr(KEY), status);
        assertStatus(vm.addr(NEXT_KEY), status);
    }

    function _allow(QuoteDraft memory draft) private {
        vm.prank(OWNER);
        registry.allowMeasurement(tdMeasurement(draft));
    }

    function _remove() private {
        vm.prank(GUARDIAN);
        registry.removeMeasurement(measurement, REASON);
    }

    function _refuseAdmission(QuoteDraft memory draft, bytes memory reason) private {
        uint256 key = 0xbad;
        bytes memory quote = compactQuote(draft, vm.addr(key), newestBlock());
        bytes memory proof = possession(draft, key, newestBlock(), START, true);
        vm.expectRevert(reason);
        registry.admit(quote, START, proof, true);
    }
}
