// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral} from "../interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {CollateralRecord} from "../libraries/CollateralRecord.sol";
import {Memory} from "../libraries/Memory.sol";

/// @notice Whether collateral counts now, by its record in the CollateralStore; see there.
library CollateralCheck {
    using CollateralRecord for uint256;

    /// @notice The earlier of `until` and the record's end; reverts unless it is valid now.
    /// @param key what was asked of the store, for the error
    function checkWindow(uint256 record, Collateral kind, uint256 key, uint256 until)
        internal
        view
        returns (uint256)
    {
        if (record == 0) revert IDcapErrors.CollateralUnknown(kind, key);
        uint256 notBefore = record.notBefore();
        uint256 notAfter = record.notAfter();
        if (block.timestamp < notBefore) {
            revert IDcapErrors.CollateralNotYetValid(kind, notBefore, block.timestamp);
        }
        if (block.timestamp > notAfter) {
            // A revoked CA has no validity left, and says so rather than "expired".
            if (notAfter == 0) revert IDcapErrors.CollateralRevoked(kind, key);
            revert IDcapErrors.CollateralExpired(kind, notAfter, block.timestamp);
        }
        return notAfter < until ? notAfter : until;
    }

    /// @notice Revert unless the record was signed in the epoch that `ca` carries, the current one:
    /// older ones were ended by the revocation of the certificate that signed in them.
    function checkEpoch(uint256 record, Collateral kind, uint256 ca) internal pure {
        uint256 signed = record.epochOf();
        uint256 current = ca.epochOf();
        if (signed != current) revert IDcapErrors.CollateralSignerRevoked(kind, signed, current);
    }

    /// @notice The record's data, in memory.
    function data(uint256 record) internal view returns (uint256 location) {
        return Memory.codeBehindStop(record.pointerOf());
    }
}
