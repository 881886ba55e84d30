// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {JsonDate} from "./JsonDate.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice What all JSON collateral says of itself.
/// @param teeType 0 for SGX, 0x81 for TDX, as in a quote's header
/// @param issueDate Unix seconds
/// @param nextUpdate Unix seconds
/// @param evaluationNumber the TCB evaluation it belongs to; 0 in the list of them
struct CollateralHeader {
    uint256 teeType;
    uint256 issueDate;
    uint256 nextUpdate;
    uint256 evaluationNumber;
}

/// @notice The keys that TCB info, enclave identity and the list of TCB evaluations share.
library CollateralHeaderJson {
    using JsonDate for Json;
    using JsonReader for Json;

    uint256 private constant TEE_TDX = 0x81;
    uint256 internal constant MAXIMUM_EVALUATION = type(uint16).max;

    uint256 private constant ID = 1;
    uint256 private constant VERSION = 2;
    uint256 private constant ISSUE_DATE = 4;
    uint256 private constant NEXT_UPDATE = 8;
    uint256 private constant EVALUATION = 16;

    /// @notice The bits of all keys but the evaluation number, and of all.
    uint256 internal constant DATED_KEYS = ID | VERSION | ISSUE_DATE | NEXT_UPDATE;
    uint256 internal constant KEYS = DATED_KEYS | EVALUATION;

    /// @notice The bit of a key of the header; any other is refused.
    function bit(Json memory json, bytes32 key) internal pure returns (uint256) {
        if (key == "id") return ID;
        if (key == "version") return VERSION;
        if (key == "issueDate") return ISSUE_DATE;
        if (key == "nextUpdate") return NEXT_UPDATE;
        if (key != "tcbEvaluationDataNumber") json.unknown(key);
        return EVALUATION;
    }

    /// @notice The value of a key of the header, by its bit.
    /// @param sgx keccak256 of the id that stands for SGX
    /// @param tdx keccak256 of the id that stands for TDX
    /// @param version the only version that is known
    function readHeaderMember(
        Json memory json,
        uint256 key,
        bytes32 sgx,
        bytes32 tdx,
        uint256 version,
        CollateralHeader memory into
    ) internal pure {
        if (key == ID) into.teeType = _readId(json, sgx, tdx);
        else if (key == VERSION) json.expectNumber(version);
        else if (key == ISSUE_DATE) into.issueDate = json.readDate();
        else if (key == NEXT_UPDATE) into.nextUpdate = json.readDate();
        else into.evaluationNumber = json.readNumber(MAXIMUM_EVALUATION);
    }

    function _readId(Json memory json, bytes32 sgx, bytes32 tdx)
        private
        pure
        returns (uint256 teeType)
    {
        uint256 place = json.offset();
        bytes32 id = json.readStringHash();
        if (id == tdx) return TEE_TDX;
        if (id != sgx) revert ICollateralErrors.JsonIdRefused(place);
    }
}
