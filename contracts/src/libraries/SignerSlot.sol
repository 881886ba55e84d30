// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What is kept of a signer. Epoch, policy index and generation are those at registration: the
/// signer is valid only while all three still hold. Times are Unix seconds.
struct SignerRecord {
    uint40 attestedAt;
    uint40 validUntil;
    uint24 epoch;
    uint24 generation;
    uint8 policyIndex;
    bool revoked;
    bytes12 admission;
}

/// @notice A SignerRecord as one word, so that it is written at once. From the lowest bit on:
/// attestedAt 40, validUntil 40, epoch 24, generation 24, policyIndex 8, revoked 8, admission 96.
library SignerSlot {
    uint256 private constant REVOKED = 1 << 136;

    function pack(SignerRecord memory record) internal pure returns (uint256) {
        return uint256(record.attestedAt) | uint256(record.validUntil) << 40 | uint256(record.epoch)
            << 80 | uint256(record.generation) << 104 | uint256(record.policyIndex) << 128
            | (record.revoked ? REVOKED : 0) | uint256(uint96(record.admission)) << 144;
    }

    function unpack(uint256 word) internal pure returns (SignerRecord memory) {
        // Each cast takes the field's own bits.
        // forge-lint: disable-start(unsafe-typecast)
        return SignerRecord({
            attestedAt: uint40(word),
            validUntil: uint40(word >> 40),
            epoch: uint24(word >> 80),
            generation: uint24(word >> 104),
            policyIndex: uint8(word >> 128),
            revoked: word & REVOKED != 0,
            admission: bytes12(uint96(word >> 144))
        });
        // forge-lint: disable-end(unsafe-typecast)
    }

    /// @notice The same record, revoked.
    function revoke(uint256 word) internal pure returns (uint256) {
        return word | REVOKED;
    }
}
