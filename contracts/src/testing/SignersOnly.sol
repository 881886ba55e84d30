// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {
    Admission,
    Enclave,
    MeasurementPolicy,
    UpstreamReportData,
    VerifierKind
} from "../interfaces/registry/RegistryTypes.sol";

/// @notice Refuses the calls of a registry that are about quotes, policy and settings. TEERegistryStub
/// has the others, which are about signers.
abstract contract SignersOnly is ITEERegistry {
    /// @notice The stub knows neither quotes nor a policy: `selector` is the call that needs them.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_KnowsSignersOnly(bytes4 selector);

    function register(UpstreamReportData calldata, bytes calldata) external payable {
        _refuse();
    }

    function admit(bytes calldata, uint256, bytes calldata, bool) external pure {
        _refuse();
    }

    function admitRaw(bytes calldata, uint256, bytes calldata, bool) external payable {
        _refuse();
    }

    function renew(uint32, address, uint64, uint256, uint256) external pure {
        _refuse();
    }

    function recheck(bytes calldata) external pure {
        _refuse();
    }

    function recheckRaw(bytes calldata) external payable {
        _refuse();
    }

    function checkRegistrable(address, uint64) external pure returns (bytes32) {
        _refuse();
    }

    function reusableBuckets() external pure returns (uint256[4] memory) {
        _refuse();
    }

    function reportData(address, uint64, bytes32) external pure returns (bytes32, bytes32) {
        _refuse();
    }

    function renewalReportData(address, uint64, bytes32, address)
        external
        pure
        returns (bytes32, bytes32)
    {
        _refuse();
    }

    function possessionDigest(address, uint64, address, uint256, bool)
        external
        pure
        returns (bytes32)
    {
        _refuse();
    }

    function admission(uint32) external pure returns (Admission memory) {
        _refuse();
    }

    function attestValiditySeconds() external pure returns (uint256) {
        _refuse();
    }

    function maxBlockNumberDiff() external pure returns (uint256) {
        _refuse();
    }

    function epoch() external pure returns (uint256) {
        _refuse();
    }

    function paused() external pure returns (bool) {
        _refuse();
    }

    function guardian() external pure returns (address) {
        _refuse();
    }

    function verifier() external pure returns (address) {
        _refuse();
    }

    function verifierKind() external pure returns (VerifierKind) {
        _refuse();
    }

    function isMeasurementAllowed(bytes32) external pure returns (bool) {
        _refuse();
    }

    function measurementPolicy(bytes32) external pure returns (MeasurementPolicy memory) {
        _refuse();
    }

    function enclaveMeasurement(bytes32, bytes32, uint16) external pure returns (bytes32) {
        _refuse();
    }

    function isPlatformRevoked(bytes32) external pure returns (bool) {
        _refuse();
    }

    function allowMeasurement(bytes32) external pure {
        _refuse();
    }

    function allowTrustDomain(bytes32, uint16) external pure {
        _refuse();
    }

    function allowEnclave(Enclave calldata, uint16) external pure {
        _refuse();
    }

    function restorePlatform(bytes32, string calldata) external pure {
        _refuse();
    }

    function unpause(string calldata) external pure {
        _refuse();
    }

    function setVerifier(address, VerifierKind) external pure {
        _refuse();
    }

    function setGuardian(address) external pure {
        _refuse();
    }

    function setAttestValiditySeconds(uint256) external pure {
        _refuse();
    }

    function setMaxBlockNumberDiff(uint256) external pure {
        _refuse();
    }

    function removeMeasurement(bytes32, string calldata) external pure {
        _refuse();
    }

    function revokeSigner(address, string calldata) external pure {
        _refuse();
    }

    function revokeAdmission(uint32, string calldata) external pure {
        _refuse();
    }

    function revokePlatform(bytes32, string calldata) external pure {
        _refuse();
    }

    function raiseEpoch(string calldata) external pure {
        _refuse();
    }

    function pause(string calldata) external pure {
        _refuse();
    }

    function _refuse() private pure {
        revert STUB_KnowsSignersOnly(msg.sig);
    }
}
