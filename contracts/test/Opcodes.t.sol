// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestCase} from "./harness/TestCase.sol";

/// @notice The contracts use no opcode that came after Prague, so that all they ask of a chain is the
/// P-256 precompile.
contract OpcodesTest is TestCase {
    /// @dev Opcodes of Prague, one bit each: 0x00-0x0b, 0x10-0x1d, 0x20, 0x30-0x4a, 0x50-0x5f,
    /// 0x60-0xa4, 0xf0-0xf5, 0xfa, 0xfd-0xff.
    uint256 private constant KNOWN = ((2 ** 12 - 1) << 0x00) | ((2 ** 14 - 1) << 0x10) | (1 << 0x20)
        | ((2 ** 27 - 1) << 0x30) | ((2 ** 16 - 1) << 0x50) | ((2 ** 69 - 1) << 0x60)
        | ((2 ** 6 - 1) << 0xf0) | (1 << 0xfa) | (7 << 0xfd);
    uint256 private constant PUSH0 = 0x5f;
    uint256 private constant PUSH32 = 0x7f;
    uint256 private constant MARK_LENGTH = 12;

    function test_creation__every_contract__no_opcode_after_prague() public view {
        string[7] memory names = [
            "AutomataLayoutV10",
            "CollateralReader",
            "CollateralStore",
            "DcapVerifier",
            "MultiProof",
            "SP1Groth16Verifier",
            "TEERegistry"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            bytes memory code = vm.getCode(string.concat(names[i], ".sol:", names[i]));
            vm.assertTrue(code.length > 1000, names[i]);
            vm.assertEq(_unknown(code), type(uint256).max, names[i]);
        }
    }

    /// @dev The test sees CLZ, and no data of a PUSH.
    function test_unknown__clz__found_at_its_place() public pure {
        vm.assertEq(_unknown(hex"5f1e00"), 1, "CLZ");
        vm.assertEq(_unknown(hex"601e00"), type(uint256).max, "pushed");
    }

    /// @dev Where the first opcode stands that is not known; what is pushed is passed over, and so are
    /// the compiler's marks, one behind each contract's code.
    function _unknown(bytes memory code) private pure returns (uint256) {
        for (uint256 i = 0; i < code.length; ++i) {
            if (_isMark(code, i)) {
                i += MARK_LENGTH - 1;
                continue;
            }
            uint256 opcode = uint8(code[i]);
            if ((KNOWN >> opcode) & 1 == 0) return i;
            if (opcode > PUSH0 && opcode <= PUSH32) i += opcode - PUSH0;
        }
        return type(uint256).max;
    }

    /// @dev CBOR of {"solc": version}, and its length in two bytes.
    function _isMark(bytes memory code, uint256 i) private pure returns (bool) {
        return i + MARK_LENGTH <= code.length && code[i] == 0xa1 && code[i + 1] == 0x64
            && code[i + 2] == "s" && code[i + 3] == "o" && code[i + 4] == "l";
    }
}
