// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Which proofs are taken, and that the contract computes upstream's statement.
contract MultiProofProgramTest is MultiProofCase {
    // SP1 v3.0.0's fibonacci fixture: the statement of MultiProofCase's key and values.
    bytes32 private constant MESSAGE =
        0x57afaa2081248eff6ad022246deb4726dac655f5c72057cb23e23cf9e1f4d03c;
    bytes32 private constant DIGEST =
        0xf766d3825739a8b3533bf26adee72766132e05861677a75490a19177f9721fdc;

    IMultiProof private multiProof;
    address private signer;

    function setUp() public {
        setUpRegistry();
        multiProof = deploy(address(0), 1);
        signer = vm.addr(KEY);
    }

    /* --- upstream's call ------------------------------------------------------------------- */

    /// @dev The message, signature and account in the README of automata's sp1-tee-prover.
    function test_verifyTEEProof__upstreams_published_proof__taken() public {
        bytes memory message = hex"a50f6fca342d194a8443e9e8299cc6c0338bde0943ddc8efcd2d0c126a764a6b";
        bytes memory proof =
            hex"22e32fe8df3cf338a4d60578b51972d0e56e2e6114da843c4af1301524dbfaee0f8c4e8193db093c718a646f33cd39dee94829db1aab019541875e5ad25501ea1c";
        address account = 0x24f467036294dAcac4D86ba2ED17323514FB1616;
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, account));
        multiProof.verifyTEEProof(message, proof);
        registry.hold(account, true);
        multiProof.verifyTEEProof(message, proof);
    }

    /// @dev A signer signs other things with the same key, EIP-712 payloads of 66 bytes among them.
    function test_verifyTEEProof__message_of_other_length__refused(bytes memory message) public {
        bytes memory proof = sign(KEY, keccak256(message));
        if (message.length != 32) {
            vm.expectRevert(
                abi.encodeWithSelector(IMultiProof.MessageLengthWrong.selector, 32, message.length)
            );
        }
        multiProof.verifyTEEProof(message, proof);
    }

    function test_verifyTEEProof__any_message_of_32_bytes__digest_is_its_keccak(bytes32 message)
        public
        view
    {
        bytes memory data = bytes.concat(message);
        multiProof.verifyTEEProof(data, sign(KEY, keccak256(data)));
    }

    function test_verifyTEEProof__unregistered_signer__refused() public {
        bytes memory proof = sign(KEY + 1, DIGEST);
        bytes memory reason =
            abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, vm.addr(KEY + 1));
        vm.expectRevert(reason);
        multiProof.verifyTEEProof(bytes.concat(MESSAGE), proof);
    }

    function test_verifyTEEProof__signer_no_longer_valid__refused() public {
        bytes memory proof = sign(KEY, DIGEST);
        multiProof.verifyTEEProof(bytes.concat(MESSAGE), proof);
        registry.hold(signer, false);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, signer));
        multiProof.verifyTEEProof(bytes.concat(MESSAGE), proof);
    }

    /* --- a program's result ---------------------------------------------------------------- */

    function test_verifyProgram__digest_of_sp1_v3_fibonacci__taken() public view {
        vm.assertEq(keccak256(bytes.concat(MESSAGE)), DIGEST, "the vectors belong together");
        address[] memory found = multiProof.verifyProgram(VKEY, VALUES, sign(KEY, DIGEST));
        vm.assertEq(found.length, 1, "signers");
        vm.assertEq(found[0], signer, "signer");
    }

    function test_verifyProgram__and_upstreams_call__one_statement() public view {
        bytes memory proof = sign(KEY, DIGEST);
        multiProof.verifyTEEProof(bytes.concat(MESSAGE), proof);
        multiProof.verifyProgram(VKEY, VALUES, proof);
    }

    function test_verifyProgram__other_public_values__refused() public view {
        bytes memory values = VALUES;
        _assertRefused(VKEY, bytes.concat(values, hex"00"), sign(KEY, DIGEST));
        flip(values, 3);
        _assertRefused(VKEY, values, sign(KEY, DIGEST));
    }

    function test_verifyProgram__other_program__refused() public view {
        _assertRefused(VKEY ^ bytes32(uint256(1)), VALUES, sign(KEY, DIGEST));
    }

    /// @dev The two 32-byte forms of a key must not be mixed up.
    function test_verifyProgram__vk_hash_bytes_in_place_of_the_vkey__refused() public {
        bytes32 hashBytes = 0x730430601eff1b93090050d80ddbb87933a75a3f612d3bc1039f0b1617aa0ed1;
        bytes memory proof = sign(KEY, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.ProgramVKeyTooLarge.selector, hashBytes));
        multiProof.verifyProgram(hashBytes, VALUES, proof);
    }

    function test_verifyProgram__unregistered_signer__refused() public {
        bytes memory proof = sign(KEY + 1, DIGEST);
        bytes memory reason =
            abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, vm.addr(KEY + 1));
        vm.expectRevert(reason);
        multiProof.verifyProgram(VKEY, VALUES, proof);
    }

    /* --- signatures ------------------------------------------------------------------------ */

    function test_verifyProgram__high_s_twin__refused() public {
        bytes memory proof = sign(KEY, DIGEST);
        multiProof.verifyProgram(VKEY, VALUES, proof);
        vm.expectPartialRevert(ECDSA.ECDSAInvalidSignatureS.selector);
        multiProof.verifyProgram(VKEY, VALUES, highTwin(proof));
    }

    function test_verifyProgram__v_of_0_or_1__refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        bytes memory proof = abi.encodePacked(r, s, v - 27);
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        multiProof.verifyProgram(VKEY, VALUES, proof);
    }

    function test_verifyProgram__other_length__refused() public {
        bytes memory proof = sign(KEY, DIGEST);
        uint256[4] memory lengths = [uint256(1), 64, 66, 129];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory bent = slice(bytes.concat(proof, proof), 0, lengths[i]);
            bytes4 selector = IMultiProof.SignaturesLengthWrong.selector;
            vm.expectRevert(abi.encodeWithSelector(selector, lengths[i]));
            multiProof.verifyProgram(VKEY, VALUES, bent);
        }
    }

    /// @dev A signature that recovers to nothing must not pass as a signer of address zero.
    function test_verifyProgram__zero_signature__refused() public {
        registry.hold(address(0), true);
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        multiProof.verifyProgram(VKEY, VALUES, abi.encodePacked(new bytes(64), uint8(27)));
    }

    function test_verifyProgram__any_byte_flipped__refused(uint256 offset) public view {
        bytes memory proof = sign(KEY, DIGEST);
        flip(proof, bound(offset, 0, 64));
        _assertRefused(VKEY, VALUES, proof);
    }

    /* --- deployment ------------------------------------------------------------------------ */

    function test_constructor__registry_gateway_and_threshold__kept() public {
        IMultiProof other = deploy(address(registry), 3);
        vm.assertEq(address(other.teeProverRegistry()), address(registry), "registry");
        vm.assertEq(address(other.gateway()), address(registry), "gateway");
        vm.assertEq(other.threshold(), 3, "threshold");
    }

    function test_constructor__addresses_without_code__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.RegistryWithoutCode.selector, 0xe));
        deployOn(address(0xe), address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.GatewayWithoutCode.selector, 0xe));
        deploy(address(0xe), 1);
    }

    function test_constructor__no_threshold__refused() public {
        vm.expectRevert(IMultiProof.ThresholdZero.selector);
        deploy(address(0), 0);
    }

    function _assertRefused(bytes32 vkey, bytes memory values, bytes memory proof) private view {
        try multiProof.verifyProgram(vkey, values, proof) {
            revert("taken");
        } catch (bytes memory reason) {
            vm.assertTrue(reason.length >= 4, "refused with a reason");
        }
    }
}
