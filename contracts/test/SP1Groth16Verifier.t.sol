// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISP1Groth16Verifier as V} from "../src/interfaces/ISP1Groth16Verifier.sol";
import {GenuineProof} from "./harness/GenuineProof.sol";

/// @notice SP1's published v6 proof is taken, and nothing else made from it.
contract SP1Groth16VerifierTest is GenuineProof {
    uint256 private constant FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    V private verifier;

    /// @dev Each test starts from a proof that is taken: the control of every refusal.
    function setUp() public {
        verifier = loadGenuine();
        verifier.verifyProof(vkey, publicValues, proof);
    }

    function test_verifyProof__genuine__costs_less_than_400000() public view {
        verifier.verifyProof(vkey, publicValues, proof);
        vm.assertLt(vm.lastCallGas().gasTotalUsed, 400_000, "gas");
    }

    function test_constructor__settings__can_be_read() public view {
        vm.assertEq(verifier.verifierHash(), verifierHash, "verifier hash");
        vm.assertEq(verifier.vkRoot(), root, "vk root");
        vm.assertEq(abi.encode(verifier.verifyingKey()), abi.encode(key), "key");
    }

    function test_constructor__on_any_other_chain__refused(uint256 chain) public {
        chain = bound(chain, 1, type(uint64).max);
        vm.assume(chain != 1337 && chain != 31337);
        vm.chainId(chain);
        vm.expectRevert(abi.encodeWithSelector(V.DevelopmentChainsOnly.selector, chain));
        vm.deployCode(
            "SP1Groth16Verifier.sol:SP1Groth16Verifier", abi.encode(verifierHash, root, key)
        );
    }

    function test_verifyProof__other_program__refused() public {
        vm.expectRevert(V.ProofInvalid.selector);
        verifier.verifyProof(vkey ^ bytes32(uint256(1)), publicValues, proof);
    }

    function test_verifyProof__other_public_values__refused() public {
        bytes memory longer = bytes.concat(publicValues, hex"00");
        vm.expectRevert(V.ProofInvalid.selector);
        verifier.verifyProof(vkey, longer, proof);
        bytes memory bent = publicValues;
        flip(bent, 95);
        vm.expectRevert(V.ProofInvalid.selector);
        verifier.verifyProof(vkey, bent, proof);
    }

    function test_verifyProof__other_selector__refused() public {
        bytes memory bent = proof;
        flip(bent, 3);
        vm.expectPartialRevert(V.SelectorWrong.selector);
        verifier.verifyProof(vkey, publicValues, bent);
    }

    function test_verifyProof__other_length__refused() public {
        bytes memory longer = bytes.concat(proof, hex"00");
        vm.expectRevert(abi.encodeWithSelector(V.ProofLengthWrong.selector, 356, 357));
        verifier.verifyProof(vkey, publicValues, longer);
        bytes memory shorter = slice(proof, 0, 355);
        vm.expectRevert(abi.encodeWithSelector(V.ProofLengthWrong.selector, 356, 355));
        verifier.verifyProof(vkey, publicValues, shorter);
        vm.expectRevert(abi.encodeWithSelector(V.ProofLengthWrong.selector, 356, 0));
        verifier.verifyProof(vkey, publicValues, "");
    }

    function test_verifyProof__exit_code_1__refused() public {
        _refuse(_with(0, 1), abi.encodeWithSelector(V.ExitCodeRefused.selector, 1));
    }

    function test_verifyProof__other_vk_root__refused() public {
        bytes32 other = root ^ bytes32(uint256(1));
        _refuse(
            _with(1, uint256(other)), abi.encodeWithSelector(V.VkRootWrong.selector, root, other)
        );
    }

    function test_verifyProof__other_nonce__refused() public {
        _refuse(_with(2, 1), abi.encodeWithSelector(V.ProofInvalid.selector));
    }

    /// @dev Zero and the order are one scalar: without the bound both would be taken.
    function test_verifyProof__nonce_plus_the_order__refused() public {
        _refuse(_with(2, ORDER), abi.encodeWithSelector(V.PublicInputTooLarge.selector, 4, ORDER));
    }

    function test_verifyProof__vkey_plus_the_order__refused() public {
        uint256 twin = uint256(vkey) + ORDER;
        vm.expectRevert(abi.encodeWithSelector(V.PublicInputTooLarge.selector, 0, twin));
        verifier.verifyProof(bytes32(twin), publicValues, proof);
    }

    function test_verifyProof__coordinate_plus_the_modulus__refused() public {
        for (uint256 i = 0; i < 8; ++i) {
            uint256 twin = _word(3 + i) + FIELD;
            _refuse(
                _with(3 + i, twin), abi.encodeWithSelector(V.CoordinateTooLarge.selector, i, twin)
            );
        }
    }

    function test_verifyProof__coordinate_changed__off_the_curve() public {
        for (uint256 i = 0; i < 8; ++i) {
            uint256 bent = _word(3 + i) ^ 1;
            _refuse(_with(3 + i, bent), abi.encodeWithSelector(V.PointInvalid.selector));
        }
    }

    /// @dev On the curve and in the group, but not the proof's: A negated.
    function test_verifyProof__another_point__refused() public {
        _refuse(_with(4, FIELD - _word(4)), abi.encodeWithSelector(V.ProofInvalid.selector));
    }

    function test_verifyProof__any_byte_flipped__refused(uint256 offset) public view {
        bytes memory bent = proof;
        flip(bent, bound(offset, 0, 355));
        try verifier.verifyProof(vkey, publicValues, bent) {
            vm.assertTrue(false, "a changed proof was taken");
        } catch (bytes memory reason) {
            vm.assertTrue(selectorOf(reason) != 0, "typed");
        }
    }

    function test_verifyProof__key_of_another_circuit__refused() public {
        key[0] = key[14];
        key[1] = key[15];
        bytes memory arguments = abi.encode(verifierHash, root, key);
        verifier = V(vm.deployCode("SP1Groth16Verifier.sol:SP1Groth16Verifier", arguments));
        _refuse(proof, abi.encodeWithSelector(V.ProofInvalid.selector));
    }

    function _word(uint256 index) private view returns (uint256) {
        return uint256(bytes32(slice(proof, 4 + 32 * index, 36 + 32 * index)));
    }

    /// @dev The proof with another word after the selector.
    function _with(uint256 index, uint256 value) private view returns (bytes memory bent) {
        bent = proof;
        overwrite(bent, 4 + 32 * index, abi.encode(value));
    }

    function _refuse(bytes memory bent, bytes memory reason) private {
        vm.expectRevert(reason);
        verifier.verifyProof(vkey, publicValues, bent);
    }
}
