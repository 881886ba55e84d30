// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {Enclave, MeasurementPolicy} from "../interfaces/registry/RegistryTypes.sol";
import {Region, SignedRegion} from "../libraries/SignedRegion.sol";
import {Settings} from "./Settings.sol";

/// @notice Which measurements are allowed, and what of them.
abstract contract Measurements is Settings {
    using SignedRegion for bytes;

    /// @dev One slot. An index is used for one allowance of one measurement, until the epoch ends.
    struct Policy {
        bool isAllowed;
        bool isEnclave;
        uint8 index;
        uint16 allowedStatuses;
        uint16 minimumSvn;
    }

    struct EnclaveAttributes {
        bytes16 value;
        bytes16 mask;
    }

    /// @dev As many as Terms.allowed has bits.
    uint256 private constant POLICIES = 160;
    /// @dev Statuses 0 to 9, without Revoked (6) and Unrecognized (7).
    uint16 private constant ALLOWABLE_STATUSES = 0x33f;
    uint16 private constant UP_TO_DATE = 1;
    bytes32 private constant ENCLAVE_TYPE =
        keccak256("Enclave(bytes32 mrEnclave,bytes32 mrSigner,uint16 isvProdId)");

    // tdAttributes, as big-endian text of the little-endian field: the first byte is the TUD group
    // of which every bit makes the trust domain untrusted (bit 0 is DEBUG).
    bytes8 private constant TD_UNTRUSTED = 0xff00000000000000;
    bytes8 private constant TD_SEPT_VE_DISABLE = 0x0000001000000000;
    bytes8 private constant TD_MIGRATABLE = 0x0000002000000000;

    // Flags of an enclave's attributes, in the first byte.
    bytes16 private constant ENCLAVE_INIT = 0x01000000000000000000000000000000;
    bytes16 private constant ENCLAVE_DEBUG = 0x02000000000000000000000000000000;
    /// @dev PROVISION_KEY and EINITTOKEN_KEY: keys of the platform's, not for enclaves of users.
    bytes16 private constant ENCLAVE_PLATFORM_KEYS = 0x30000000000000000000000000000000;

    mapping(bytes32 measurement => Policy) private _policies;
    mapping(bytes32 measurement => EnclaveAttributes) private _enclaveAttributes;
    /// @dev The measurement for which an index was taken last. It stays when the measurement is
    /// removed, and says what an index of the present epoch was taken for.
    mapping(uint8 index => bytes32 measurement) private _measurements;
    /// @dev Bit n: index n has been used in this epoch.
    uint160 private _used;

    /* --- views ----------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function isMeasurementAllowed(bytes32 measurement) external view returns (bool) {
        return _policies[measurement].isAllowed;
    }

    /// @inheritdoc ITEERegistry
    function measurementPolicy(bytes32 measurement)
        external
        view
        returns (MeasurementPolicy memory)
    {
        Policy memory policy = _policies[measurement];
        EnclaveAttributes memory attributes = _enclaveAttributes[measurement];
        return MeasurementPolicy({
            isAllowed: policy.isAllowed,
            isEnclave: policy.isEnclave,
            allowedStatuses: policy.allowedStatuses,
            minimumSvn: policy.minimumSvn,
            attributes: attributes.value,
            attributesMask: attributes.mask
        });
    }

    /* --- changes --------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function allowMeasurement(bytes32 measurement) external onlyOwner {
        Enclave memory none;
        _allow(measurement, Policy(true, false, 0, UP_TO_DATE, 0), none);
    }

    /// @inheritdoc ITEERegistry
    function allowTrustDomain(bytes32 measurement, uint16 allowedStatuses) external onlyOwner {
        Enclave memory none;
        _allow(measurement, Policy(true, false, 0, allowedStatuses, 0), none);
    }

    /// @inheritdoc ITEERegistry
    function allowEnclave(Enclave calldata enclave, uint16 allowedStatuses) external onlyOwner {
        _checkEnclaveAttributes(enclave.attributes | ENCLAVE_INIT);
        bytes32 measurement =
            enclaveMeasurement(enclave.mrEnclave, enclave.mrSigner, enclave.isvProdId);
        _enclaveAttributes[measurement] =
            EnclaveAttributes(enclave.attributes, enclave.attributesMask);
        _allow(measurement, Policy(true, true, 0, allowedStatuses, enclave.minimumSvn), enclave);
    }

    /// @inheritdoc ITEERegistry
    function removeMeasurement(bytes32 measurement, string calldata reason)
        external
        onlyOwnerOrGuardian
    {
        Policy storage policy = _policies[measurement];
        if (!policy.isAllowed) revert MeasurementNotAllowed(measurement);
        _terms = _terms.withAllowed(_terms.allowed() & ~_bit(policy.index));
        delete _policies[measurement];
        delete _enclaveAttributes[measurement];
        emit MeasurementRemoved(measurement, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    /// @dev Registrations and admissions of earlier epochs cannot be used any more, so that the
    /// indexes of removed measurements are free again.
    function raiseEpoch(string calldata reason) external onlyOwnerOrGuardian {
        uint24 raised = _terms.era() + 1;
        _terms = _terms.withEra(raised).withEpoch(raised);
        _used = _terms.allowed();
        emit EpochRaised(raised, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function enclaveMeasurement(bytes32 mrEnclave, bytes32 mrSigner, uint16 isvProdId)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ENCLAVE_TYPE, mrEnclave, mrSigner, isvProdId));
    }

    /* --- what a quote is measured by -------------------------------------------------------- */

    /// @dev The measurement of a quote, which must be allowed, and what is allowed of it.
    function _measure(bytes calldata quote, Region memory region)
        internal
        view
        returns (bytes32 measurement, Policy memory policy)
    {
        if (region.isEnclave) return _measureEnclave(quote, region);
        _checkTrustDomain(quote, region);
        measurement = _measurementIn(quote, region);
        policy = _policyOf(measurement);
        if (policy.isEnclave) revert MeasurementNotAllowed(measurement);
    }

    function _policyOf(bytes32 measurement) internal view returns (Policy memory policy) {
        policy = _policies[measurement];
        if (!policy.isAllowed) revert MeasurementNotAllowed(measurement);
    }

    /// @dev The measurement of a quote, whether or not it is allowed.
    function _measurementIn(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes32)
    {
        if (!region.isEnclave) return quote.tdMeasurement(region);
        (bytes32 mrEnclave, bytes32 mrSigner, uint16 isvProdId) = quote.enclaveIdentity(region);
        return enclaveMeasurement(mrEnclave, mrSigner, isvProdId);
    }

    function _measurementAt(uint8 index) internal view returns (bytes32) {
        return _measurements[index];
    }

    function _isStatusAllowed(Policy memory policy, TcbStatus status) internal pure returns (bool) {
        return (policy.allowedStatuses >> uint8(status)) & 1 == 1;
    }

    function _measureEnclave(bytes calldata quote, Region memory region)
        private
        view
        returns (bytes32 measurement, Policy memory policy)
    {
        bytes16 attributes = quote.enclaveAttributes(region);
        _checkEnclaveAttributes(attributes);
        if (quote.isConfigured(region)) revert EnclaveConfigurationRefused();
        measurement = _measurementIn(quote, region);
        policy = _policyOf(measurement);
        if (!policy.isEnclave) revert MeasurementNotAllowed(measurement);
        EnclaveAttributes memory wanted = _enclaveAttributes[measurement];
        if ((attributes ^ wanted.value) & wanted.mask != 0) {
            revert EnclaveAttributesRefused(attributes);
        }
        uint16 svn = quote.enclaveSvn(region);
        if (svn < policy.minimumSvn) revert EnclaveSvnTooLow(policy.minimumSvn, svn);
    }

    /// @dev Whatever the verifier checks: Automata's looks at none of these.
    function _checkTrustDomain(bytes calldata quote, Region memory region) private pure {
        bytes8 attributes = quote.tdAttributes(region);
        if (attributes & TD_UNTRUSTED != 0) revert DebugRefused(attributes);
        if (attributes & TD_MIGRATABLE != 0 || attributes & TD_SEPT_VE_DISABLE == 0) {
            revert TrustDomainAttributesRefused(attributes);
        }
        if (quote.hasServiceTd(region)) revert ServiceTrustDomainRefused();
    }

    function _checkEnclaveAttributes(bytes16 attributes) private pure {
        if (attributes & ENCLAVE_DEBUG != 0) revert DebugRefused(attributes);
        if (attributes & ENCLAVE_PLATFORM_KEYS != 0 || attributes & ENCLAVE_INIT == 0) {
            revert EnclaveAttributesRefused(attributes);
        }
    }

    function _allow(bytes32 measurement, Policy memory policy, Enclave memory enclave) private {
        uint16 statuses = policy.allowedStatuses;
        if (statuses == 0 || statuses & ~ALLOWABLE_STATUSES != 0) revert StatusesRefused(statuses);
        if (_policies[measurement].isAllowed) revert MeasurementAlreadyAllowed(measurement);
        policy.index = _takeIndex();
        _policies[measurement] = policy;
        _measurements[policy.index] = measurement;
        _terms = _terms.withAllowed(_terms.allowed() | _bit(policy.index));
        emit MeasurementAllowed(measurement, policy.isEnclave, statuses, enclave);
    }

    function _takeIndex() private returns (uint8) {
        uint160 used = _used;
        for (uint8 index = 0; index < POLICIES; ++index) {
            if (used & _bit(index) != 0) continue;
            _used = used | _bit(index);
            return index;
        }
        revert MeasurementsExhausted(POLICIES);
    }

    function _bit(uint8 index) private pure returns (uint160) {
        return uint160(1) << index;
    }
}
