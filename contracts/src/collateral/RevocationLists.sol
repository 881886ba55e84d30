// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {Memory} from "../libraries/Memory.sol";
import {Crl, RevocationList} from "../x509/Crl.sol";
import {Authorities} from "./Authorities.sol";

/// @notice The CRLs of the root and of the PCK CAs, and what they revoke.
abstract contract RevocationLists is Authorities {
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
        _keepCrl(Collateral.PckCrl, list, _pckCrl(list.authorityKeyId));
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

    function _heldCrl(KeptCrl storage crl) internal view returns (Held memory) {
        return Held(crl.thisUpdate, crl.nextUpdate, crl.number, crl.digest, crl.thisUpdate != 0);
    }

    /// @dev A list signed by the root or a PCK CA that stands, and valid now.
    function _readCrl(bytes calldata der) private view returns (RevocationList memory list) {
        list = Crl.parse(Memory.copy(der), der.length);
        (uint256 x, uint256 y, bytes32 name) = list.authorityKeyId == rootKeyId
            ? (rootX, rootY, _rootName)
            : _standingAuthority(list.authorityKeyId);
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
        emit CollateralStored(
            kind, list.authorityKeyId, list.thisUpdate, list.nextUpdate, list.digest
        );
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
        _endRevokedSigning();
        _refreshAll();
    }
}
