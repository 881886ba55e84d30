// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Evaluation} from "../interfaces/ICollateralStore.sol";
import {CollateralRecord} from "../libraries/CollateralRecord.sol";
import {CollateralHeader, CollateralHeaderJson} from "./CollateralHeaderJson.sol";
import {JsonDate} from "./JsonDate.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice The list of TCB evaluations, version 1 (Intel, "API for Provisioning Certificates",
/// version 4).
library EvaluationNumbersJson {
    using JsonDate for Json;
    using JsonReader for Json;
    using CollateralHeaderJson for Json;

    uint256 private constant VERSION = 1;
    bytes32 private constant SGX = keccak256("SGX");
    bytes32 private constant TDX = keccak256("TDX");

    uint256 private constant NUMBERS = 1 << 8;
    uint256 private constant REQUIRED = CollateralHeaderJson.DATED_KEYS | NUMBERS;

    /// @dev Bytes of one evaluation in the blob.
    uint256 private constant SIZE = 7;

    // Bits of the keys of one evaluation.
    uint256 private constant NUMBER = 1;
    uint256 private constant RECOVERY_EVENT = 2;
    uint256 private constant DATE = 4;
    uint256 private constant EVALUATION_KEYS = NUMBER | RECOVERY_EVENT | DATE;

    /// @return header for whom and when
    /// @return blob {number(2) time of the TCB recovery event in Unix seconds(5)} for each
    function read(bytes calldata text)
        internal
        pure
        returns (CollateralHeader memory header, bytes memory blob)
    {
        Json memory json = JsonReader.open(text);
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            if (key == "tcbEvalNumbers") {
                seen = json.mark(seen, NUMBERS, key);
                blob = _readEvaluations(json);
            } else {
                uint256 bit = CollateralHeaderJson.bit(json, key);
                if (bit > CollateralHeaderJson.DATED_KEYS) json.unknown(key);
                seen = json.mark(seen, bit, key);
                json.readHeaderMember(bit, SGX, TDX, VERSION, header);
            }
        } while (json.more("}"));
        json.close();
        if (seen != REQUIRED) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }

    /// @notice The evaluations of such a blob, which is kept there.
    function list(address pointer) internal view returns (Evaluation[] memory listed) {
        listed = new Evaluation[](CollateralRecord.dataLength(pointer) / SIZE);
        for (uint256 i = 0; i < listed.length; ++i) {
            uint256 packed = uint256(CollateralRecord.readWord(pointer, i * SIZE));
            // The two fields, as they were packed.
            // forge-lint: disable-next-line(unsafe-typecast)
            listed[i] = Evaluation(uint16(packed >> 240), uint40(packed >> 200));
        }
    }

    function _readEvaluations(Json memory json) private pure returns (bytes memory blob) {
        if (!json.enterArray()) return blob;
        do {
            (uint256 number, uint256 recoveryEvent) = _readEvaluation(json);
            // The number was read as two bytes, and the year has four digits.
            // forge-lint: disable-next-line(unsafe-typecast)
            blob = abi.encodePacked(blob, uint16(number), uint40(recoveryEvent));
        } while (json.more("]"));
    }

    function _readEvaluation(Json memory json)
        private
        pure
        returns (uint256 number, uint256 recoveryEvent)
    {
        uint256 seen;
        json.expect("{");
        do {
            bytes32 key = json.readKey();
            if (key == "tcbEvaluationDataNumber") {
                seen = json.mark(seen, NUMBER, key);
                number = json.readNumber(CollateralHeaderJson.MAXIMUM_EVALUATION);
            } else if (key == "tcbRecoveryEventDate") {
                seen = json.mark(seen, RECOVERY_EVENT, key);
                recoveryEvent = json.readDate();
            } else if (key == "tcbDate") {
                seen = json.mark(seen, DATE, key);
                json.readDate();
            } else {
                json.unknown(key);
            }
        } while (json.more("}"));
        if (seen != EVALUATION_KEYS) revert ICollateralErrors.JsonKeyMissing(json.offset());
    }
}
