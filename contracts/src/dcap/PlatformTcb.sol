// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";
import {TcbConvergence} from "./TcbConvergence.sol";

/// @notice The TCB levels of a platform, in the CollateralStore's form of Intel's TCB info: PCEID
/// (2) ‖ number of levels (1) ‖ levels { SGX components (16) ‖ TDX components (16) ‖ PCESVN (2) ‖
/// status (1) }, highest first, and then the TDX modules, for which see ModuleIdentity.
/// @dev Intel, "PCS API version 4", TCB info: the platform has the first level that it reaches in
/// every point.
library PlatformTcb {
    uint256 private constant FIRST = 3;
    uint256 private constant LENGTH = 35;
    uint256 private constant PCE_SVN = 32;
    /// @dev The high half: SGX components.
    uint256 private constant SGX_ONLY = uint256(type(uint128).max) << 128;
    /// @dev TDX components 0 and 1 are the module's version, which module identities judge.
    uint256 private constant ALL_BUT_MODULE = ~uint256(0xffff << 112);
    uint256 private constant MODULE_MAJOR = 0xff << 112;
    /// @dev Every second byte, so that each SVN has a lane of 16 bits to be compared in.
    uint256 private constant LANES =
        0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    /// @dev Bit 8 of each lane: still set after a subtraction that needed no more than was there.
    uint256 private constant CARRIES =
        0x0100010001000100010001000100010001000100010001000100010001000100;

    /// @notice Revert unless the TCB info is of this PCE.
    function checkPceId(uint256 tcbInfo, uint256 pceId) internal pure {
        uint256 expected = Memory.word(tcbInfo) >> 240;
        if (pceId != expected) revert IDcapErrors.PceIdMismatch(expected, pceId);
    }

    /// @notice The status of an SGX platform.
    /// @param components 16 SVNs, the first in the highest of 128 bits
    function sgxStatus(uint256 tcbInfo, uint256 components, uint256 pceSvn)
        internal
        pure
        returns (TcbStatus)
    {
        return _match(tcbInfo, components << 128, SGX_ONLY, pceSvn);
    }

    /// @notice The status of a TDX platform.
    /// @param teeTcbSvn 16 SVNs, the first (the module's minor version) in the highest of 128 bits
    function tdxStatus(uint256 tcbInfo, uint256 components, uint256 pceSvn, uint256 teeTcbSvn)
        internal
        pure
        returns (TcbStatus)
    {
        uint256 compared = teeTcbSvn & MODULE_MAJOR == 0 ? type(uint256).max : ALL_BUT_MODULE;
        return _match(tcbInfo, (components << 128) | teeTcbSvn, compared, pceSvn);
    }

    /// @notice Where the TDX modules stand, behind the last level.
    function end(uint256 tcbInfo) internal pure returns (uint256) {
        unchecked {
            return tcbInfo + FIRST + Memory.byteAt(tcbInfo + FIRST - 1) * LENGTH;
        }
    }

    function _match(uint256 tcbInfo, uint256 svns, uint256 compared, uint256 pceSvn)
        private
        pure
        returns (TcbStatus)
    {
        unchecked {
            uint256 behind = end(tcbInfo);
            for (uint256 level = tcbInfo + FIRST; level < behind; level += LENGTH) {
                if (!_reaches(svns, Memory.word(level) & compared)) continue;
                uint256 rest = Memory.word(level + PCE_SVN) >> 232;
                if (pceSvn >= rest >> 8) return TcbConvergence.platformStatus(rest & 0xff);
            }
            revert IDcapErrors.TcbLevelNotFound(
                ByteOrder.toBytes16(svns >> 128), ByteOrder.toBytes16(svns), pceSvn
            );
        }
    }

    /// @dev Whether each of 32 bytes is at least the other's: every second byte at once, in lanes of
    /// 16 bits with a bit above that survives the subtraction just then.
    function _reaches(uint256 svns, uint256 level) private pure returns (bool) {
        unchecked {
            uint256 even = ((svns & LANES) | CARRIES) - (level & LANES);
            uint256 odd = (((svns >> 8) & LANES) | CARRIES) - ((level >> 8) & LANES);
            return even & odd & CARRIES == CARRIES;
        }
    }
}
