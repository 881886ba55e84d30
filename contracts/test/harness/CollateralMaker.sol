// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A row of a TCB info: the numbers are the first component in the highest byte.
struct Level {
    uint128 sgx;
    uint128 tdx;
    uint16 pceSvn;
    uint8 status;
}

/// @notice A TDX module; `levels` are pairs of SVN and status, highest first.
struct Module {
    uint8 version;
    bytes mrSigner;
    bytes8 attributes;
    bytes8 mask;
    bytes levels;
}

struct TcbInfo {
    uint16 pceId;
    Level[] levels;
    Module[] modules;
}

/// @notice What Intel says of a quoting enclave; `levels` are SVN (2 bytes) and status, each.
struct QeIdentity {
    bytes32 mrSigner;
    bytes16 attributes;
    bytes16 mask;
    bytes4 miscSelect;
    bytes4 miscSelectMask;
    uint16 productId;
    bytes levels;
}

/// @notice The store's form of collateral, written down from ICollateralStore.
library CollateralMaker {
    function encode(TcbInfo memory info) internal pure returns (bytes memory data) {
        data = abi.encodePacked(info.pceId, uint8(info.levels.length));
        for (uint256 i = 0; i < info.levels.length; ++i) {
            Level memory level = info.levels[i];
            data = abi.encodePacked(data, level.sgx, level.tdx, level.pceSvn, level.status);
        }
        data = abi.encodePacked(data, uint8(info.modules.length));
        for (uint256 i = 0; i < info.modules.length; ++i) {
            data = bytes.concat(data, _encode(info.modules[i]));
        }
        // What the verifier does not read: the evaluation number.
        data = bytes.concat(data, hex"0011");
    }

    function encode(QeIdentity memory identity) internal pure returns (bytes memory) {
        return abi.encodePacked(
            abi.encodePacked(identity.mrSigner, identity.attributes, identity.mask),
            identity.miscSelect,
            identity.miscSelectMask,
            identity.productId,
            uint8(identity.levels.length / 3),
            identity.levels,
            hex"0011"
        );
    }

    function _encode(Module memory module) private pure returns (bytes memory) {
        return abi.encodePacked(
            module.version,
            uint8(module.levels.length / 2),
            module.mrSigner,
            module.attributes,
            module.mask,
            module.levels
        );
    }
}
