// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evaluations} from "./collateral/Evaluations.sol";
import {RevocationLists} from "./collateral/RevocationLists.sol";
import {Root} from "./collateral/Root.sol";
import {CollateralReading} from "./interfaces/ICollateralReader.sol";
import {Collateral, Held, ICollateralStore} from "./interfaces/ICollateralStore.sol";

/// @title The collateral of Intel DCAP; see ICollateralStore.
/// @dev The parts: collateral/Root (the pinned key), on it Certificates (what it has certified and
/// revoked) and Signing (TCB signing certificates, epoch); on these Authorities (PCK CAs) and
/// RevocationLists (CRLs), and beside them JsonRecords (how JSON is kept) and Evaluations (which one).
contract CollateralStore is RevocationLists, Evaluations {
    /// @inheritdoc ICollateralStore
    mapping(uint256 key => uint256) public tcbRecord;
    /// @inheritdoc ICollateralStore
    mapping(uint256 teeType => uint256) public qeRecord;

    /// @param rootCertificate the root CA's, in DER: Intel's, or any on a development chain
    /// @param evaluationDelaySeconds_ how old a TCB recovery event must be; 0 takes any evaluation
    constructor(bytes memory rootCertificate, uint64 evaluationDelaySeconds_)
        Root(rootCertificate)
        Evaluations(evaluationDelaySeconds_)
    {}

    /* --- views --------------------------------------------------------------------------------- */

    /// @inheritdoc ICollateralStore
    function load(uint256 authorityKeyId, uint256 serial, uint256 key)
        external
        view
        returns (uint256 ca, uint256 revokedAt, uint256 tcb, uint256 qe)
    {
        ca = caRecord[authorityKeyId];
        revokedAt = _revokedAt[authorityKeyId][serial];
        tcb = tcbRecord[key];
        qe = qeRecord[key >> 48];
    }

    /// @inheritdoc ICollateralStore
    function held(Collateral kind, uint256 key) external view returns (Held memory) {
        if (kind == Collateral.TcbInfo) return _heldJson(kind, key, tcbRecord[key]);
        if (kind == Collateral.QeIdentity) return _heldJson(kind, key, qeRecord[key]);
        if (kind == Collateral.TcbEvaluationNumbers) return _heldEvaluations(key);
        if (kind == Collateral.RootCrl) return _heldCrl(_rootCrl);
        if (kind == Collateral.PckCrl) return _heldCrl(_pckCrl(key));
        if (kind == Collateral.PckCa) return _heldAuthority(key);
        return _heldSigning(key);
    }

    /* --- uploads ------------------------------------------------------------------------------- */

    /// @inheritdoc ICollateralStore
    function uploadTcbInfo(bytes calldata json, bytes32 r, bytes32 s) external {
        (bytes32 digest, uint256 signerEnd) = _checkTcbSigned(json, r, s);
        CollateralReading memory info = reader.readTcbInfo(json);
        _checkEvaluation(info.teeType, info.evaluationNumber);
        uint256 old = tcbRecord[info.key];
        tcbRecord[info.key] = _keepJson(Collateral.TcbInfo, old, info, digest, signerEnd);
    }

    /// @inheritdoc ICollateralStore
    function uploadQeIdentity(bytes calldata json, bytes32 r, bytes32 s) external {
        (bytes32 digest, uint256 signerEnd) = _checkTcbSigned(json, r, s);
        CollateralReading memory identity = reader.readQeIdentity(json);
        _checkEvaluation(identity.teeType, identity.evaluationNumber);
        uint256 old = qeRecord[identity.key];
        qeRecord[identity.key] = _keepJson(Collateral.QeIdentity, old, identity, digest, signerEnd);
    }
}
