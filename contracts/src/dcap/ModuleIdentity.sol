// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";
import {TcbConvergence} from "./TcbConvergence.sol";

/// @notice The TDX modules that Intel knows, in the CollateralStore's form: number of modules (1) ‖
/// modules { id (1) ‖ number of levels (1) ‖ mrSigner (48) ‖ attributes (8) ‖ attributesMask (8) ‖
/// levels { isvSvn (1) ‖ status (1) }, highest first }. Id 0 is the module before versions.
/// @dev Intel, "PCS API version 4", tdxModule and tdxModuleIdentities. A TEE TCB SVN names its
/// module by byte 1, the major version, and its level by byte 0, the minor version.
library ModuleIdentity {
    uint256 private constant MR_SIGNER = 2;
    uint256 private constant ATTRIBUTES = 50;
    uint256 private constant LEVELS = 66;
    uint256 private constant LEVEL_LENGTH = 2;

    // In a TD report.
    uint256 private constant MR_SIGNER_SEAM = 64;
    uint256 private constant SEAM_ATTRIBUTES = 112;

    /// @notice Where the module of this TEE TCB SVN stands among `modules`; reverts when unknown.
    function find(uint256 modules, uint256 teeTcbSvn) internal pure returns (uint256 module) {
        unchecked {
            uint256 version = (teeTcbSvn >> 112) & 0xff;
            module = modules + 1;
            for (uint256 left = Memory.byteAt(modules); left != 0; --left) {
                uint256 head = Memory.word(module) >> 240;
                if (head >> 8 == version) return module;
                module += LEVELS + LEVEL_LENGTH * (head & 0xff);
            }
            revert IDcapErrors.ModuleUnknown(version);
        }
    }

    /// @notice Revert unless the TD report at `body` was made on this module.
    function check(uint256 module, uint256 body) internal pure {
        unchecked {
            bytes32 expected = Memory.hash(module + MR_SIGNER, 48);
            bytes32 actual = Memory.hash(body + MR_SIGNER_SEAM, 48);
            if (actual != expected) revert IDcapErrors.ModuleSignerRefused(expected, actual);
            uint256 word = Memory.word(module + ATTRIBUTES);
            uint256 attributes =
                (Memory.word(body + SEAM_ATTRIBUTES) >> 192) & ((word >> 128) & type(uint64).max);
            if (attributes != word >> 192) {
                revert IDcapErrors.ModuleAttributesRefused(
                    ByteOrder.toBytes8(word >> 192), ByteOrder.toBytes8(attributes)
                );
            }
        }
    }

    /// @notice How up to date the module is; reverts when it is older than every level. The module
    /// before versions has no levels: there the platform's levels say it all.
    function status(uint256 module, uint256 teeTcbSvn) internal pure returns (TcbStatus) {
        unchecked {
            uint256 head = Memory.word(module) >> 240;
            if (head >> 8 == 0) return TcbStatus.UpToDate;
            uint256 svn = teeTcbSvn >> 120;
            uint256 cursor = module + LEVELS;
            uint256 end = cursor + LEVEL_LENGTH * (head & 0xff);
            for (; cursor < end; cursor += LEVEL_LENGTH) {
                uint256 level = Memory.word(cursor) >> 240;
                if (svn >= level >> 8) return TcbConvergence.componentStatus(level & 0xff);
            }
            revert IDcapErrors.ModuleSvnRefused(head >> 8, svn);
        }
    }
}
