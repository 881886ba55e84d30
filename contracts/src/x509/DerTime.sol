// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Memory} from "../libraries/Memory.sol";
import {DerWalk} from "./DerWalk.sol";

/// @notice The times of certificates: UTCTime or GeneralizedTime in the forms of RFC 5280, section
/// 4.1.2.5. All twelve digits are checked and paired at once, one in each byte of a number.
library DerTime {
    /// @dev 1 in each of twelve bytes: digit i of YYMMDDHHMMSS is in byte i, the first the highest.
    uint256 private constant ONES = 0x010101010101010101010101;
    /// @dev The second digit of each pair: the lower byte of six lanes of 16 bits.
    uint256 private constant EVEN = 0x00ff00ff00ff00ff00ff00ff;
    /// @dev The largest year of a century, month, day, hour, minute and second, in 16 bits each.
    uint256 private constant LARGEST = 0x0063000c001f0017003b003b;
    /// @dev The highest bit of each lane: set by a subtraction whose number there was the larger.
    uint256 private constant BORROWS = 0x800080008000800080008000;
    /// @dev Days of each month of a leap year, in 8 bits each, January in bits 8 to 15.
    uint256 private constant MONTH_LENGTHS = 0x1f1e1f1e1f1f1e1f1e1f1d1f00;
    uint256 private constant SECONDS_PER_DAY = 86400;

    /// @notice The Unix time at `cursor`, and where it ends.
    function read(uint256 cursor, uint256 origin)
        internal
        pure
        returns (uint256 time, uint256 end)
    {
        unchecked {
            uint256 word = Memory.word(cursor);
            uint256 century;
            if (word >> 240 == 0x170d) {
                end = cursor + 15;
                century = ((word >> 232) & 0xff) < 0x35 ? 20 : 19;
                word <<= 16;
            } else if (word >> 240 == 0x180f) {
                end = cursor + 17;
                century = _pairs(_twoDigits(word), cursor, origin);
                word <<= 32;
            } else {
                DerWalk.malformed(cursor, origin);
            }
            if ((word >> 152) & 0xff != 0x5a) DerWalk.malformed(cursor, origin);
            uint256 fields = _pairs(word >> 160, cursor, origin);
            if ((LARGEST - fields) & BORROWS != 0) DerWalk.malformed(cursor, origin);
            uint256 day = _days(century * 100 + (fields >> 80), fields, cursor, origin);
            time = day * SECONDS_PER_DAY + ((fields >> 32) & 0xff) * 3600 + ((fields >> 16) & 0xff)
                * 60 + (fields & 0xff);
        }
    }

    /// @dev The century's digits of a GeneralizedTime, behind ten zeros.
    function _twoDigits(uint256 word) private pure returns (uint256) {
        return 0x303030303030303030300000 | ((word >> 224) & 0xffff);
    }

    /// @dev Twelve digits to six numbers below 100, in 16 bits each.
    function _pairs(uint256 digits, uint256 cursor, uint256 origin) private pure returns (uint256) {
        unchecked {
            uint256 low = digits & (0x7f * ONES);
            // At least "0" and at most "9" in every lane; sums stay below 0x100.
            uint256 isDigit = (low + 0x50 * ONES) & ~(low + 0x46 * ONES) & ~digits;
            if (isDigit & (0x80 * ONES) != 0x80 * ONES) DerWalk.malformed(cursor, origin);
            digits -= 0x30 * ONES;
            return (digits & EVEN) + 10 * ((digits >> 8) & EVEN);
        }
    }

    /// @dev Days since 1970 in the Gregorian calendar, counted in years that begin in March, so that
    /// the leap day comes last; `fields` has the month above 64 bits and the day above 48.
    function _days(uint256 year, uint256 fields, uint256 cursor, uint256 origin)
        private
        pure
        returns (uint256)
    {
        unchecked {
            uint256 month = (fields >> 64) & 0xff;
            uint256 day = (fields >> 48) & 0xff;
            bool isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            bool isMonthDay = day != 0 && day <= (MONTH_LENGTHS >> (8 * month)) & 0xff;
            if (year < 1970 || !isMonthDay || (month == 2 && day == 29 && !isLeap)) {
                DerWalk.malformed(cursor, origin);
            }
            if (month < 3) {
                --year;
                month += 12;
            }
            // 153 days are five months from March on; 719,469 days lie before 1970, less one.
            return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5
                + day - 719469;
        }
    }
}
