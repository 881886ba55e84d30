// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral} from "../interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "./Memory.sol";

/// @notice A word of the CollateralStore: bits 0 to 159 point to a contract whose code is a zero
/// byte and the data; 160 to 199 and 200 to 239 are the first and the last second of validity; 240
/// to 255 are the signing epoch. Zero: nothing is known.
library CollateralRecord {
    /// @notice The earlier of `until` and the record's end; reverts unless it is valid now.
    /// @param key what was asked of the store, for the error
    function checkWindow(uint256 record, Collateral kind, uint256 key, uint256 until)
        internal
        view
        returns (uint256)
    {
        if (record == 0) revert IDcapErrors.CollateralUnknown(kind, key);
        uint256 notBefore = uint40(record >> 160);
        uint256 notAfter = uint40(record >> 200);
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
        uint256 signed = record >> 240;
        uint256 current = ca >> 240;
        if (signed != current) revert IDcapErrors.CollateralSignerRevoked(kind, signed, current);
    }

    /// @notice The record's data, in memory.
    function data(uint256 record) internal view returns (uint256 location) {
        // The low 160 bits are the pointer.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Memory.codeBehindStop(address(uint160(record)));
    }
}
