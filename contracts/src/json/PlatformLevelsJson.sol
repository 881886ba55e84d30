// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Levels, TcbLevels} from "../libraries/TcbLevels.sol";
import {Json, JsonReader} from "./JsonReader.sol";
import {TcbStatusJson} from "./TcbStatusJson.sol";

/// @notice A platform's TCB levels in a TCB info.
library PlatformLevelsJson {
    using JsonReader for Json;
    using TcbLevels for Levels;

    uint256 private constant COMPONENTS = 16;

    // Bits of the keys of a level, above those of its status.
    uint256 private constant TCB = 1 << 3;
    uint256 private constant SGX = 1 << 4;
    uint256 private constant PCE_SVN = 1 << 5;
    uint256 private constant TDX = 1 << 6;
    uint256 private constant REQUIRED = TCB | SGX | PCE_SVN;

    // Bits of the keys of a component.
    uint256 private constant SVN = 1;
    uint256 private constant CATEGORY = 2;
    uint256 private constant TYPE = 4;

    /// @return levels {SGX components(16) TDX components(16) pcesvn(2) status(1)} for each level,
    /// highest first: by SGX components, then PCESVN, then TDX components
    /// @return count how many levels, at least 1
    /// @return isTdx whether they have TDX components: all, or none
    function read(Json memory json)
        internal
        pure
        returns (bytes memory levels, uint256 count, bool isTdx)
    {
        uint256 place = json.offset();
        Levels memory sorted = TcbLevels.none();
        if (!json.enterArray()) revert ICollateralErrors.TcbLevelCountRefused(place, 0);
        do {
            (uint256 components, uint256 rest, bool levelIsTdx) = _readLevel(json);
            if (sorted.count > 0 && levelIsTdx != isTdx) {
                revert ICollateralErrors.TdxFieldsMismatch();
            }
            isTdx = levelIsTdx;
            if (!sorted.insert(components, rest)) {
                revert ICollateralErrors.TcbLevelCountRefused(place, TcbLevels.MAXIMUM + 1);
            }
        } while (json.more("]"));
        return (sorted.pack(32, 3), sorted.count, isTdx);
    }

    function _readLevel(Json memory json)
        private
        pure
        returns (uint256 components, uint256 rest, bool isTdx)
    {
        uint256 seen;
        uint256 status;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            if (key == "tcb") {
                seen = json.mark(seen, TCB, key);
                (components, rest, seen) = _readTcb(json, seen);
            } else {
                (seen, status) = TcbStatusJson.readMember(json, key, seen, status);
            }
        } while (json.more("}"));
        TcbStatusJson.requireComplete(json, seen, REQUIRED);
        return (components, (rest << 8) | status, seen & TDX != 0);
    }

    function _readTcb(Json memory json, uint256 seen)
        private
        pure
        returns (uint256 components, uint256 pceSvn, uint256)
    {
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            if (key == "sgxtcbcomponents") {
                seen = json.mark(seen, SGX, key);
                components |= _readComponents(json) << 128;
            } else if (key == "tdxtcbcomponents") {
                seen = json.mark(seen, TDX, key);
                components |= _readComponents(json);
            } else if (key == "pcesvn") {
                seen = json.mark(seen, PCE_SVN, key);
                pceSvn = json.readNumber(type(uint16).max);
            } else {
                json.unknown(key);
            }
        } while (json.more("}"));
        return (components, pceSvn, seen);
    }

    /// @dev [{"svn":n,"category":"..","type":".."}, ..]: 16 of them, one byte each.
    function _readComponents(Json memory json) private pure returns (uint256 components) {
        uint256 place = json.offset();
        uint256 count;
        if (json.enterArray()) {
            do {
                components = (components << 8) | _readComponent(json);
                ++count;
            } while (json.more("]"));
        }
        if (count != COMPONENTS) revert ICollateralErrors.TcbComponentCountWrong(place, count);
    }

    function _readComponent(Json memory json) private pure returns (uint256 svn) {
        uint256 seen;
        // A level has 16 or 32 of these, nearly all written like this.
        if (json.take('{"svn":', 7)) {
            svn = json.readNumber(type(uint8).max);
            if (!json.more("}")) return svn;
            seen = SVN;
        } else {
            json.expect("{");
        }
        do {
            bytes32 key = json.readKey();
            if (key == "svn") {
                seen = json.mark(seen, SVN, key);
                svn = json.readNumber(type(uint8).max);
            } else if (key == "category" || key == "type") {
                seen = json.mark(seen, key == "type" ? TYPE : CATEGORY, key);
                json.readString();
            } else {
                json.unknown(key);
            }
        } while (json.more("}"));
        if (seen & SVN == 0) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }
}
