// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {CollateralHeader, CollateralHeaderJson} from "./CollateralHeaderJson.sol";
import {IsvLevelsJson} from "./IsvLevelsJson.sol";
import {JsonHex} from "./JsonHex.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice An enclave identity that has been read: for whom and when, and the enclave's fields as
/// numbers of the sizes that they have in the blob.
struct QeIdentity {
    CollateralHeader header;
    uint256 mrSigner;
    uint256 attributes;
    uint256 attributesMask;
    uint256 miscSelect;
    uint256 miscSelectMask;
    uint256 isvProdId;
    uint256 levelCount;
    bytes levels;
}

/// @notice Enclave identity version 2 of a quoting enclave (Intel, "API for Provisioning
/// Certificates", version 4).
library QeIdentityJson {
    using JsonHex for Json;
    using JsonReader for Json;
    using CollateralHeaderJson for Json;

    uint256 private constant VERSION = 2;
    bytes32 private constant QE = keccak256("QE");
    bytes32 private constant TD_QE = keccak256("TD_QE");

    // Bits of the keys, above those of the header.
    uint256 private constant SIGNER = 1 << 8;
    uint256 private constant ATTRIBUTES = 1 << 9;
    uint256 private constant ATTRIBUTES_MASK = 1 << 10;
    uint256 private constant MISC_SELECT = 1 << 11;
    uint256 private constant MISC_SELECT_MASK = 1 << 12;
    uint256 private constant PRODUCT = 1 << 13;
    uint256 private constant LEVELS = 1 << 14;
    uint256 private constant REQUIRED = CollateralHeaderJson.KEYS | SIGNER | ATTRIBUTES
        | ATTRIBUTES_MASK | MISC_SELECT | MISC_SELECT_MASK | PRODUCT | LEVELS;

    function read(bytes calldata text) internal pure returns (QeIdentity memory identity) {
        Json memory json = JsonReader.open(text);
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            uint256 bit = _bit(json, key);
            seen = json.mark(seen, bit, key);
            if (bit > CollateralHeaderJson.KEYS) _readMember(json, bit, identity);
            else json.readHeaderMember(bit, QE, TD_QE, VERSION, identity.header);
        } while (json.more("}"));
        json.close();
        if (seen != REQUIRED) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }

    /// @notice What is kept of it, without what the store adds at the end.
    function blob(QeIdentity memory identity) internal pure returns (bytes memory) {
        // Every field was read as just so many bytes, and the count is below 256.
        // forge-lint: disable-start(unsafe-typecast)
        return abi.encodePacked(
            identity.mrSigner,
            uint128(identity.attributes),
            uint128(identity.attributesMask),
            uint32(identity.miscSelect),
            uint32(identity.miscSelectMask),
            uint16(identity.isvProdId),
            uint8(identity.levelCount),
            identity.levels
        );
        // forge-lint: disable-end(unsafe-typecast)
    }

    function _bit(Json memory json, bytes32 key) private pure returns (uint256) {
        if (key == "mrsigner") return SIGNER;
        if (key == "attributes") return ATTRIBUTES;
        if (key == "attributesMask") return ATTRIBUTES_MASK;
        if (key == "miscselect") return MISC_SELECT;
        if (key == "miscselectMask") return MISC_SELECT_MASK;
        if (key == "isvprodid") return PRODUCT;
        if (key == "tcbLevels") return LEVELS;
        return CollateralHeaderJson.bit(json, key);
    }

    function _readMember(Json memory json, uint256 bit, QeIdentity memory into) private pure {
        if (bit == SIGNER) into.mrSigner = json.readHex(32);
        else if (bit == ATTRIBUTES) into.attributes = json.readHex(16);
        else if (bit == ATTRIBUTES_MASK) into.attributesMask = json.readHex(16);
        else if (bit == MISC_SELECT) into.miscSelect = json.readHex(4);
        else if (bit == MISC_SELECT_MASK) into.miscSelectMask = json.readHex(4);
        else if (bit == PRODUCT) into.isvProdId = json.readNumber(type(uint16).max);
        else (into.levels, into.levelCount) = IsvLevelsJson.read(json, 2);
    }
}
