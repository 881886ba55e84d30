// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Token} from "./Token.sol";

/// @notice Swaps two tokens at a constant product of its reserves, and keeps the mean of the price.
/// @dev The benchmark writes its storage into the genesis: the order of the variables is fixed.
contract Pool {
    Token[2] public tokens;
    uint256[2] public reserves;
    /// @dev The sum over time of the logarithm of the price, in 64.64 fixed point.
    int256 public logPriceSum;
    uint256 public updatedAt;

    uint256 private constant FEE_PER_THOUSAND = 3;
    uint256 private constant ONE = 1 << 64;

    event Swap(address indexed by, uint256 indexed sold, uint256 amountIn, uint256 amountOut);
    event Price(int256 logPrice, uint256 root);

    error TooLittle(uint256 amountOut, uint256 wanted);
    error ProductFell(uint256 before, uint256 present);

    /// @notice Sell `amountIn` of token `sold` (0 or 1) for at least `wanted` of the other.
    function swap(uint256 sold, uint256 amountIn, uint256 wanted) external returns (uint256) {
        uint256 bought = 1 - sold;
        (uint256 had, uint256 other) = (reserves[sold], reserves[bought]);
        uint256 effective = amountIn * (1000 - FEE_PER_THOUSAND);
        uint256 amountOut = effective * other / (had * 1000 + effective);
        if (amountOut < wanted) revert TooLittle(amountOut, wanted);
        _accumulate();
        tokens[sold].transferFrom(msg.sender, address(this), amountIn);
        tokens[bought].transfer(msg.sender, amountOut);
        uint256 present = tokens[sold].balanceOf(address(this));
        uint256 remains = tokens[bought].balanceOf(address(this));
        if (present * remains < had * other) revert ProductFell(had * other, present * remains);
        (reserves[sold], reserves[bought]) = (present, remains);
        emit Swap(msg.sender, sold, amountIn, amountOut);
        return amountOut;
    }

    function _accumulate() private {
        uint256 price = reserves[1] * ONE / reserves[0];
        int256 logPrice = logarithm(price);
        unchecked {
            logPriceSum += logPrice * int256(block.timestamp - updatedAt);
        }
        updatedAt = block.timestamp;
        emit Price(logPrice, squareRoot(reserves[0] * reserves[1]));
    }

    /// @notice The binary logarithm of a 64.64 number, as one: squared again and again, its bits
    /// appear one by one.
    function logarithm(uint256 value) public pure returns (int256 result) {
        uint256 log = 0;
        for (uint256 step = 128; step > 0; step >>= 1) {
            if (value >> (log + step) != 0) log += step;
        }
        result = (int256(log) - 64) << 64;
        uint256 mantissa = log >= 127 ? value >> (log - 127) : value << (127 - log);
        unchecked {
            for (int256 bit = int256(1) << 63; bit > 1 << 40; bit >>= 1) {
                mantissa = (mantissa * mantissa) >> 127;
                if (mantissa >> 128 != 0) {
                    mantissa >>= 1;
                    result += bit;
                }
            }
        }
    }

    /// @notice The integer square root, by Newton's method.
    function squareRoot(uint256 value) public pure returns (uint256 root) {
        if (value == 0) return 0;
        uint256 next = value;
        root = value;
        uint256 shift = 1;
        while (next > 3) {
            next >>= 2;
            shift <<= 1;
        }
        next = shift << 1;
        do {
            root = next;
            next = (root + value / root) >> 1;
        } while (next < root);
    }
}
