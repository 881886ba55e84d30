// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlatformTcb} from "../../src/dcap/PlatformTcb.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {CollateralMaker, Level, TcbInfo} from "../harness/CollateralMaker.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The matching of TCB levels, against a plain one that takes the bytes one by one.
contract PlatformTcbTest is TestCase {
    uint8 private constant NONE = 0xff;

    function sgxStatus(bytes memory info, uint128 components, uint16 pceSvn)
        external
        pure
        returns (uint8)
    {
        return uint8(PlatformTcb.sgxStatus(_start(info), components, pceSvn));
    }

    function tdxStatus(bytes memory info, uint128 components, uint16 pceSvn, uint128 teeTcbSvn)
        external
        pure
        returns (uint8)
    {
        return uint8(PlatformTcb.tdxStatus(_start(info), components, pceSvn, teeTcbSvn));
    }

    /// @dev Levels near the machine, so that each byte decides now and then.
    function test_tdx__any_levels__as_the_plain_way(
        uint128 components,
        uint128 svn,
        uint16 pceSvn,
        uint256 seed,
        uint8 count
    ) public view {
        if (seed & 1 == 0) svn &= ~(uint128(0xff) << 112); // no module version
        TcbInfo memory info = _levels(components, svn, pceSvn, seed, count % 8);
        uint8 expected = _plain(info, components, svn, pceSvn, true);
        uint8 found = NONE;
        try this.tdxStatus(CollateralMaker.encode(info), components, pceSvn, svn) returns (
            uint8 status
        ) {
            found = status;
        } catch (bytes memory reason) {
            vm.assertEq(
                bytes32(selectorOf(reason)), bytes32(IDcapErrors.TcbLevelNotFound.selector), "none"
            );
        }
        vm.assertEq(found, expected, "status");
    }

    function test_sgx__any_levels__as_the_plain_way(
        uint128 components,
        uint16 pceSvn,
        uint256 seed,
        uint8 count
    ) public view {
        TcbInfo memory info = _levels(components, type(uint128).max, pceSvn, seed, count % 8);
        uint8 expected = _plain(info, components, 0, pceSvn, false);
        uint8 found = NONE;
        try this.sgxStatus(CollateralMaker.encode(info), components, pceSvn) returns (
            uint8 status
        ) {
            found = status;
        } catch {}
        vm.assertEq(found, expected, "status");
    }

    /// @dev One byte of one level above the machine's: never reached, whichever it is.
    function test_tdx__each_byte__decides() public {
        uint128 same = 0x7f807f807f807f807f807f807f807f80;
        for (uint256 i = 0; i < 32; ++i) {
            TcbInfo memory info;
            info.levels = new Level[](1);
            info.levels[0] = Level(same, same, 9, 1);
            vm.assertEq(this.tdxStatus(CollateralMaker.encode(info), same, 9, same), 1, "equal");
            // forge-lint: disable-next-line(unsafe-typecast)
            if (i < 16) info.levels[0].sgx += uint128(1) << uint128(8 * i);
            else info.levels[0].tdx += uint128(1) << uint128(8 * (i - 16));
            bytes memory data = CollateralMaker.encode(info);
            // Bytes 0 and 1 are the module's, which this machine has a version of.
            if (i >= 30) {
                vm.assertEq(this.tdxStatus(data, same, 9, same), 1, "module");
                continue;
            }
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDcapErrors.TcbLevelNotFound.selector, bytes16(same), bytes16(same), 9
                )
            );
            this.tdxStatus(data, same, 9, same);
        }
    }

    function _levels(uint128 sgx, uint128 tdx, uint16 pceSvn, uint256 seed, uint8 count)
        private
        pure
        returns (TcbInfo memory info)
    {
        info.levels = new Level[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            Level memory level = info.levels[i];
            level.sgx = _near(sgx, random);
            level.tdx = _near(tdx, random >> 64);
            level.pceSvn = uint16(pceSvn == 0 || random & 3 != 0 ? pceSvn : pceSvn - 1);
            if (random & 0x70 == 0 && pceSvn != 0xffff) level.pceSvn = pceSvn + 1;
            level.status = uint8((random >> 128) % 6);
        }
    }

    /// @dev The SVNs with one byte raised or some lowered; other bytes stay.
    function _near(uint128 svns, uint256 random) private pure returns (uint128) {
        uint256 place = 8 * (random % 16);
        uint256 value = (svns >> place) & 0xff;
        uint256 other = random & 0x300 == 0 ? (random >> 16) & 0xff : value == 0 ? 0 : value - 1;
        return uint128((svns & ~(uint256(0xff) << place)) | (other << place));
    }

    function _plain(TcbInfo memory info, uint128 sgx, uint128 tdx, uint16 pceSvn, bool isTdx)
        private
        pure
        returns (uint8)
    {
        uint256 first = bytes16(tdx)[1] == 0 ? 0 : 2;
        for (uint256 i = 0; i < info.levels.length; ++i) {
            Level memory level = info.levels[i];
            bool isReached = _all(sgx, level.sgx, 0) && pceSvn >= level.pceSvn;
            if (isTdx) isReached = isReached && _all(tdx, level.tdx, first);
            if (isReached) return level.status;
        }
        return NONE;
    }

    function _all(uint128 svns, uint128 level, uint256 first) private pure returns (bool) {
        for (uint256 i = first; i < 16; ++i) {
            if (uint8(bytes16(svns)[i]) < uint8(bytes16(level)[i])) return false;
        }
        return true;
    }

    function _start(bytes memory data) private pure returns (uint256 start) {
        assembly {
            start := add(data, 32)
        }
    }
}
