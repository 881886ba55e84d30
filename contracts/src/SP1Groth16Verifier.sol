// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISP1Groth16Verifier} from "./interfaces/ISP1Groth16Verifier.sol";
import {DevelopmentChains} from "./libraries/DevelopmentChains.sol";

/// @title One SP1 v6 Groth16 circuit, by the BN254 precompiles; see ISP1Groth16Verifier.
contract SP1Groth16Verifier is ISP1Groth16Verifier {
    uint256 private constant FIELD_MODULUS =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant GROUP_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant DIGEST_MASK = (1 << 253) - 1;
    uint256 private constant PROOF_BYTES = 4 + 11 * 32;

    address private constant ADD = address(0x06);
    address private constant MULTIPLY = address(0x07);
    address private constant PAIRING = address(0x08);

    /// @dev A precompile that fails burns all it was given; EIP-1108 asks for 181,000 at most here.
    uint256 private constant PRECOMPILE_GAS = 300_000;

    // Where the points of the key begin.
    uint256 private constant BETA = 2;
    uint256 private constant GAMMA = 6;
    uint256 private constant DELTA = 10;
    uint256 private constant INPUTS = 14;

    /// @inheritdoc ISP1Groth16Verifier
    bytes32 public immutable verifierHash;
    /// @inheritdoc ISP1Groth16Verifier
    bytes32 public immutable vkRoot;
    uint256[26] private _key;

    constructor(bytes32 verifierHash_, bytes32 vkRoot_, uint256[26] memory key) {
        if (!DevelopmentChains.isCurrent()) revert DevelopmentChainsOnly(block.chainid);
        verifierHash = verifierHash_;
        vkRoot = vkRoot_;
        _key = key;
    }

    /// @inheritdoc ISP1Groth16Verifier
    function verifyingKey() external view returns (uint256[26] memory) {
        return _key;
    }

    function verifyProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata proofBytes
    ) external view {
        _requireOurCircuit(proofBytes);
        (uint256 exitCode, bytes32 root, uint256 nonce, uint256[8] memory points) =
            abi.decode(proofBytes[4:], (uint256, bytes32, uint256, uint256[8]));
        if (exitCode != 0) revert ExitCodeRefused(exitCode);
        if (root != vkRoot) revert VkRootWrong(vkRoot, root);
        uint256[5] memory inputs = [
            uint256(programVKey),
            uint256(sha256(publicValues)) & DIGEST_MASK,
            exitCode,
            uint256(root),
            nonce
        ];
        for (uint256 i = 0; i < points.length; ++i) {
            if (points[i] >= FIELD_MODULUS) revert CoordinateTooLarge(i, points[i]);
        }
        uint256[26] memory key = _key;
        _requirePairing(key, points, _combine(key, inputs));
    }

    function _requireOurCircuit(bytes calldata proofBytes) private view {
        if (proofBytes.length != PROOF_BYTES) {
            revert ProofLengthWrong(PROOF_BYTES, proofBytes.length);
        }
        bytes4 selector = bytes4(proofBytes[:4]);
        // The selector is the hash's first four bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 expected = bytes4(verifierHash);
        if (selector != expected) revert SelectorWrong(expected, selector);
    }

    /// @dev The first input point plus each further one times its public input.
    function _combine(uint256[26] memory key, uint256[5] memory inputs)
        private
        view
        returns (uint256[2] memory sum)
    {
        sum = [key[INPUTS], key[INPUTS + 1]];
        for (uint256 i = 0; i < inputs.length; ++i) {
            if (inputs[i] >= GROUP_ORDER) revert PublicInputTooLarge(i, inputs[i]);
            uint256 place = INPUTS + 2 * (i + 1);
            bytes memory product =
                _call(MULTIPLY, abi.encode(key[place], key[place + 1], inputs[i]));
            sum = abi.decode(_call(ADD, abi.encodePacked(sum, product)), (uint256[2]));
        }
    }

    /// @dev e(A, B) · e(C, −delta) · e(alpha, −beta) · e(sum, −gamma) must be 1.
    function _requirePairing(
        uint256[26] memory key,
        uint256[8] memory points,
        uint256[2] memory sum
    ) private view {
        bytes memory pairs = bytes.concat(
            abi.encode(points[0], points[1], points[2], points[3], points[4], points[5]),
            _pair(points[6], points[7], key, DELTA),
            _pair(key[0], key[1], key, BETA),
            _pair(sum[0], sum[1], key, GAMMA)
        );
        if (abi.decode(_call(PAIRING, pairs), (uint256)) != 1) revert ProofInvalid();
    }

    function _pair(uint256 x, uint256 y, uint256[26] memory key, uint256 place)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(x, y, key[place], key[place + 1], key[place + 2], key[place + 3]);
    }

    /// @dev An account without code answers nothing, as a chain without the precompile does.
    function _call(address precompile, bytes memory input) private view returns (bytes memory) {
        (bool success, bytes memory output) = precompile.staticcall{gas: PRECOMPILE_GAS}(input);
        if (!success || output.length == 0) revert PointInvalid();
        return output;
    }
}
