// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";

/// @notice ECDSA on P-256 by the precompile at 0x100 (EIP-7951).
library P256 {
    address internal constant PRECOMPILE = address(0x100);
    uint256 internal constant ORDER =
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;

    // Private key 1 (its public key is the generator), digest 1, nonce 1: r is the generator's x,
    // and s = (digest + r * key) / nonce.
    bytes32 private constant KNOWN_DIGEST = bytes32(uint256(1));
    uint256 private constant KNOWN_R = GENERATOR_X;
    uint256 private constant KNOWN_S = GENERATOR_X + 1;
    uint256 private constant GENERATOR_X =
        0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296;
    uint256 private constant GENERATOR_Y =
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5;

    /// @notice Whether (r, s) is the signature of `digest` by the key (x, y). Either s of a pair is
    /// taken, because genuine quotes have both; zero and numbers not below the order revert.
    function verify(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y)
        internal
        view
        returns (bool)
    {
        if (r == 0 || r >= ORDER || s == 0 || s >= ORDER) {
            revert IDcapErrors.SignatureOutOfRange(r, s);
        }
        return _call(digest, r, s, x, y);
    }

    /// @notice Whether the chain has the precompile: tried on a signature that is known to be good.
    function isAvailable() internal view returns (bool) {
        return verify(KNOWN_DIGEST, KNOWN_R, KNOWN_S, GENERATOR_X, GENERATOR_Y);
    }

    /// @dev A bad signature, a key off the curve and a chain without the precompile give no data. The
    /// call itself fails only when gas runs out, which says nothing of the signature.
    function _call(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y)
        private
        view
        returns (bool isValid)
    {
        assembly ("memory-safe") {
            // The input stands behind the free pointer, the output in scratch space.
            let input := mload(0x40)
            mstore(input, digest)
            mstore(add(input, 0x20), r)
            mstore(add(input, 0x40), s)
            mstore(add(input, 0x60), x)
            mstore(add(input, 0x80), y)
            mstore(0, 0)
            if iszero(staticcall(gas(), 0x100, input, 0xa0, 0, 0x20)) { revert(0, 0) }
            isValid := and(eq(returndatasize(), 0x20), eq(mload(0), 1))
        }
    }
}
