// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {CollateralHeader, CollateralHeaderJson} from "./CollateralHeaderJson.sol";
import {JsonHex} from "./JsonHex.sol";
import {Json, JsonReader} from "./JsonReader.sol";
import {PlatformLevelsJson} from "./PlatformLevelsJson.sol";
import {TdxModulesJson} from "./TdxModulesJson.sol";

/// @notice A TCB info that has been read.
/// @param header for whom and when
/// @param fmspc 6 bytes
/// @param pceId 2 bytes
/// @param levelCount how many levels the platform has
/// @param levels as in the blob
/// @param levelsAreTdx whether all of them have TDX components
/// @param moduleCount how many TDX modules there are
/// @param modules as in the blob
struct TcbInfo {
    CollateralHeader header;
    uint256 fmspc;
    uint256 pceId;
    uint256 levelCount;
    bytes levels;
    bool levelsAreTdx;
    uint256 moduleCount;
    bytes baseModule;
    bytes modules;
}

/// @notice TCB info version 3 (Intel, "API for Provisioning Certificates", version 4).
library TcbInfoJson {
    using JsonHex for Json;
    using JsonReader for Json;
    using CollateralHeaderJson for Json;

    uint256 private constant VERSION = 3;
    uint256 private constant TCB_TYPE = 0;
    bytes32 private constant SGX = keccak256("SGX");
    bytes32 private constant TDX = keccak256("TDX");

    // Bits of the keys, above those of the header.
    uint256 private constant FMSPC = 1 << 8;
    uint256 private constant PCE_ID = 1 << 9;
    uint256 private constant TYPE = 1 << 10;
    uint256 private constant LEVELS = 1 << 11;
    uint256 private constant MODULE = 1 << 12;
    uint256 private constant IDENTITIES = 1 << 13;
    uint256 private constant SGX_KEYS = CollateralHeaderJson.KEYS | FMSPC | PCE_ID | TYPE | LEVELS;

    function read(bytes calldata text) internal pure returns (TcbInfo memory info) {
        Json memory json = JsonReader.open(text);
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            uint256 bit = _bit(json, key);
            seen = json.mark(seen, bit, key);
            if (bit > CollateralHeaderJson.KEYS) _readMember(json, bit, info);
            else json.readHeaderMember(bit, SGX, TDX, VERSION, info.header);
        } while (json.more("}"));
        json.close();
        if (seen & SGX_KEYS != SGX_KEYS) revert ICollateralErrors.JsonKeyMissing(json.offset());
        _checkTee(seen, info);
    }

    /// @notice What is kept of it, without what the store adds at the end.
    function blob(TcbInfo memory info) internal pure returns (bytes memory) {
        // The counts are at most 255, the PCE's id is two bytes.
        // forge-lint: disable-start(unsafe-typecast)
        return abi.encodePacked(
            uint16(info.pceId),
            uint8(info.levelCount),
            info.levels,
            uint8(info.moduleCount),
            info.baseModule,
            info.modules
        );
        // forge-lint: disable-end(unsafe-typecast)
    }

    function _bit(Json memory json, bytes32 key) private pure returns (uint256) {
        if (key == "fmspc") return FMSPC;
        if (key == "pceId") return PCE_ID;
        if (key == "tcbType") return TYPE;
        if (key == "tcbLevels") return LEVELS;
        if (key == "tdxModule") return MODULE;
        if (key == "tdxModuleIdentities") return IDENTITIES;
        return CollateralHeaderJson.bit(json, key);
    }

    function _readMember(Json memory json, uint256 bit, TcbInfo memory into) private pure {
        if (bit == FMSPC) {
            into.fmspc = json.readHex(6);
        } else if (bit == PCE_ID) {
            into.pceId = json.readHex(2);
        } else if (bit == TYPE) {
            json.expectNumber(TCB_TYPE);
        } else if (bit == LEVELS) {
            (into.levels, into.levelCount, into.levelsAreTdx) = PlatformLevelsJson.read(json);
        } else if (bit == MODULE) {
            into.baseModule = TdxModulesJson.readBase(json);
            ++into.moduleCount;
        } else {
            uint256 count;
            (into.modules, count) = TdxModulesJson.readIdentities(json);
            into.moduleCount += count;
        }
    }

    /// @dev The order of keys is free, so whether they fit the id is known at the end only.
    function _checkTee(uint256 seen, TcbInfo memory info) private pure {
        uint256 forTdx = info.header.teeType == 0 ? 0 : MODULE | IDENTITIES;
        bool levelsFit = info.levelsAreTdx == (info.header.teeType != 0);
        if (seen & (MODULE | IDENTITIES) != forTdx || !levelsFit) {
            revert ICollateralErrors.TdxFieldsMismatch();
        }
    }
}
