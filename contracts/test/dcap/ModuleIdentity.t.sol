// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModuleIdentity} from "../../src/dcap/ModuleIdentity.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {CollateralMaker, Module, TcbInfo} from "../harness/CollateralMaker.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The lookup of TDX modules, against a plain one.
contract ModuleIdentityTest is TestCase {
    uint8 private constant UNKNOWN = 0xfe;
    uint8 private constant TOO_OLD = 0xff;

    function status(bytes memory data, uint128 svn) external pure returns (uint8) {
        uint256 modules;
        assembly {
            // Behind PCEID and the number of levels, of which there are none.
            modules := add(data, 35)
        }
        return uint8(ModuleIdentity.status(ModuleIdentity.find(modules, svn), svn));
    }

    function test_status__any_modules__as_the_plain_way(
        uint8 version,
        uint8 minor,
        uint256 seed,
        uint8 count
    ) public view {
        version %= 5;
        minor %= 16;
        TcbInfo memory info;
        info.modules = new Module[](count % 6);
        for (uint256 i = 0; i < info.modules.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // forge-lint: disable-next-line(unsafe-typecast)
            info.modules[i] = Module(uint8(random % 5), new bytes(48), 0, 0, "");
            for (uint256 j = 0; j < (random >> 8) % 4; ++j) {
                uint8 level = uint8((random >> (16 + 8 * j)) % 16);
                uint8 given = (random >> (64 + j)) & 1 == 0 ? 0 : 4;
                info.modules[i].levels =
                    bytes.concat(info.modules[i].levels, bytes1(level), bytes1(given));
            }
        }
        uint8 found;
        uint128 svn = (uint128(minor) << 120) | (uint128(version) << 112);
        try this.status(CollateralMaker.encode(info), svn) returns (uint8 result) {
            found = result;
        } catch (bytes memory reason) {
            bool isUnknown = selectorOf(reason) == IDcapErrors.ModuleUnknown.selector;
            found = isUnknown ? UNKNOWN : TOO_OLD;
        }
        vm.assertEq(found, _plain(info, version, minor), "status");
    }

    function _plain(TcbInfo memory info, uint8 version, uint8 minor) private pure returns (uint8) {
        for (uint256 i = 0; i < info.modules.length; ++i) {
            Module memory module = info.modules[i];
            if (module.version != version) continue;
            if (version == 0) return 0;
            for (uint256 j = 0; j < module.levels.length; j += 2) {
                if (minor >= uint8(module.levels[j])) return uint8(module.levels[j + 1]);
            }
            return TOO_OLD;
        }
        return UNKNOWN;
    }
}
