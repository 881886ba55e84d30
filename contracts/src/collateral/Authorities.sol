// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {CollateralRecord} from "../libraries/CollateralRecord.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {Signing} from "./Signing.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @notice The PCK CAs, each with a record of all that limits it: its certificate and two CRLs.
abstract contract Authorities is Signing {
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

    bytes32 private constant PLATFORM_CA = keccak256("Intel SGX PCK Platform CA");
    bytes32 private constant PROCESSOR_CA = keccak256("Intel SGX PCK Processor CA");

    // Offsets in the blob of a PCK CA: x (32) ‖ y (32) ‖ hash of its name (32) ‖ digest (32).
    uint256 private constant CA_X = 0;
    uint256 private constant CA_Y = 32;
    uint256 private constant CA_NAME = 64;
    uint256 private constant CA_DIGEST = 96;

    /// @inheritdoc ICollateralStore
    mapping(uint256 authorityKeyId => uint256) public caRecord;
    KeptCrl internal _rootCrl;
    mapping(uint256 authorityKeyId => Authority) private _authorities;
    uint256[] private _authorityKeyIds;

    /// @inheritdoc ICollateralStore
    function authorities() external view returns (uint256[] memory) {
        return _authorityKeyIds;
    }

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
        emit CollateralStored(
            Collateral.PckCa, keyId, certificate.notBefore, certificate.notAfter, digest
        );
    }

    function _refreshAll() internal {
        uint256 count = _authorityKeyIds.length;
        for (uint256 i = 0; i < count; ++i) {
            _refresh(_authorityKeyIds[i]);
        }
    }

    /// @dev Make a PCK CA's record anew from all that limits it.
    function _refresh(uint256 keyId) internal {
        Authority storage authority = _authorities[keyId];
        if (authority.crl.thisUpdate == 0 || _rootCrl.thisUpdate == 0) return;
        uint256 from = FixedPointMathLib.max(authority.crl.thisUpdate, _rootCrl.thisUpdate);
        from = FixedPointMathLib.max(from, authority.notBefore);
        uint256 until = FixedPointMathLib.min(authority.crl.nextUpdate, _rootCrl.nextUpdate);
        until = FixedPointMathLib.min(until, authority.notAfter);
        until = FixedPointMathLib.min(until, _rootNotAfter);
        if (_revokedAt[rootKeyId][authority.serial] != 0) until = 0;
        uint256 record = CollateralRecord.pack(authority.blob, from, until, signingEpoch);
        if (record == caRecord[keyId]) return;
        caRecord[keyId] = record;
        emit AuthorityChanged(keyId, record);
    }

    /// @dev The CRL of a PCK CA.
    function _pckCrl(uint256 keyId) internal view returns (KeptCrl storage) {
        return _authorities[keyId].crl;
    }

    /// @dev Key and name of a PCK CA that stands, and so may sign now.
    function _standingAuthority(uint256 keyId)
        internal
        view
        returns (uint256 x, uint256 y, bytes32 name)
    {
        Authority storage authority = _authorities[keyId];
        if (authority.blob == address(0)) revert AuthorityUnknown(keyId);
        _checkNotRevoked(authority.serial);
        _checkSigner(authority.notAfter);
        x = uint256(CollateralRecord.readWord(authority.blob, CA_X));
        y = uint256(CollateralRecord.readWord(authority.blob, CA_Y));
        name = CollateralRecord.readWord(authority.blob, CA_NAME);
    }

    function _heldAuthority(uint256 keyId) internal view returns (Held memory piece) {
        Authority storage authority = _authorities[keyId];
        if (authority.blob == address(0)) return piece;
        bool usable = _revokedAt[rootKeyId][authority.serial] == 0;
        bytes32 digest = CollateralRecord.readWord(authority.blob, CA_DIGEST);
        return Held(authority.notBefore, authority.notAfter, authority.serial, digest, usable);
    }
}
