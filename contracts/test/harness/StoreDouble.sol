// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for the CollateralStore: hands out the records that a test sets.
contract StoreDouble {
    mapping(uint256 authorityKeyId => uint256) public authorities;
    mapping(uint256 authorityKeyId => mapping(uint256 serial => uint256)) public revocations;
    mapping(uint256 key => uint256) public tcbInfos;
    mapping(uint256 teeType => uint256) public identities;

    function setAuthority(uint256 authorityKeyId, uint256 record) external {
        authorities[authorityKeyId] = record;
    }

    function revoke(uint256 authorityKeyId, uint256 serial, uint256 revokedAt) external {
        revocations[authorityKeyId][serial] = revokedAt;
    }

    function setTcbInfo(uint256 key, uint256 record) external {
        tcbInfos[key] = record;
    }

    function setIdentity(uint256 teeType, uint256 record) external {
        identities[teeType] = record;
    }

    /// @notice A record of this data, kept as the code of a new contract behind a zero byte.
    function keep(bytes memory data, uint256 notBefore, uint256 notAfter, uint256 epoch)
        external
        returns (uint256)
    {
        // PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN; and STOP.
        bytes memory code =
            bytes.concat(hex"61", bytes2(uint16(data.length + 1)), hex"80600a3d393df300", data);
        address pointer;
        assembly {
            pointer := create(0, add(code, 32), mload(code))
        }
        require(pointer != address(0), "no contract");
        return uint256(uint160(pointer)) | (notBefore << 160) | (notAfter << 200) | (epoch << 240);
    }

    function load(uint256 authorityKeyId, uint256 serial, uint256 key)
        external
        view
        returns (uint256, uint256, uint256, uint256)
    {
        return (
            authorities[authorityKeyId],
            revocations[authorityKeyId][serial],
            tcbInfos[key],
            identities[key >> 48]
        );
    }
}
