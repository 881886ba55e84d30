// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {DerTime} from "../../src/x509/DerTime.sol";
import {TestCase} from "../harness/TestCase.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";

/// @notice Times of certificates, against Solady's calendar.
contract DerTimeTest is TestCase {
    function read(bytes memory der) external pure returns (uint256 time, uint256 length) {
        uint256 start;
        assembly {
            start := add(der, 32)
        }
        uint256 end;
        (time, end) = DerTime.read(start, start);
        length = end - start;
    }

    function test_read__any_utc_time__as_the_calendar_says(uint256 time) public view {
        time = bound(time, 0, 2_524_607_999);
        (uint256 found, uint256 length) = this.read(_encode(time, false));
        vm.assertEq(found, time, "time");
        vm.assertEq(length, 15, "length");
    }

    function test_read__any_generalized_time__as_the_calendar_says(uint256 time) public view {
        time = bound(time, 0, 253_402_300_799);
        (uint256 found, uint256 length) = this.read(_encode(time, true));
        vm.assertEq(found, time, "time");
        vm.assertEq(length, 17, "length");
    }

    /// @dev All combinations of two digits at each place: exactly the calendar's dates are taken.
    function test_read__any_digits__taken_when_a_date(uint256 seed) public view {
        uint8[6] memory fields;
        for (uint256 i = 0; i < 6; ++i) {
            fields[i] = uint8((seed >> (8 * i)) % 100);
        }
        if (seed >> 255 == 0) {
            fields[1] = fields[1] % 14;
            fields[2] = fields[2] % 33;
        }
        bytes memory der = hex"180f3230"; // the year 20..
        for (uint256 i = 0; i < 6; ++i) {
            der = bytes.concat(der, _twoDigits(fields[i]));
        }
        der = bytes.concat(der, "Z");
        bool isDate = DateTimeLib.isSupportedDateTime(
            2000 + uint256(fields[0]), fields[1], fields[2], fields[3], fields[4], fields[5]
        );
        try this.read(der) {
            vm.assertTrue(isDate, "taken");
        } catch {
            vm.assertFalse(isDate, "refused");
        }
    }

    function test_read__any_other_byte__refused(uint256 offset, bytes1 value) public {
        bytes memory der = _encode(1_767_225_600, false);
        offset = bound(offset, 0, der.length - 1);
        vm.assume(value < "0" || value > "9");
        vm.assume(der[offset] != value);
        der[offset] = value;
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.read(der);
    }

    function test_read__other_time_zone__refused() public {
        this.read("\x17\x0d260101000000Z");
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.read("\x17\x0d260101000000+");
    }

    function test_read__before_1970__refused() public {
        bytes[2] memory early = [bytes("\x17\x0d691231235959Z"), "\x18\x0f19691231235959Z"];
        for (uint256 i = 0; i < early.length; ++i) {
            vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
            this.read(early[i]);
        }
    }

    function test_read__leap_days__of_leap_years_only() public {
        this.read("\x18\x0f20000229000000Z");
        this.read("\x18\x0f24000229000000Z");
        bytes[2] memory wrong = [bytes("\x18\x0f21000229000000Z"), "\x17\x0d250229000000Z"];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
            this.read(wrong[i]);
        }
    }

    function _encode(uint256 time, bool isLong) private pure returns (bytes memory der) {
        (uint256 year, uint256 month, uint256 day, uint256 hour, uint256 minute, uint256 second) =
            DateTimeLib.timestampToDateTime(time);
        der = isLong ? bytes.concat(hex"180f", _twoDigits(year / 100)) : bytes(hex"170d");
        der = bytes.concat(der, _twoDigits(year % 100), _twoDigits(month), _twoDigits(day));
        return bytes.concat(der, _twoDigits(hour), _twoDigits(minute), _twoDigits(second), "Z");
    }

    function _twoDigits(uint256 value) private pure returns (bytes memory) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes.concat(bytes1(uint8(0x30 + value / 10)), bytes1(uint8(0x30 + value % 10)));
    }
}
