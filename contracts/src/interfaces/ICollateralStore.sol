// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ICollateralErrors} from "./ICollateralErrors.sol";
import {ICollateralReader} from "./ICollateralReader.sol";

/// @notice The kinds of collateral; in brackets what the key of each is.
enum Collateral {
    PckCa, // its key identifier
    TcbSigning, // its serial number; 0 reads the one that was issued last
    RootCrl, // the root's key identifier; any reads it
    PckCrl, // key identifier of its PCK CA
    TcbInfo, // teeType << 48 | fmspc
    QeIdentity, // teeType
    TcbEvaluationNumbers // teeType
}

/// @notice What is kept of one piece of collateral. All is zero for what was never uploaded.
/// @param notBefore Unix seconds of its issue: notBefore, thisUpdate or issueDate
/// @param notAfter Unix seconds of its end: notAfter or nextUpdate; not later than its signer's end
/// @param number CRL number, TCB evaluation number, serial number of a certificate, else 0
/// @param digest sha256 of what its issuer signed: the signed part of a certificate or CRL, a JSON
/// text whole. Bytes that are uploaded are no name: a signature has a twin, with the same effect
/// @param usable whether it counts: not revoked, and not signed by a certificate that is; its
/// window may be over nevertheless
struct Held {
    uint64 notBefore;
    uint64 notAfter;
    uint256 number;
    bytes32 digest;
    bool usable;
}

/// @notice One TCB evaluation that Intel lists.
struct Evaluation {
    uint16 number;
    uint64 recoveryEvent;
}

/// @title The collateral of Intel DCAP, each piece verified when it is uploaded
/// @notice Anyone may upload what the pinned root, or a key that it certified, has signed. Nobody
/// can take anything back: there is no owner, and a piece is only ever replaced by a later one, or
/// by one of a higher TCB evaluation; what a revoked key signed, by any that another has signed.
/// Revocations are permanent.
///
/// A record is one word: bits 0 to 159 a contract whose code is 0x00 and then the blob, 160 to 199
/// notBefore, 200 to 239 notAfter (Unix seconds, both inclusive), 240 to 255 the signing epoch.
/// 0 is nothing known. Blobs, all numbers big-endian:
/// - PCK CA: x(32) y(32) keccak256 of the subject's name in DER(32)
/// - TCB info: pceId(2) levelCount(1) levels{SGX components(16) TDX components(16) pcesvn(2)
///   status(1)}, highest first; moduleCount(1) modules{id(1) levelCount(1) mrSigner(48)
///   attributes(8) attributesMask(8) levels{isvsvn(1) status(1)}}, module 0 the one without levels
/// - QE identity: mrSigner(32) attributes(16) attributesMask(16) miscSelect(4) miscSelectMask(4)
///   isvProdId(2) levelCount(1) levels{isvsvn(2) status(1)}, highest first
/// TCB info and QE identity end with tcbEvaluationDataNumber(2), and all of them with the digest(32) of
/// what they were written for. Statuses are numbered as in TcbStatus of IDcapVerifier. A new issue of
/// JSON collateral with the same blob and number keeps the contract and only overwrites its record
/// and digest: only what has changed in content is written anew.
///
/// A PCK CA's window is that of its certificate, its CRL, the root's CRL and the root together;
/// there is no record before all of them are there, and notAfter is 0 once the CA is revoked. Its
/// epoch is the current one; records of TCB infos and QE identities carry the one in which they
/// were signed. Where the two differ, the certificate that signed has been revoked.
interface ICollateralStore is ICollateralErrors {
    /// @notice Something was taken in: when it was issued and ends by its own words (Unix
    /// seconds), and the digest that names it; see Held.
    event CollateralStored(
        Collateral indexed kind,
        uint256 indexed key,
        uint256 notBefore,
        uint256 notAfter,
        bytes32 digest
    );

    /// @notice A PCK CA's record has changed, by itself or by a CRL.
    event AuthorityChanged(uint256 indexed authorityKeyId, uint256 record);

    /// @notice The issuer has revoked the certificate with this serial number.
    event Revoked(uint256 indexed authorityKeyId, uint256 indexed serial);

    /// @notice A TCB signing certificate was revoked: what it signed counts no more.
    event SigningEpochRaised(uint256 epoch);

    /// @notice The certificate of "Intel SGX PCK Platform CA" or "Intel SGX PCK Processor CA".
    function uploadPckCa(bytes calldata der) external;

    /// @notice A certificate of "Intel SGX TCB Signing". It stands beside earlier and later ones: each
    /// of them signs until it ends or is revoked.
    function uploadTcbSigning(bytes calldata der) external;

    /// @notice The root's CRL, whole; lists that are too long for one transaction are prepared by
    /// `uploadRevocations`.
    function uploadRootCrl(bytes calldata der) external;

    /// @notice The CRL of a PCK CA whose certificate is here; else as `uploadRootCrl`.
    function uploadPckCrl(bytes calldata der) external;

    /// @notice Revoke what some entries of a CRL name, and leave its window alone. Each call
    /// verifies the whole list anew, so that nothing is kept between calls and calls may come in
    /// any order and from anyone.
    /// @param der the whole CRL, of the root or of a PCK CA
    /// @param first how many entries to skip
    /// @param count how many to take, as far as there are so many
    /// @return revoked how many of them were not revoked yet
    function uploadRevocations(bytes calldata der, uint256 first, uint256 count)
        external
        returns (uint256 revoked);

    /// @notice TCB info version 3, SGX or TDX.
    /// @param json exactly the bytes of the value of `tcbInfo`, as Intel serves them
    /// @param r first half of the signature over them
    /// @param s second half
    function uploadTcbInfo(bytes calldata json, bytes32 r, bytes32 s) external;

    /// @notice Enclave identity version 2, QE or TD_QE: the value of `enclaveIdentity`.
    function uploadQeIdentity(bytes calldata json, bytes32 r, bytes32 s) external;

    /// @notice TCB evaluation numbers version 1, SGX or TDX: the value of
    /// `tcbEvaluationDataNumbers`.
    function uploadTcbEvaluationNumbers(bytes calldata json, bytes32 r, bytes32 s) external;

    /// @notice All that the verification of a quote needs, in one call.
    /// @param authorityKeyId key identifier of the PCK CA, 20 bytes
    /// @param serial serial number of the PCK certificate
    /// @param key teeType << 48 | fmspc
    /// @return ca record of the PCK CA
    /// @return revokedAt 0, or the issue time of the CRL by which the certificate was revoked
    /// @return tcb record of the TCB info
    /// @return qe record of the QE identity
    function load(uint256 authorityKeyId, uint256 serial, uint256 key)
        external
        view
        returns (uint256 ca, uint256 revokedAt, uint256 tcb, uint256 qe);

    /// @notice The record of a PCK CA.
    function caRecord(uint256 authorityKeyId) external view returns (uint256);

    /// @notice The record of a TCB info; `key` is teeType << 48 | fmspc.
    function tcbRecord(uint256 key) external view returns (uint256);

    /// @notice The record of the QE identity for SGX (0) or TDX (0x81).
    function qeRecord(uint256 teeType) external view returns (uint256);

    /// @notice Whether the issuer with this key identifier has revoked the serial number.
    function isRevoked(uint256 authorityKeyId, uint256 serial) external view returns (bool);

    /// @notice What is kept of one piece: when it ends, and the hash of what was uploaded.
    function held(Collateral kind, uint256 key) external view returns (Held memory);

    /// @notice The TCB evaluations of the list that was uploaded for SGX (0) or TDX (0x81).
    function evaluations(uint256 teeType) external view returns (Evaluation[] memory);

    /// @notice Key identifiers of all PCK CAs that were ever uploaded.
    function authorities() external view returns (uint256[] memory);

    /// @notice How many TCB signing certificates were revoked after their use.
    function signingEpoch() external view returns (uint16);

    /// @notice For how long a TCB recovery event must be past for its evaluation to be taken; with
    /// 0 any evaluation is taken, listed or not, that is not lower than what is kept under its key.
    function evaluationDelaySeconds() external view returns (uint64);

    /// @notice The only TCB evaluation that is taken now for SGX (0) or TDX (0x81): the highest of
    /// Intel's list whose recovery event is at least `evaluationDelaySeconds` past, and never a lower
    /// one than was taken before, whatever has been revoked since.
    /// @dev A list that has ended can raise nothing: then it is the one that was taken last, or none
    /// when that list itself names a higher one that is old enough.
    /// @return number the evaluation; 0 for none
    /// @return isListCurrent whether the list is here, counts, and has not ended
    function standardEvaluation(uint256 teeType)
        external
        view
        returns (uint256 number, bool isListCurrent);

    /// @notice The contract that reads the JSON collateral, made by this one's constructor.
    function reader() external view returns (ICollateralReader);

    /// @notice The pinned root's public key, first coordinate.
    function rootX() external view returns (uint256);

    /// @notice The pinned root's public key, second coordinate.
    function rootY() external view returns (uint256);

    /// @notice The pinned root's key identifier.
    function rootKeyId() external view returns (uint256);
}
