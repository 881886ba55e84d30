// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice DER, written down for tests.
library Asn1 {
    function sequence(bytes memory content) internal pure returns (bytes memory) {
        return element(0x30, content);
    }

    function octets(bytes memory content) internal pure returns (bytes memory) {
        return element(0x04, content);
    }

    function element(uint8 tag, bytes memory content) internal pure returns (bytes memory) {
        uint256 length = content.length;
        if (length < 0x80) {
            // forge-lint: disable-next-line(unsafe-typecast)
            return bytes.concat(bytes1(tag), bytes1(uint8(length)), content);
        }
        if (length < 0x100) {
            // forge-lint: disable-next-line(unsafe-typecast)
            return bytes.concat(bytes1(tag), hex"81", bytes1(uint8(length)), content);
        }
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes.concat(bytes1(tag), hex"82", bytes2(uint16(length)), content);
    }

    /// @notice A non-negative INTEGER in its shortest form.
    function integer(uint256 value) internal pure returns (bytes memory) {
        bytes memory content = abi.encodePacked(value);
        uint256 skip;
        while (skip < 31 && content[skip] == 0) ++skip;
        bytes memory short = new bytes(32 - skip);
        for (uint256 i = 0; i < short.length; ++i) {
            short[i] = content[skip + i];
        }
        if (uint8(short[0]) >= 0x80) short = bytes.concat(hex"00", short);
        return element(0x02, short);
    }

    /// @notice A Name of one common name.
    function name(string memory text) internal pure returns (bytes memory) {
        bytes memory value = element(0x0c, bytes(text));
        return sequence(element(0x31, sequence(bytes.concat(hex"0603550403", value))));
    }

    /// @notice A certificate or CRL of this signed part, with this signature.
    function signed(bytes memory tbs, bytes32 r, bytes32 s) internal pure returns (bytes memory) {
        bytes memory pair = sequence(bytes.concat(integer(uint256(r)), integer(uint256(s))));
        return sequence(
            bytes.concat(
                tbs, hex"300a06082a8648ce3d040302", element(0x03, bytes.concat(hex"00", pair))
            )
        );
    }
}
