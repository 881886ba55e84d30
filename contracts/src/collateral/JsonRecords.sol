// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CollateralReader} from "../CollateralReader.sol";
import {CollateralReading, ICollateralReader} from "../interfaces/ICollateralReader.sol";
import {Collateral, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {CollateralRecord} from "../libraries/CollateralRecord.sol";
import {Signing} from "./Signing.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice How JSON collateral is kept: what may replace what, and what of it is written anew.
abstract contract JsonRecords is Signing {
    using CollateralRecord for uint256;

    /// @inheritdoc ICollateralStore
    ICollateralReader public immutable reader;
    /// @dev The digest of JSON that was issued anew with the same blob; 0 when the blob's own counts.
    mapping(Collateral kind => mapping(uint256 key => bytes32)) private _reissued;

    constructor() {
        reader = new CollateralReader();
    }

    /// @dev The record in place of `old`: of a higher evaluation, or a later issue of the same. A
    /// revoked certificate's issue dates count no more, but an evaluation never falls.
    /// @param signerEnd when the certificate that signed it ends
    function _keepJson(
        Collateral kind,
        uint256 old,
        CollateralReading memory reading,
        bytes32 digest,
        uint256 signerEnd
    ) internal returns (uint256 record) {
        _checkWindow(reading.issueDate, reading.nextUpdate);
        if (old != 0) {
            uint256 kept = CollateralRecord.evaluationNumber(old.pointerOf());
            if (reading.evaluationNumber < kept) {
                revert EvaluationNumberLower(kept, reading.evaluationNumber);
            }
            bool isComparable = reading.evaluationNumber == kept && old.epochOf() == signingEpoch;
            if (isComparable && reading.issueDate <= old.notBefore()) {
                revert CollateralNotNewer(old.notBefore(), reading.issueDate);
            }
        }
        address pointer = old.pointerOf();
        mapping(uint256 key => bytes32) storage reissued = _reissued[kind];
        if (old != 0 && CollateralRecord.holds(pointer, reading.blob)) {
            reissued[reading.key] = digest;
        } else {
            pointer = CollateralRecord.write(reading.blob, digest);
            if (old != 0) delete reissued[reading.key];
        }
        uint256 until = FixedPointMathLib.min(reading.nextUpdate, signerEnd);
        record = CollateralRecord.pack(pointer, reading.issueDate, until, signingEpoch);
        emit CollateralStored(kind, reading.key, reading.issueDate, reading.nextUpdate, digest);
    }

    function _heldJson(Collateral kind, uint256 key, uint256 record)
        internal
        view
        returns (Held memory piece)
    {
        if (record == 0) return piece;
        address pointer = record.pointerOf();
        uint256 number = CollateralRecord.evaluationNumber(pointer);
        bool usable = record.epochOf() == signingEpoch;
        bytes32 digest = _reissued[kind][key];
        if (digest == 0) digest = CollateralRecord.digestOf(pointer);
        return Held(record.notBefore(), record.notAfter(), number, digest, usable);
    }
}
