// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {JsonDate} from "../../src/json/JsonDate.sol";
import {Json, JsonReader} from "../../src/json/JsonReader.sol";
import {TestCase} from "../harness/TestCase.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";

/// @notice Dates, against solady's and sign by sign.
contract JsonDateTest is TestCase {
    uint256 private constant LAST_OF_9999 = 253_402_300_799;
    bytes private constant FORM = "....-..-..T..:..:..Z";

    function read(bytes calldata text) external pure returns (uint256 time) {
        Json memory json = JsonReader.open(text);
        time = JsonDate.readDate(json);
        JsonReader.close(json);
    }

    function test_readDate__any_second_of_four_digits__found(uint256 time) public view {
        time = bound(time, 0, LAST_OF_9999);
        vm.assertEq(this.read(_quoted(_text(time))), time, "time");
    }

    function test_readDate__first_and_last__found() public view {
        vm.assertEq(this.read('"1970-01-01T00:00:00Z"'), 0, "first");
        vm.assertEq(this.read('"9999-12-31T23:59:59Z"'), LAST_OF_9999, "last");
    }

    function test_readDate__not_in_the_calendar__refused() public {
        _refuse('"1969-12-31T23:59:59Z"');
        _refuse('"2023-02-29T00:00:00Z"');
        _refuse('"2024-00-01T00:00:00Z"');
        _refuse('"2024-01-01T24:00:00Z"');
        _refuse('"2024-01-01T23:59:60Z"');
    }

    function test_readDate__other_length__refused() public {
        _refuse('"2024-01-01T00:00:00"');
        _refuse('"2024-01-01T00:00:00ZZ"');
        _refuse('""');
    }

    /// @dev Of a date in which every digit may be another one alone, but for the calendar's limits.
    function test_readDate__each_byte_in_each_place__taken_as_a_digit_alone() public view {
        bytes memory date = "2011-11-11T11:11:11Z";
        for (uint256 place = 0; place < date.length; ++place) {
            bytes1 kept = date[place];
            for (uint256 sign = 0; sign < 256; ++sign) {
                // Below 256.
                // forge-lint: disable-next-line(unsafe-typecast)
                date[place] = bytes1(uint8(sign));
                bool isDigit = FORM[place] == "." && sign >= 0x30 && sign <= 0x39;
                bool isGood = date[place] == kept || (isDigit && _isSupported(date));
                try this.read(_quoted(date)) returns (uint256 time) {
                    vm.assertTrue(isGood, "taken");
                    vm.assertEq(_text(time), date, "date");
                } catch {
                    vm.assertFalse(isGood, "refused");
                }
            }
            date[place] = kept;
        }
    }

    function _refuse(bytes memory text) private {
        vm.expectRevert(abi.encodeWithSelector(E.JsonDateRefused.selector, 0));
        this.read(text);
    }

    function _isSupported(bytes memory date) private pure returns (bool) {
        return DateTimeLib.isSupportedDateTime(
            _number(date, 0) * 100 + _number(date, 2),
            _number(date, 5),
            _number(date, 8),
            _number(date, 11),
            _number(date, 14),
            _number(date, 17)
        );
    }

    function _number(bytes memory date, uint256 place) private pure returns (uint256) {
        return (uint8(date[place]) - 0x30) * 10 + uint8(date[place + 1]) - 0x30;
    }

    function _text(uint256 time) private pure returns (bytes memory) {
        (uint256 year, uint256 month, uint256 day, uint256 hour, uint256 minute, uint256 second) =
            DateTimeLib.timestampToDateTime(time);
        bytes memory date =
            bytes.concat(_two(year / 100), _two(year % 100), "-", _two(month), "-", _two(day));
        return bytes.concat(date, "T", _two(hour), ":", _two(minute), ":", _two(second), "Z");
    }

    function _two(uint256 number) private pure returns (bytes2) {
        // Two digits.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes2(uint16((0x30 + number / 10) * 256 + 0x30 + number % 10));
    }

    function _quoted(bytes memory text) private pure returns (bytes memory) {
        return bytes.concat('"', text, '"');
    }
}
