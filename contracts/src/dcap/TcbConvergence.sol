// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {TcbStatus} from "../interfaces/IDcapVerifier.sol";

/// @notice How the statuses of a platform's parts become one.
/// @dev Intel, "Intel TDX DCAP Quoting Library API", TCB evaluation: a part that is out of date makes
/// the platform so, and one that is revoked ends all.
library TcbConvergence {
    /// @notice The status that the store keeps for a level of the platform.
    function platformStatus(uint256 number) internal pure returns (TcbStatus) {
        if (number == uint256(TcbStatus.Revoked)) revert IDcapErrors.TcbRevoked();
        if (number > uint256(TcbStatus.OutOfDateConfigurationNeeded)) {
            revert IDcapErrors.TcbStatusUnknown(number);
        }
        return TcbStatus(number);
    }

    /// @notice The status that the store keeps for a level of the quoting enclave or of a module:
    /// those are up to date, out of date or revoked, and nothing else.
    function componentStatus(uint256 number) internal pure returns (TcbStatus) {
        if (number == uint256(TcbStatus.Revoked)) revert IDcapErrors.TcbRevoked();
        if (number != uint256(TcbStatus.UpToDate) && number != uint256(TcbStatus.OutOfDate)) {
            revert IDcapErrors.TcbStatusUnknown(number);
        }
        return TcbStatus(number);
    }

    /// @notice The platform's status together with that of one of its components.
    function converge(TcbStatus platform, TcbStatus component) internal pure returns (TcbStatus) {
        if (component == TcbStatus.UpToDate) return platform;
        if (platform == TcbStatus.UpToDate || platform == TcbStatus.SWHardeningNeeded) {
            return TcbStatus.OutOfDate;
        }
        if (
            platform == TcbStatus.ConfigurationNeeded
                || platform == TcbStatus.ConfigurationAndSWHardeningNeeded
        ) return TcbStatus.OutOfDateConfigurationNeeded;
        return platform;
    }

    /// @notice The status of a trust domain (TD 1.5) that was started under one TCB and runs on
    /// another: one that is out of date only because it was started before an update is to be
    /// started again.
    function relaunch(TcbStatus launched, TcbStatus current) internal pure returns (TcbStatus) {
        bool isConfigurationNeeded = launched == TcbStatus.OutOfDateConfigurationNeeded;
        if (launched != TcbStatus.OutOfDate && !isConfigurationNeeded) return launched;
        if (current == TcbStatus.OutOfDate || current == TcbStatus.OutOfDateConfigurationNeeded) {
            return launched;
        }
        if (
            isConfigurationNeeded || current == TcbStatus.ConfigurationNeeded
                || current == TcbStatus.ConfigurationAndSWHardeningNeeded
        ) return TcbStatus.TDRelaunchAdvisedConfigurationNeeded;
        return TcbStatus.TDRelaunchAdvised;
    }
}
