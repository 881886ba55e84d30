// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {IsvLevelsJson} from "./IsvLevelsJson.sol";
import {JsonHex} from "./JsonHex.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice The TDX modules of a TCB info: the base one, which has no levels of its own, and one for
/// each later major version.
library TdxModulesJson {
    using JsonHex for Json;
    using JsonReader for Json;

    /// @dev A module's fields, in the order of the blob.
    struct Module {
        uint256 id;
        uint256 levelCount;
        uint256 mrSignerHigh;
        uint256 mrSignerLow;
        uint256 attributes;
        uint256 attributesMask;
        bytes levels;
    }

    uint256 private constant SIGNER = 1;
    uint256 private constant ATTRIBUTES = 2;
    uint256 private constant MASK = 4;
    uint256 private constant ID = 8;
    uint256 private constant LEVELS = 16;
    uint256 private constant BASE_KEYS = SIGNER | ATTRIBUTES | MASK;
    uint256 private constant IDENTITY_KEYS = BASE_KEYS | ID | LEVELS;

    uint256 private constant ID_PREFIX = 0x5444585f; // TDX_
    uint256 private constant MAXIMUM = 64;

    /// @notice {"mrsigner":..,"attributes":..,"attributesMask":..}: module 0.
    function readBase(Json memory json) internal pure returns (bytes memory) {
        Module memory base;
        _read(json, base, BASE_KEYS);
        return _pack(base);
    }

    /// @notice [{"id":"TDX_01","mrsigner":..,..,"tcbLevels":[..]}, ..], possibly none.
    function readIdentities(Json memory json)
        internal
        pure
        returns (bytes memory modules, uint256 count)
    {
        if (!json.enterArray()) return (modules, 0);
        uint256 ids;
        do {
            uint256 place = json.offset();
            Module memory module;
            _read(json, module, IDENTITY_KEYS);
            // One bit for each module.
            // forge-lint: disable-next-line(incorrect-shift)
            bool isRepeated = ids & (1 << module.id) != 0;
            if (module.id == 0 || isRepeated || count == MAXIMUM) {
                revert ICollateralErrors.TdxModuleIdRefused(place);
            }
            // One bit for each module.
            // forge-lint: disable-next-line(incorrect-shift)
            ids |= 1 << module.id;
            modules = bytes.concat(modules, _pack(module));
            ++count;
        } while (json.more("]"));
    }

    function _read(Json memory json, Module memory into, uint256 required) private pure {
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            uint256 bit = _bit(key);
            if (bit & required == 0) json.unknown(key);
            seen = json.mark(seen, bit, key);
            _readMember(json, bit, into);
        } while (json.more("}"));
        if (seen != required) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }

    function _bit(bytes32 key) private pure returns (uint256) {
        if (key == "mrsigner") return SIGNER;
        if (key == "attributes") return ATTRIBUTES;
        if (key == "attributesMask") return MASK;
        if (key == "id") return ID;
        if (key == "tcbLevels") return LEVELS;
        return 0;
    }

    function _readMember(Json memory json, uint256 bit, Module memory into) private pure {
        if (bit == SIGNER) {
            (into.mrSignerHigh, into.mrSignerLow) = json.readLongHex(32, 16);
        } else if (bit == ATTRIBUTES) {
            into.attributes = json.readHex(8);
        } else if (bit == MASK) {
            into.attributesMask = json.readHex(8);
        } else if (bit == ID) {
            into.id = _readId(json);
        } else {
            (into.levels, into.levelCount) = IsvLevelsJson.read(json, 1);
        }
    }

    /// @dev TDX_ and two digits of hex.
    function _readId(Json memory json) private pure returns (uint256 id) {
        uint256 place = json.offset();
        bool good;
        (id, good) = json.readPrefixedHex(ID_PREFIX, 4, 1);
        if (!good) revert ICollateralErrors.TdxModuleIdRefused(place);
    }

    function _pack(Module memory module) private pure returns (bytes memory) {
        // Every field was read as just so many bytes.
        // forge-lint: disable-start(unsafe-typecast)
        return abi.encodePacked(
            uint8(module.id),
            uint8(module.levelCount),
            module.mrSignerHigh,
            uint128(module.mrSignerLow),
            uint64(module.attributes),
            uint64(module.attributesMask),
            module.levels
        );
        // forge-lint: disable-end(unsafe-typecast)
    }
}
