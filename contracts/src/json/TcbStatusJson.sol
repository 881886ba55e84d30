// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {JsonDate} from "./JsonDate.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice What all TCB levels of Intel's collateral have in common: a status, a date and
/// advisories (Intel, "API for Provisioning Certificates", version 4).
library TcbStatusJson {
    using JsonDate for Json;
    using JsonReader for Json;

    bytes32 private constant UP_TO_DATE = keccak256("UpToDate");
    bytes32 private constant SW_HARDENING_NEEDED = keccak256("SWHardeningNeeded");
    bytes32 private constant CONFIGURATION_AND_SW_HARDENING_NEEDED =
        keccak256("ConfigurationAndSWHardeningNeeded");
    bytes32 private constant CONFIGURATION_NEEDED = keccak256("ConfigurationNeeded");
    bytes32 private constant OUT_OF_DATE = keccak256("OutOfDate");
    bytes32 private constant OUT_OF_DATE_CONFIGURATION_NEEDED =
        keccak256("OutOfDateConfigurationNeeded");
    bytes32 private constant REVOKED = keccak256("Revoked");

    /// @dev Bits of the keys that a level has beside `tcb`.
    uint256 internal constant STATUS = 1;
    uint256 internal constant DATE = 2;
    uint256 private constant ADVISORIES = 4;

    /// @notice A status by its number in TcbStatus.
    function read(Json memory json) internal pure returns (uint256) {
        uint256 place = json.offset();
        bytes32 name = json.readStringHash();
        if (name == UP_TO_DATE) return 0;
        if (name == SW_HARDENING_NEEDED) return 1;
        if (name == CONFIGURATION_AND_SW_HARDENING_NEEDED) return 2;
        if (name == CONFIGURATION_NEEDED) return 3;
        if (name == OUT_OF_DATE) return 4;
        if (name == OUT_OF_DATE_CONFIGURATION_NEEDED) return 5;
        if (name == REVOKED) return 6;
        revert ICollateralErrors.TcbStatusUnknown(place);
    }

    /// @notice The value of a key of a level that is not `tcb`.
    /// @return seenNow `seen` and the key's bit
    /// @return statusNow `status`, unless this key is the status
    function readMember(Json memory json, bytes32 key, uint256 seen, uint256 status)
        internal
        pure
        returns (uint256 seenNow, uint256 statusNow)
    {
        statusNow = status;
        if (key == "tcbStatus") {
            seenNow = json.mark(seen, STATUS, key);
            statusNow = read(json);
        } else if (key == "tcbDate") {
            seenNow = json.mark(seen, DATE, key);
            json.readDate();
        } else if (key == "advisoryIDs") {
            seenNow = json.mark(seen, ADVISORIES, key);
            _skipStrings(json);
        } else {
            json.unknown(key);
        }
    }

    /// @notice The keys that a level must have are there.
    function requireComplete(Json memory json, uint256 seen, uint256 required) internal pure {
        required |= STATUS | DATE;
        if (seen & required != required) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }

    function _skipStrings(Json memory json) private pure {
        if (!json.enterArray()) return;
        do {
            json.readString();
        } while (json.more("]"));
    }
}
