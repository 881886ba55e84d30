// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

/// @notice PEM text of certificates, written and read by OpenZeppelin's base64.
library PemText {
    bytes private constant BEGIN = "-----BEGIN CERTIFICATE-----\n";

    /// @notice Lines of 64 characters.
    function encode(bytes memory der) internal pure returns (bytes memory text) {
        bytes memory characters = bytes(Base64.encode(der));
        text = BEGIN;
        for (uint256 i = 0; i < characters.length; i += 64) {
            uint256 end = i + 64 < characters.length ? i + 64 : characters.length;
            text = bytes.concat(text, _slice(characters, i, end), "\n");
        }
        text = bytes.concat(text, "-----END CERTIFICATE-----\n");
    }

    /// @notice The DER of the certificate at `index` of a chain.
    function decode(bytes memory chain, uint256 index) internal pure returns (bytes memory) {
        uint256 start;
        for (uint256 i = 0; i < index; ++i) {
            start = _end(chain, start + BEGIN.length) + 26;
        }
        start += BEGIN.length;
        bytes memory characters = new bytes(chain.length);
        uint256 count;
        for (uint256 i = start; chain[i] != "-"; ++i) {
            if (chain[i] != 0x0a) characters[count++] = chain[i];
        }
        return Base64.decode(string(_slice(characters, 0, count)));
    }

    function _end(bytes memory chain, uint256 start) private pure returns (uint256) {
        while (chain[start] != "-") ++start;
        return start;
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
