// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the store keeps of a PCK CA's certificate, found by looking for known bytes.
library CaCertificate {
    bytes private constant KEY = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    bytes private constant SUBJECT_KEY = hex"0603551d0e04160414";

    /// @notice Its key identifier, and key, name and digest in the store's form.
    function read(bytes memory der) internal pure returns (uint256 keyId, bytes memory data) {
        uint256 key = _find(der, KEY);
        uint256 name = key - 2;
        // The subject's name is a SEQUENCE of SETs that ends where the key begins.
        do {
            --name;
        } while (!_isName(der, name, key));
        data = bytes.concat(
            _slice(der, key + 27, key + 91), keccak256(_slice(der, name, key)), _digest(der)
        );
        uint256 subject = _find(der, SUBJECT_KEY) + SUBJECT_KEY.length;
        for (uint256 i = 0; i < 20; ++i) {
            keyId = (keyId << 8) | uint8(der[subject + i]);
        }
    }

    /// @dev sha256 of the signed part, behind the certificate's header; both headers have four bytes.
    function _digest(bytes memory der) private pure returns (bytes32) {
        return sha256(_slice(der, 4, 8 + ((uint256(uint8(der[6])) << 8) | uint8(der[7]))));
    }

    /// @dev With a length below 256; simulated names are longer than 127.
    function _isName(bytes memory der, uint256 name, uint256 key) private pure returns (bool) {
        if (der[name] != 0x30) return false;
        if (der[name + 1] == 0x81) {
            return der[name + 3] == 0x31 && name + 3 + uint8(der[name + 2]) == key;
        }
        return der[name + 2] == 0x31 && name + 2 + uint8(der[name + 1]) == key;
    }

    function _find(bytes memory data, bytes memory part) private pure returns (uint256 i) {
        while (keccak256(_slice(data, i, i + part.length)) != keccak256(part)) ++i;
    }

    function _slice(bytes memory data, uint256 start, uint256 end)
        private
        pure
        returns (bytes memory part)
    {
        part = new bytes(end - start);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = data[start + i];
        }
    }
}
