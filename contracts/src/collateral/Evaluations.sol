// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CollateralReading} from "../interfaces/ICollateralReader.sol";
import {Collateral, Evaluation, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {EvaluationNumbersJson} from "../json/EvaluationNumbersJson.sol";
import {CollateralRecord} from "../libraries/CollateralRecord.sol";
import {JsonRecords} from "./JsonRecords.sol";

/// @notice Which TCB evaluation is taken: Intel's lists of them, and how far the store has come.
abstract contract Evaluations is JsonRecords {
    using CollateralRecord for uint256;

    /// @inheritdoc ICollateralStore
    uint64 public immutable evaluationDelaySeconds;
    mapping(uint256 teeType => uint256) private _evaluationsRecord;
    /// @dev The highest TCB evaluation that was ever taken by the rule of `evaluationDelaySeconds`.
    mapping(uint256 teeType => uint256) private _evaluationFloor;

    constructor(uint64 evaluationDelaySeconds_) {
        evaluationDelaySeconds = evaluationDelaySeconds_;
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbEvaluationNumbers(bytes calldata json, bytes32 r, bytes32 s) external {
        (bytes32 digest, uint256 signerEnd) = _checkTcbSigned(json, r, s);
        CollateralReading memory list = reader.readTcbEvaluationNumbers(json);
        uint256 old = _evaluationsRecord[list.key];
        _evaluationsRecord[list.key] =
            _keepJson(Collateral.TcbEvaluationNumbers, old, list, digest, signerEnd);
    }

    /// @inheritdoc ICollateralStore
    function evaluations(uint256 teeType) public view returns (Evaluation[] memory listed) {
        uint256 record = _evaluationsRecord[teeType];
        if (record == 0) return listed;
        return EvaluationNumbersJson.list(record.pointerOf());
    }

    /// @inheritdoc ICollateralStore
    function standardEvaluation(uint256 teeType)
        public
        view
        returns (uint256 number, bool isListCurrent)
    {
        uint256 record = _evaluationsRecord[teeType];
        if (record == 0 || record.epochOf() != signingEpoch) return (0, false);
        Evaluation[] memory listed = evaluations(teeType);
        for (uint256 i = 0; i < listed.length; ++i) {
            if (listed[i].number > number && _takenFrom(listed[i]) <= block.timestamp) {
                number = listed[i].number;
            }
        }
        isListCurrent = block.timestamp <= record.notAfter();
        uint256 floor = _evaluationFloor[teeType];
        // A list that has ended may know that what is held is too low, but raises nothing.
        if (number > floor && !isListCurrent) number = 0;
        else if (number < floor) number = floor;
    }

    /// @dev Nobody can force an early TCB evaluation on the store, nor one that a later one has
    /// replaced: see `standardEvaluation`.
    function _checkEvaluation(uint256 teeType, uint256 number) internal {
        if (evaluationDelaySeconds == 0) return;
        (uint256 standard, bool isListCurrent) = standardEvaluation(teeType);
        if (number == 0 || number != standard) {
            _refuseEvaluation(teeType, number, standard, isListCurrent);
        }
        if (number > _evaluationFloor[teeType]) _evaluationFloor[teeType] = number;
    }

    function _heldEvaluations(uint256 teeType) internal view returns (Held memory) {
        return _heldJson(Collateral.TcbEvaluationNumbers, teeType, _evaluationsRecord[teeType]);
    }

    function _refuseEvaluation(uint256 teeType, uint256 number, uint256 standard, bool isCurrent)
        private
        view
    {
        uint256 record = _evaluationsRecord[teeType];
        if (record == 0 || record.epochOf() != signingEpoch) {
            revert EvaluationNumbersMissing(teeType);
        }
        if (!isCurrent) {
            revert EvaluationNumbersExpired(teeType, record.notAfter(), block.timestamp);
        }
        if (number < standard) revert EvaluationNumberLower(standard, number);
        Evaluation[] memory listed = evaluations(teeType);
        for (uint256 i = 0; i < listed.length; ++i) {
            if (listed[i].number != number) continue;
            revert EvaluationTooEarly(number, _takenFrom(listed[i]));
        }
        revert EvaluationNumberUnknown(teeType, number);
    }

    function _takenFrom(Evaluation memory evaluation) private view returns (uint256) {
        return uint256(evaluation.recoveryEvent) + evaluationDelaySeconds;
    }
}
