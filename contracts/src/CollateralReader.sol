// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CollateralReading, ICollateralReader} from "./interfaces/ICollateralReader.sol";
import {CollateralHeader} from "./json/CollateralHeaderJson.sol";
import {EvaluationNumbersJson} from "./json/EvaluationNumbersJson.sol";
import {QeIdentity, QeIdentityJson} from "./json/QeIdentityJson.sol";
import {TcbInfo, TcbInfoJson} from "./json/TcbInfoJson.sol";

/// @title The reader of the JSON collateral that Intel signs; see ICollateralReader.
contract CollateralReader is ICollateralReader {
    using TcbInfoJson for TcbInfo;
    using QeIdentityJson for QeIdentity;

    uint256 private constant FMSPC_BITS = 48;

    /// @inheritdoc ICollateralReader
    function readTcbInfo(bytes calldata json) external pure returns (CollateralReading memory) {
        TcbInfo memory info = TcbInfoJson.read(json);
        uint256 key = (info.header.teeType << FMSPC_BITS) | info.fmspc;
        return _reading(key, info.header, info.blob());
    }

    /// @inheritdoc ICollateralReader
    function readQeIdentity(bytes calldata json) external pure returns (CollateralReading memory) {
        QeIdentity memory identity = QeIdentityJson.read(json);
        return _reading(identity.header.teeType, identity.header, identity.blob());
    }

    /// @inheritdoc ICollateralReader
    function readTcbEvaluationNumbers(bytes calldata json)
        external
        pure
        returns (CollateralReading memory)
    {
        (CollateralHeader memory header, bytes memory blob) = EvaluationNumbersJson.read(json);
        return _reading(header.teeType, header, blob);
    }

    function _reading(uint256 key, CollateralHeader memory header, bytes memory blob)
        private
        pure
        returns (CollateralReading memory)
    {
        // An evaluation number was read as two bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes2 number = bytes2(uint16(header.evaluationNumber));
        return CollateralReading({
            key: key,
            teeType: header.teeType,
            issueDate: header.issueDate,
            nextUpdate: header.nextUpdate,
            evaluationNumber: header.evaluationNumber,
            blob: bytes.concat(blob, number)
        });
    }
}
