// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {Registration, SignerStatus} from "../interfaces/registry/RegistryTypes.sol";
import {SignersOnly} from "./SignersOnly.sol";

/// @title STUB of TEERegistry, for unit tests without a daemon
/// @notice It verifies nothing. A test says who is a signer (`STUB_register`) and what ends one
/// (`STUB_end`); what the registry answers about signers, it answers in the same way. It knows neither
/// quotes nor a policy: calls about these are refused, and name themselves.
/// @dev It exists on the chain ids of forge, anvil and geth's development mode alone.
contract TEERegistryStub is SignersOnly {
    uint256 private constant ANVIL = 31337;
    uint256 private constant GETH_DEV = 1337;

    /// @notice Says what it is to whoever reads the chain.
    // forge-lint: disable-next-line(screaming-snake-case-const)
    string public constant name = "STUB: verifies nothing";

    /// @dev `end` is why it is not valid before its time is over; Unregistered while nothing is.
    struct Entry {
        uint64 attestedAt;
        uint64 validUntil;
        SignerStatus end;
        bytes32 measurement;
        bytes32 platform;
    }

    mapping(address signer => Entry) private _entries;

    /// @notice A stub must not exist where anything depends on it.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_OnDevelopmentChainsOnly(uint256 chainId);

    /// @notice A registration would have no time left. Times are Unix seconds.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_EndsBeforeItBegins(uint64 validUntil, uint256 timestamp);

    /// @notice This ends no registration: time ends it (`vm.warp`), or one of Revoked,
    /// MeasurementRemoved, EpochEnded and AdmissionEnded does.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_NotAnEnd(SignerStatus status);

    /// @notice Only a revocation may be of a signer that is not registered.
    // forge-lint: disable-next-line(mixed-case-function)
    error STUB_NotRegistered(address signer);

    constructor() {
        if (block.chainid != ANVIL && block.chainid != GETH_DEV) {
            revert STUB_OnDevelopmentChainsOnly(block.chainid);
        }
    }

    // slither-disable-start naming-convention
    /// @notice From now on the signer is registered, as by a quote of this measurement on this platform.
    /// @param validUntil the first second at which it is no longer valid, Unix seconds
    // forge-lint: disable-next-line(mixed-case-function)
    function STUB_register(address signer, bytes32 measurement, bytes32 platform, uint64 validUntil)
        external
    {
        if (signer == address(0)) revert SignerZero();
        Entry storage entry = _entries[signer];
        if (entry.end == SignerStatus.Revoked) revert SignerIsRevoked(signer);
        if (entry.validUntil != 0) revert SignerAlreadyRegistered(signer, entry.attestedAt);
        if (validUntil <= block.timestamp) {
            revert STUB_EndsBeforeItBegins(validUntil, block.timestamp);
        }
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 attestedAt = uint64(block.timestamp);
        _entries[signer] =
            Entry(attestedAt, validUntil, SignerStatus.Unregistered, measurement, platform);
    }

    /// @notice From now on it is not valid, for this reason, whatever of its time is left.
    // forge-lint: disable-next-line(mixed-case-function)
    function STUB_end(address signer, SignerStatus reason) external {
        if (reason <= SignerStatus.Expired) revert STUB_NotAnEnd(reason);
        Entry storage entry = _entries[signer];
        if (entry.end == SignerStatus.Revoked) revert SignerIsRevoked(signer);
        if (entry.validUntil == 0 && reason != SignerStatus.Revoked) {
            revert STUB_NotRegistered(signer);
        }
        entry.end = reason;
    }

    // slither-disable-end naming-convention

    /* --- signers --------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function verifyAttestedProver(address signer) external view returns (bool) {
        return signerStatus(signer) == SignerStatus.Valid;
    }

    /// @inheritdoc ITEERegistry
    function attestedProvers(address signer) external view returns (uint256 attestedTime) {
        return _entries[signer].attestedAt;
    }

    /// @inheritdoc ITEERegistry
    /// @dev Of an earlier epoch the registry no longer knows the measurement. There is no admission
    /// behind a registration here: its number is zero.
    function registration(address signer) external view returns (Registration memory record) {
        Entry storage entry = _entries[signer];
        record.revoked = entry.end == SignerStatus.Revoked;
        record.attestedAt = entry.attestedAt;
        record.validUntil = entry.validUntil;
        record.platform = entry.platform;
        if (entry.end != SignerStatus.EpochEnded) record.measurement = entry.measurement;
    }

    /// @inheritdoc ITEERegistry
    function attestationOf(address signer)
        external
        view
        returns (bool isValid, bytes32 platform, bytes32 measurement)
    {
        if (signerStatus(signer) != SignerStatus.Valid) return (false, 0, 0);
        Entry storage entry = _entries[signer];
        return (true, entry.platform, entry.measurement);
    }

    /// @inheritdoc ITEERegistry
    function signerStatus(address signer) public view returns (SignerStatus) {
        Entry storage entry = _entries[signer];
        if (entry.end == SignerStatus.Revoked) return SignerStatus.Revoked;
        if (entry.validUntil == 0) return SignerStatus.Unregistered;
        if (block.timestamp >= entry.validUntil) return SignerStatus.Expired;
        return entry.end == SignerStatus.Unregistered ? SignerStatus.Valid : entry.end;
    }
}
