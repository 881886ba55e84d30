// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Checks what bridges and rollups check: pairings, RSA signatures, and several signers.
contract Bridge {
    mapping(bytes32 => uint256) public acceptedAt;

    uint256 private constant BN254_PRIME =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    // The generator of G2, each coordinate with its imaginary part first, as precompile 8 takes it.
    uint256 private constant G2_X1 =
        11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant G2_X0 =
        10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant G2_Y1 =
        4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 private constant G2_Y0 =
        8495653923123431417604973247489272438418190587263600148770280649306958101930;

    event Accepted(bytes32 indexed statement, uint256 blockNumber);

    error PrecompileFailed(uint256 number);
    error Refused();

    /// @notice Four pairings whose product is one, of points that are multiples of the generator.
    function provePairing(uint256 first, uint256 second) external {
        uint256[2] memory a = _multiple(first);
        uint256[2] memory b = _multiple(second);
        bytes memory pairs =
            bytes.concat(_pair(a), _pair(_negated(a)), _pair(b), _pair(_negated(b)));
        if (abi.decode(_call(8, pairs), (uint256)) != 1) revert Refused();
        _accept(keccak256(abi.encode(a, b)));
    }

    /// @notice An RSA signature of 2048 bits with exponent 65537, over a padded digest.
    function proveRsa(bytes calldata modulus, bytes calldata signature, bytes32 digest) external {
        bytes memory input = abi.encodePacked(
            signature.length, uint256(3), modulus.length, signature, hex"010001", modulus
        );
        if (keccak256(_call(5, input)) != digest) revert Refused();
        _accept(digest);
    }

    /// @notice Signatures of one statement by these signers, in order.
    function proveSigned(bytes32 statement, address[] calldata signers, bytes calldata signatures)
        external
    {
        for (uint256 index = 0; index < signers.length; ++index) {
            bytes calldata signature = signatures[65 * index:65 * index + 65];
            address signer = ecrecover(
                statement, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64])
            );
            if (signer == address(0) || signer != signers[index]) revert Refused();
        }
        _accept(statement);
    }

    function _accept(bytes32 statement) private {
        acceptedAt[statement] = block.number;
        emit Accepted(statement, block.number);
    }

    function _multiple(uint256 factor) private view returns (uint256[2] memory point) {
        point = abi.decode(_call(7, abi.encode(uint256(1), uint256(2), factor)), (uint256[2]));
    }

    function _negated(uint256[2] memory point) private pure returns (uint256[2] memory) {
        return [point[0], BN254_PRIME - point[1]];
    }

    function _pair(uint256[2] memory point) private pure returns (bytes memory) {
        return abi.encode(point, G2_X1, G2_X0, G2_Y1, G2_Y0);
    }

    function _call(uint256 number, bytes memory input) private view returns (bytes memory answer) {
        bool done;
        (done, answer) = address(uint160(number)).staticcall(input);
        if (!done || answer.length == 0) revert PrecompileFailed(number);
    }
}
