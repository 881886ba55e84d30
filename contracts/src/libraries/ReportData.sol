// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The 64 bytes of report data by which a quote binds a signer and a block. This is the
/// definition; everything off chain follows it.
/// @dev Layout 1, ours:
///
///     0..20   the signer's address
///     20..28  the reference block's number, big-endian
///     28..32  the tag: "ATT1" for an admission, "ATR1" for a renewal
///     32..64  of an admission:
///             keccak256(abi.encode(ADMISSION_TYPE, chain id, registry, signer, number, block hash));
///             of a renewal:
///             keccak256(abi.encode(RENEWAL_TYPE, chain id, registry, signer, number, block hash,
///             template))
///
/// The tags differ so that neither quote serves for the other: who sees the quote of a pending
/// admission cannot take its signature for a renewal, which asks for no possession and no deadline.
/// A renewal names its admission by the template. One attestation key can have several, as after a new
/// certificate, and whoever sends the renewal could register it under one that is about to be ended.
///
/// Upstream's layout, by automata's SP1TEEProverRegistry, binds neither chain nor registry:
///
///     0..12   zero
///     12..32  the signer's address
///     32..64  keccak256(abi.encode(number, block hash, signer))
library ReportData {
    bytes4 internal constant ADMISSION = "ATT1";
    bytes4 internal constant RENEWAL = "ATR1";
    bytes32 internal constant ADMISSION_TYPE = keccak256(
        "ReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,bytes32 blockHash)"
    );
    bytes32 internal constant RENEWAL_TYPE = keccak256(
        "RenewalReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,bytes32 blockHash,address template)"
    );

    /// @notice Our report data of an admission, for this chain and this contract.
    function ofAdmission(address signer, uint64 number, bytes32 blockHash)
        internal
        view
        returns (bytes32 high, bytes32 low)
    {
        high = _high(signer, number, ADMISSION);
        low = keccak256(
            abi.encode(ADMISSION_TYPE, block.chainid, address(this), signer, number, blockHash)
        );
    }

    /// @notice Our report data of a renewal, for this chain and this contract.
    /// @param template of the admission (see QuoteTemplate)
    function ofRenewal(address signer, uint64 number, bytes32 blockHash, address template)
        internal
        view
        returns (bytes32 high, bytes32 low)
    {
        high = _high(signer, number, RENEWAL);
        low = keccak256(
            abi.encode(
                RENEWAL_TYPE, block.chainid, address(this), signer, number, blockHash, template
            )
        );
    }

    /// @notice Signer, number and tag of the first half of our report data.
    function decodeHigh(bytes32 high)
        internal
        pure
        returns (address signer, uint64 number, bytes4 tag)
    {
        // The first 20 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        signer = address(bytes20(high));
        number = uint64(uint256(high) >> 32);
        // The last four bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        tag = bytes4(uint32(uint256(high)));
    }

    /// @notice Upstream's report data.
    function encodeUpstream(address signer, uint256 number, bytes32 blockHash)
        internal
        pure
        returns (bytes32 high, bytes32 low)
    {
        high = bytes32(uint256(uint160(signer)));
        low = keccak256(abi.encode(number, blockHash, signer));
    }

    function _high(address signer, uint64 number, bytes4 tag) private pure returns (bytes32) {
        return bytes32(bytes.concat(bytes20(signer), bytes8(number), tag));
    }
}
