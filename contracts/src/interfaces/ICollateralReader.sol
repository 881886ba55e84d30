// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ICollateralErrors} from "./ICollateralErrors.sol";

/// @notice What a piece of JSON collateral says.
/// @param key what the store keeps it under: teeType, for TCB info teeType << 48 | fmspc
/// @param teeType 0 for SGX, 0x81 for TDX, as in a quote's header
/// @param issueDate Unix seconds
/// @param nextUpdate Unix seconds
/// @param evaluationNumber the TCB evaluation it belongs to; 0 for the list of them
/// @param blob what the store keeps of it; see ICollateralStore
struct CollateralReading {
    uint256 key;
    uint256 teeType;
    uint256 issueDate;
    uint256 nextUpdate;
    uint256 evaluationNumber;
    bytes blob;
}

/// @title The reader of the JSON collateral that Intel signs
/// @notice A part of the CollateralStore with code of its own: it keeps nothing, has no owner, and is
/// made by the store's constructor. Whatever does not stand exactly where it is expected reverts
/// with its offset. That Intel signed the text is not looked at here.
interface ICollateralReader is ICollateralErrors {
    /// @notice TCB info version 3, SGX or TDX: the value of `tcbInfo`.
    function readTcbInfo(bytes calldata json) external pure returns (CollateralReading memory);

    /// @notice Enclave identity version 2, QE or TD_QE: the value of `enclaveIdentity`.
    function readQeIdentity(bytes calldata json) external pure returns (CollateralReading memory);

    /// @notice TCB evaluation numbers version 1, SGX or TDX: the value of
    /// `tcbEvaluationDataNumbers`.
    function readTcbEvaluationNumbers(bytes calldata json)
        external
        pure
        returns (CollateralReading memory);
}
