// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {Json, JsonReader} from "./JsonReader.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";

/// @notice Dates in their only form.
library JsonDate {
    using JsonReader for Json;

    uint256 private constant DATE_LENGTH = 20;
    /// @dev YYYY-MM-DDTHH:MM:SSZ with zeros for the digits, one byte per sign, the last the lowest.
    uint256 private constant DATE_SIGNS = 0x00000000002d00002d00005400003a00003a00005a;
    /// @dev Where in it the signs are that are no digits.
    uint256 private constant DATE_SIGNS_MASK = 0x0000000000ff0000ff0000ff0000ff0000ff0000ff;
    /// @dev 1 in each byte of a date.
    uint256 private constant EACH_BYTE = JsonReader.EACH_BYTE >> 96;

    /// @notice A date as YYYY-MM-DDThh:mm:ssZ, in Unix seconds.
    function readDate(Json memory json) internal pure returns (uint256) {
        uint256 place = json.offset();
        (uint256 text, uint256 length) = json.readString();
        uint256 date = Memory.word(text) >> 96;
        if (length != DATE_LENGTH || date & DATE_SIGNS_MASK != DATE_SIGNS) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        // Digits only, between the signs: no byte below "0", none above "9".
        uint256 digits = (date & ~DATE_SIGNS_MASK) | (DATE_SIGNS_MASK & (EACH_BYTE * 0x30));
        uint256 tops = EACH_BYTE << 7;
        uint256 tooLow = (digits | tops) - EACH_BYTE * 0x30;
        uint256 tooHigh = digits + EACH_BYTE * 0x46;
        if (tooLow & tops != tops || tooHigh & tops != 0) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        return _toTimestamp(date, place);
    }

    function _toTimestamp(uint256 date, uint256 place) private pure returns (uint256) {
        uint256 year = _twoDigits(date, 19) * 100 + _twoDigits(date, 17);
        uint256 month = _twoDigits(date, 14);
        uint256 day = _twoDigits(date, 11);
        uint256 hour = _twoDigits(date, 8);
        uint256 minute = _twoDigits(date, 5);
        uint256 second = _twoDigits(date, 2);
        if (!DateTimeLib.isSupportedDateTime(year, month, day, hour, minute, second)) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        return DateTimeLib.dateTimeToTimestamp(year, month, day, hour, minute, second);
    }

    /// @dev The two digits of which the first is byte `place` of the date, counted from its end.
    function _twoDigits(uint256 date, uint256 place) private pure returns (uint256) {
        unchecked {
            uint256 tens = (date >> (8 * place)) & 0x0f;
            return tens * 10 + ((date >> (8 * (place - 1))) & 0x0f);
        }
    }
}
