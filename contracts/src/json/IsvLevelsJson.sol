// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Levels, TcbLevels} from "../libraries/TcbLevels.sol";
import {Json, JsonReader} from "./JsonReader.sol";
import {TcbStatusJson} from "./TcbStatusJson.sol";

/// @notice The TCB levels of an enclave or of a TDX module: by its security version alone.
library IsvLevelsJson {
    using JsonReader for Json;
    using TcbLevels for Levels;

    uint256 private constant TCB = 8;

    /// @notice [{"tcb":{"isvsvn":n},"tcbDate":..,"tcbStatus":..,"advisoryIDs":[..]}, ..]
    /// @param svnSize how many bytes a security version has
    /// @return levels {isvsvn(svnSize) status(1)} for each level, highest first
    /// @return count how many levels, at least 1
    function read(Json memory json, uint256 svnSize)
        internal
        pure
        returns (bytes memory levels, uint256 count)
    {
        uint256 place = json.offset();
        // As many ones as the svn has bits.
        // forge-lint: disable-next-line(incorrect-shift)
        uint256 maximum = (1 << (8 * svnSize)) - 1;
        Levels memory sorted = TcbLevels.none();
        if (!json.enterArray()) revert ICollateralErrors.TcbLevelCountRefused(place, 0);
        do {
            (uint256 svn, uint256 status) = _readLevel(json, maximum);
            if (!sorted.insert(svn, status)) {
                revert ICollateralErrors.TcbLevelCountRefused(place, TcbLevels.MAXIMUM + 1);
            }
        } while (json.more("]"));
        return (sorted.pack(svnSize, 1), sorted.count);
    }

    function _readLevel(Json memory json, uint256 maximum)
        private
        pure
        returns (uint256 svn, uint256 status)
    {
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            if (key == "tcb") {
                seen = json.mark(seen, TCB, key);
                svn = _readTcb(json, maximum);
            } else {
                (seen, status) = TcbStatusJson.readMember(json, key, seen, status);
            }
        } while (json.more("}"));
        TcbStatusJson.requireComplete(json, seen, TCB);
    }

    function _readTcb(Json memory json, uint256 maximum) private pure returns (uint256 svn) {
        json.expect("{");
        bytes32 key = json.readKey();
        if (key != "isvsvn") json.unknown(key);
        svn = json.readNumber(maximum);
        json.expect("}");
    }
}
