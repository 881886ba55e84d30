// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CollateralReader} from "./CollateralReader.sol";
import {CollateralReading, ICollateralReader} from "./interfaces/ICollateralReader.sol";
import {Collateral, Evaluation, Held, ICollateralStore} from "./interfaces/ICollateralStore.sol";
import {CollateralRecord} from "./libraries/CollateralRecord.sol";
import {DevelopmentChains} from "./libraries/DevelopmentChains.sol";
import {EvaluationNumbersJson} from "./libraries/EvaluationNumbersJson.sol";
import {IntelIdentity} from "./libraries/IntelIdentity.sol";
import {Memory} from "./libraries/Memory.sol";
import {P256} from "./libraries/P256.sol";
import {Crl, RevocationList} from "./x509/Crl.sol";
import {Certificate, X509} from "./x509/X509.sol";
import {X509Extensions} from "./x509/X509Extensions.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @title The collateral of Intel DCAP; see ICollateralStore.
contract CollateralStore is ICollateralStore {
    using CollateralRecord for uint256;
    using X509 for Certificate;

    /// @dev What is kept of a CRL. `thisUpdate` is 0 when there is none.
    struct KeptCrl {
        uint160 number;
        uint40 thisUpdate;
        uint40 nextUpdate;
        bytes32 digest;
    }

    /// @dev What is kept of a PCK CA. `blob` is 0 when there is none.
    struct Authority {
        address blob;
        uint40 notBefore;
        uint40 notAfter;
        uint256 serial;
        KeptCrl crl;
    }

    /// @dev The TCB signing certificate in use. `notAfter` is 0 when there is none.
    struct Signing {
        uint256 x;
        uint256 y;
        uint256 serial;
        bytes32 digest;
        uint40 notBefore;
        uint40 notAfter;
    }

    bytes32 private constant PLATFORM_CA = keccak256("Intel SGX PCK Platform CA");
    bytes32 private constant PROCESSOR_CA = keccak256("Intel SGX PCK Processor CA");
    bytes32 private constant TCB_SIGNING = keccak256("Intel SGX TCB Signing");

    // Offsets in the blob of a PCK CA: x (32) ‖ y (32) ‖ hash of its name (32) ‖ digest (32).
    uint256 private constant CA_X = 0;
    uint256 private constant CA_Y = 32;
    uint256 private constant CA_NAME = 64;
    uint256 private constant CA_DIGEST = 96;

    /// @inheritdoc ICollateralStore
    ICollateralReader public immutable reader;
    /// @inheritdoc ICollateralStore
    uint256 public immutable rootX;
    /// @inheritdoc ICollateralStore
    uint256 public immutable rootY;
    /// @inheritdoc ICollateralStore
    uint256 public immutable rootKeyId;
    bytes32 private immutable _rootName;
    uint256 private immutable _rootNotAfter;
    /// @inheritdoc ICollateralStore
    uint64 public immutable evaluationDelaySeconds;

    /// @inheritdoc ICollateralStore
    uint16 public signingEpoch;
    Signing private _signing;
    /// @dev Serial numbers of all signing certificates that were in use in the current epoch.
    uint256[] private _signingSerials;
    KeptCrl private _rootCrl;
    mapping(uint256 authorityKeyId => Authority) private _authorities;
    uint256[] private _authorityKeyIds;
    mapping(uint256 authorityKeyId => mapping(uint256 serial => uint256)) private _revokedAt;

    /// @inheritdoc ICollateralStore
    mapping(uint256 authorityKeyId => uint256) public caRecord;
    /// @inheritdoc ICollateralStore
    mapping(uint256 key => uint256) public tcbRecord;
    /// @inheritdoc ICollateralStore
    mapping(uint256 teeType => uint256) public qeRecord;
    mapping(uint256 teeType => uint256) private _evaluationsRecord;
    /// @dev The digest of JSON that was issued anew with the same blob; 0 when the blob's own counts.
    mapping(Collateral kind => mapping(uint256 key => bytes32)) private _reissued;
    /// @dev The highest TCB evaluation that was ever taken by the rule of `evaluationDelaySeconds`.
    mapping(uint256 teeType => uint256) private _evaluationFloor;

    /// @param rootCertificate the root CA's, in DER: Intel's, or any on a development chain
    /// @param evaluationDelaySeconds_ how old a TCB recovery event must be; 0 takes any evaluation
    constructor(bytes memory rootCertificate, uint64 evaluationDelaySeconds_) {
        if (!P256.isAvailable()) revert P256PrecompileMissing();
        Certificate memory root =
            X509.parse(Memory.contentOf(rootCertificate), rootCertificate.length);
        if (!DevelopmentChains.isCurrent()) {
            bytes32 keyHash = keccak256(abi.encode(root.x, root.y));
            if (keyHash != IntelIdentity.ROOT_KEY_HASH) revert RootNotIntel(keyHash);
        }
        if (!_signsAsAuthority(root) || root.extensions.subjectKeyId == 0) revert RootRefused();
        _checkSignature(root.digest(), root.r, root.s, root.x, root.y);
        _checkWindow(root.notBefore, root.notAfter);
        rootX = root.x;
        rootY = root.y;
        rootKeyId = root.extensions.subjectKeyId;
        _rootName = root.subjectHash();
        _rootNotAfter = root.notAfter;
        evaluationDelaySeconds = evaluationDelaySeconds_;
        reader = new CollateralReader();
    }

    /* --- uploads ----------------------------------------------------------------------------- */

    /// @inheritdoc ICollateralStore
    function uploadPckCa(bytes calldata der) external {
        (Certificate memory certificate, bytes32 name) = _certifiedByRoot(der);
        if (name != PLATFORM_CA && name != PROCESSOR_CA) revert CommonNameRefused(name);
        if (!_signsAsAuthority(certificate)) revert KeyUsageRefused();
        uint256 keyId = certificate.extensions.subjectKeyId;
        if (keyId == 0) revert KeyIdentifierMissing();

        Authority storage authority = _authorities[keyId];
        if (authority.blob == address(0)) _authorityKeyIds.push(keyId);
        else _checkNewer(authority.serial, authority.notBefore, certificate.notBefore);
        bytes32 digest = certificate.digest();
        authority.blob = SSTORE2.write(
            abi.encodePacked(certificate.x, certificate.y, certificate.subjectHash(), digest)
        );
        // Times are below 2^40, as all of years of four digits are.
        // forge-lint: disable-start(unsafe-typecast)
        authority.notBefore = uint40(certificate.notBefore);
        authority.notAfter = uint40(certificate.notAfter);
        // forge-lint: disable-end(unsafe-typecast)
        authority.serial = certificate.serial;
        _refresh(keyId);
        _announce(Collateral.PckCa, keyId, certificate.notBefore, certificate.notAfter, digest);
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbSigning(bytes calldata der) external {
        (Certificate memory certificate, bytes32 name) = _certifiedByRoot(der);
        if (name != TCB_SIGNING) revert CommonNameRefused(name);
        bool signsData = certificate.extensions.usage & X509Extensions.DIGITAL_SIGNATURE != 0;
        if (certificate.extensions.isAuthority || !signsData) revert KeyUsageRefused();
        if (_signing.notAfter != 0) {
            _checkNewer(_signing.serial, _signing.notBefore, certificate.notBefore);
        }
        bytes32 digest = certificate.digest();
        // Times are below 2^40, as all of years of four digits are.
        // forge-lint: disable-start(unsafe-typecast)
        _signing = Signing({
            x: certificate.x,
            y: certificate.y,
            serial: certificate.serial,
            digest: digest,
            notBefore: uint40(certificate.notBefore),
            notAfter: uint40(certificate.notAfter)
        });
        // forge-lint: disable-end(unsafe-typecast)
        _signingSerials.push(certificate.serial);
        _announce(Collateral.TcbSigning, 0, certificate.notBefore, certificate.notAfter, digest);
    }

    /// @inheritdoc ICollateralStore
    function uploadRootCrl(bytes calldata der) external {
        RevocationList memory list = _readCrl(der);
        if (list.authorityKeyId != rootKeyId) {
            revert IssuerKeyMismatch(rootKeyId, list.authorityKeyId);
        }
        _keepCrl(Collateral.RootCrl, list, _rootCrl);
        _revoke(list, 0, type(uint256).max);
        _applyRootRevocations();
    }

    /// @inheritdoc ICollateralStore
    function uploadPckCrl(bytes calldata der) external {
        RevocationList memory list = _readCrl(der);
        if (list.authorityKeyId == rootKeyId) revert AuthorityUnknown(rootKeyId);
        _keepCrl(Collateral.PckCrl, list, _authorities[list.authorityKeyId].crl);
        _revoke(list, 0, type(uint256).max);
        _refresh(list.authorityKeyId);
    }

    /// @inheritdoc ICollateralStore
    function uploadRevocations(bytes calldata der, uint256 first, uint256 count)
        external
        returns (uint256 revoked)
    {
        RevocationList memory list = _readCrl(der);
        revoked = _revoke(list, first, count);
        if (list.authorityKeyId == rootKeyId) _applyRootRevocations();
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbInfo(bytes calldata json, bytes32 r, bytes32 s) external {
        bytes32 digest = _checkTcbSigned(json, r, s);
        CollateralReading memory info = reader.readTcbInfo(json);
        _checkEvaluation(info.teeType, info.evaluationNumber);
        tcbRecord[info.key] = _keepJson(Collateral.TcbInfo, tcbRecord[info.key], info, digest);
    }

    /// @inheritdoc ICollateralStore
    function uploadQeIdentity(bytes calldata json, bytes32 r, bytes32 s) external {
        bytes32 digest = _checkTcbSigned(json, r, s);
        CollateralReading memory identity = reader.readQeIdentity(json);
        _checkEvaluation(identity.teeType, identity.evaluationNumber);
        uint256 key = identity.key;
        qeRecord[key] = _keepJson(Collateral.QeIdentity, qeRecord[key], identity, digest);
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbEvaluationNumbers(bytes calldata json, bytes32 r, bytes32 s) external {
        bytes32 digest = _checkTcbSigned(json, r, s);
        CollateralReading memory list = reader.readTcbEvaluationNumbers(json);
        uint256 old = _evaluationsRecord[list.key];
        _evaluationsRecord[list.key] = _keepJson(Collateral.TcbEvaluationNumbers, old, list, digest);
    }

    /* --- views ------------------------------------------------------------------------------- */

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
    function isRevoked(uint256 authorityKeyId, uint256 serial) external view returns (bool) {
        return _revokedAt[authorityKeyId][serial] != 0;
    }

    /// @inheritdoc ICollateralStore
    function authorities() external view returns (uint256[] memory) {
        return _authorityKeyIds;
    }

    /// @inheritdoc ICollateralStore
    function held(Collateral kind, uint256 key) external view returns (Held memory) {
        if (kind == Collateral.TcbInfo) return _heldJson(kind, key, tcbRecord[key]);
        if (kind == Collateral.QeIdentity) return _heldJson(kind, key, qeRecord[key]);
        if (kind == Collateral.TcbEvaluationNumbers) {
            return _heldJson(kind, key, _evaluationsRecord[key]);
        }
        if (kind == Collateral.RootCrl) return _heldCrl(_rootCrl);
        if (kind == Collateral.PckCrl) return _heldCrl(_authorities[key].crl);
        if (kind == Collateral.PckCa) return _heldAuthority(_authorities[key]);
        return Held(
            _signing.notBefore,
            _signing.notAfter,
            _signing.serial,
            _signing.digest,
            _signing.notAfter != 0
        );
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

    /* --- certificates ------------------------------------------------------------------------ */

    /// @dev What the root has signed, is valid now and not revoked; and its common name's hash.
    function _certifiedByRoot(bytes calldata der)
        private
        view
        returns (Certificate memory certificate, bytes32 name)
    {
        certificate = X509.parse(Memory.copy(der), der.length);
        _checkIssuer(_rootName, certificate.issuerHash);
        uint256 issuerKeyId = certificate.extensions.authorityKeyId;
        if (issuerKeyId != rootKeyId) revert IssuerKeyMismatch(rootKeyId, issuerKeyId);
        _checkSignature(certificate.digest(), certificate.r, certificate.s, rootX, rootY);
        _checkWindow(certificate.notBefore, certificate.notAfter);
        _checkNotRevoked(certificate.serial);
        name = certificate.commonNameHash();
    }

    /// @dev A certificate that stands is replaced by a later one only.
    function _checkNewer(uint256 keptSerial, uint256 kept, uint256 issue) private view {
        if (_revokedAt[rootKeyId][keptSerial] == 0 && issue <= kept) {
            revert CollateralNotNewer(kept, issue);
        }
    }

    function _checkNotRevoked(uint256 serial) private view {
        if (_revokedAt[rootKeyId][serial] != 0) revert CertificateRevoked(rootKeyId, serial);
    }

    function _signsAsAuthority(Certificate memory certificate) private pure returns (bool) {
        uint256 wanted = X509Extensions.SIGNS_AS_AUTHORITY;
        return certificate.extensions.isAuthority && certificate.extensions.usage & wanted == wanted;
    }

    /* --- revocation lists -------------------------------------------------------------------- */

    /// @dev A list signed by the root or a PCK CA that stands, and valid now.
    function _readCrl(bytes calldata der) private view returns (RevocationList memory list) {
        list = Crl.parse(Memory.copy(der), der.length);
        (uint256 x, uint256 y, bytes32 name) = (rootX, rootY, _rootName);
        if (list.authorityKeyId != rootKeyId) {
            Authority storage authority = _authorities[list.authorityKeyId];
            if (authority.blob == address(0)) revert AuthorityUnknown(list.authorityKeyId);
            _checkNotRevoked(authority.serial);
            _checkSigner(authority.notAfter);
            x = uint256(CollateralRecord.readWord(authority.blob, CA_X));
            y = uint256(CollateralRecord.readWord(authority.blob, CA_Y));
            name = CollateralRecord.readWord(authority.blob, CA_NAME);
        }
        _checkIssuer(name, list.issuerHash);
        _checkSignature(list.digest, list.r, list.s, x, y);
        _checkWindow(list.thisUpdate, list.nextUpdate);
    }

    function _keepCrl(Collateral kind, RevocationList memory list, KeptCrl storage kept) private {
        if (list.thisUpdate <= kept.thisUpdate) {
            revert CollateralNotNewer(kept.thisUpdate, list.thisUpdate);
        }
        if (list.number < kept.number) revert CrlNumberLower(kept.number, list.number);
        kept.number = list.number;
        // Times are below 2^40, as all of years of four digits are.
        // forge-lint: disable-start(unsafe-typecast)
        kept.thisUpdate = uint40(list.thisUpdate);
        kept.nextUpdate = uint40(list.nextUpdate);
        // forge-lint: disable-end(unsafe-typecast)
        kept.digest = list.digest;
        _announce(kind, list.authorityKeyId, list.thisUpdate, list.nextUpdate, list.digest);
    }

    /// @dev Revoke what `count` entries after the first ones name. Nothing undoes it.
    function _revoke(RevocationList memory list, uint256 first, uint256 count)
        private
        returns (uint256 revoked)
    {
        mapping(uint256 serial => uint256) storage revokedAt = _revokedAt[list.authorityKeyId];
        uint256 cursor = list.entries;
        for (uint256 i = 0; cursor < list.entriesEnd && count > 0; ++i) {
            uint256 serial;
            (serial, cursor) = Crl.nextSerial(list, cursor);
            if (i < first) continue;
            --count;
            if (revokedAt[serial] != 0) continue;
            revokedAt[serial] = list.thisUpdate;
            ++revoked;
            emit Revoked(list.authorityKeyId, serial);
        }
    }

    /// @dev What the root has revoked ends PCK CAs, and what this epoch's signing keys signed.
    function _applyRootRevocations() private {
        mapping(uint256 serial => uint256) storage revokedAt = _revokedAt[rootKeyId];
        if (revokedAt[_signing.serial] != 0) delete _signing;
        for (uint256 i = 0; i < _signingSerials.length; ++i) {
            if (revokedAt[_signingSerials[i]] == 0) continue;
            _raiseEpoch();
            break;
        }
        uint256 count = _authorityKeyIds.length;
        for (uint256 i = 0; i < count; ++i) {
            _refresh(_authorityKeyIds[i]);
        }
    }

    function _raiseEpoch() private {
        ++signingEpoch;
        emit SigningEpochRaised(signingEpoch);
        delete _signingSerials;
        if (_signing.notAfter != 0) _signingSerials.push(_signing.serial);
    }

    /// @dev Make a PCK CA's record anew from all that limits it.
    function _refresh(uint256 keyId) private {
        Authority storage authority = _authorities[keyId];
        if (authority.crl.thisUpdate == 0 || _rootCrl.thisUpdate == 0) return;
        uint256 from =
            _max(authority.notBefore, _max(authority.crl.thisUpdate, _rootCrl.thisUpdate));
        uint256 until = _min(
            _min(authority.notAfter, _rootNotAfter),
            _min(authority.crl.nextUpdate, _rootCrl.nextUpdate)
        );
        if (_revokedAt[rootKeyId][authority.serial] != 0) until = 0;
        uint256 record = CollateralRecord.pack(authority.blob, from, until, signingEpoch);
        if (record == caRecord[keyId]) return;
        caRecord[keyId] = record;
        emit AuthorityChanged(keyId, record);
    }

    /* --- JSON -------------------------------------------------------------------------------- */

    /// @dev sha256 of what the TCB signing certificate in use signed.
    function _checkTcbSigned(bytes calldata json, bytes32 r, bytes32 s)
        private
        view
        returns (bytes32 digest)
    {
        if (_signing.notAfter == 0) revert TcbSigningMissing();
        _checkSigner(_signing.notAfter);
        digest = sha256(json);
        _checkSignature(digest, uint256(r), uint256(s), _signing.x, _signing.y);
    }

    /// @dev Nobody can force an early TCB evaluation on the store, nor one that a later one has
    /// replaced: see `standardEvaluation`.
    function _checkEvaluation(uint256 teeType, uint256 number) private {
        if (evaluationDelaySeconds == 0) return;
        (uint256 standard, bool isListCurrent) = standardEvaluation(teeType);
        if (number == 0 || number != standard) {
            _refuseEvaluation(teeType, number, standard, isListCurrent);
        }
        if (number > _evaluationFloor[teeType]) _evaluationFloor[teeType] = number;
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

    /// @dev The record in place of `old`: of a higher evaluation, or a later issue of the same. A
    /// revoked certificate's issue dates count no more, but an evaluation never falls.
    function _keepJson(
        Collateral kind,
        uint256 old,
        CollateralReading memory reading,
        bytes32 digest
    ) private returns (uint256 record) {
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
        uint256 until = _min(reading.nextUpdate, _signing.notAfter);
        record = CollateralRecord.pack(pointer, reading.issueDate, until, signingEpoch);
        _announce(kind, reading.key, reading.issueDate, reading.nextUpdate, digest);
    }

    /* --- what is held ------------------------------------------------------------------------ */

    function _heldJson(Collateral kind, uint256 key, uint256 record)
        private
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

    function _heldCrl(KeptCrl storage crl) private view returns (Held memory) {
        return Held(crl.thisUpdate, crl.nextUpdate, crl.number, crl.digest, crl.thisUpdate != 0);
    }

    function _heldAuthority(Authority storage authority) private view returns (Held memory piece) {
        if (authority.blob == address(0)) return piece;
        bool usable = _revokedAt[rootKeyId][authority.serial] == 0;
        bytes32 digest = CollateralRecord.readWord(authority.blob, CA_DIGEST);
        return Held(authority.notBefore, authority.notAfter, authority.serial, digest, usable);
    }

    function _announce(
        Collateral kind,
        uint256 key,
        uint256 notBefore,
        uint256 notAfter,
        bytes32 digest
    ) private {
        emit CollateralStored(kind, key, notBefore, notAfter, digest);
    }

    /* --- checks ------------------------------------------------------------------------------ */

    function _checkSignature(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y)
        private
        view
    {
        if (!P256.verify(digest, r, s, x, y)) revert SignatureInvalid();
    }

    function _checkIssuer(bytes32 expected, bytes32 actual) private pure {
        if (expected != actual) revert IssuerNameMismatch(expected, actual);
    }

    function _checkSigner(uint256 notAfter) private view {
        if (block.timestamp > notAfter) revert SignerExpired(notAfter, block.timestamp);
    }

    function _checkWindow(uint256 notBefore, uint256 notAfter) private view {
        if (block.timestamp < notBefore) revert CollateralNotYetValid(notBefore, block.timestamp);
        if (block.timestamp > notAfter) revert CollateralExpired(notAfter, block.timestamp);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
