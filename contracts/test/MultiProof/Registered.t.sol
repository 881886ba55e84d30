// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "../../src/interfaces/IMultiProof.sol";
import {ProgramVKey} from "../../src/libraries/ProgramVKey.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice MultiProof on the registry itself: what machines its signers are of.
contract MultiProofRegisteredTest is RegistryCase {
    bytes32 private constant VKEY =
        0x00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1;
    bytes private constant VALUES = hex"f4010000f404000086070000";

    /// @dev In ascending order of their addresses.
    uint256[3] private keys = [uint256(0xa1), 0xa2, 0xa3];
    QuoteDraft private draft;

    function setUp() public override {
        super.setUp();
        draft = QuoteForge.draft(Form.TdV4);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
    }

    function test_threshold_3__renewals_of_one_machine__refused() public {
        admit(draft, KEY, true);
        for (uint256 i = 0; i < 3; ++i) {
            renew(draft, admissionOf(KEY), vm.addr(keys[i]));
        }
        IMultiProof multiProof = _deploy(3, false);
        bytes memory signatures = _signatures(3);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.MachinesTooFew.selector, 3, 1));
        multiProof.verifyProgram(VKEY, VALUES, signatures);
        vm.assertEq(_deploy(1, false).verifyProgram(VKEY, VALUES, signatures).length, 3, "one");
    }

    /// @dev Other attestation keys, another form of quote, another measurement: one machine.
    function test_threshold_3__one_machine_in_other_ways__refused() public {
        admit(draft, keys[0], true);
        draft.attestationKey = 0xb0b;
        admit(draft, keys[1], false);
        admit(QuoteForge.draft(Form.SgxV3), keys[2], true);
        IMultiProof multiProof = _deploy(2, false);
        bytes memory signatures = _signatures(3);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.MachinesTooFew.selector, 2, 1));
        multiProof.verifyProgram(VKEY, VALUES, signatures);
    }

    function test_threshold_3__three_machines__taken_and_measurements_counted() public {
        for (uint256 i = 0; i < 3; ++i) {
            sayPlatform(bytes32(i + 1));
            admit(draft, keys[i], i != 1);
        }
        _deploy(3, false).verifyProgram(VKEY, VALUES, _signatures(3));
        IMultiProof strict = _deploy(2, true);
        bytes memory signatures = _signatures(3);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.MachinesTooFew.selector, 2, 1));
        strict.verifyProgram(VKEY, VALUES, signatures);
    }

    /// @dev What a signer signs for its admission is longer than a message, and no proof.
    function test_verifyTEEProof__possession_signature__refused() public {
        admit(draft, KEY, true);
        bytes memory proof = possession(KEY, newestBlock(), START);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("attestor"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 body = keccak256(
            abi.encode(
                keccak256(
                    "Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,bool keepKey)"
                ),
                vm.addr(KEY),
                newestBlock(),
                templateOf(draft),
                uint256(START),
                true
            )
        );
        bytes memory message = bytes.concat(hex"1901", domain, body);
        vm.assertEq(
            keccak256(message),
            registry.possessionDigest(vm.addr(KEY), newestBlock(), templateOf(draft), START, true),
            "it is what was signed"
        );
        IMultiProof multiProof = _deploy(1, false);
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.MessageLengthWrong.selector, 32, 66));
        multiProof.verifyTEEProof(message, proof);
    }

    function _deploy(uint256 threshold, bool distinct) private returns (IMultiProof) {
        bytes memory arguments = abi.encode(address(registry), address(0), threshold, distinct);
        return IMultiProof(vm.deployCode("MultiProof.sol:MultiProof", arguments));
    }

    function _signatures(uint256 count) private view returns (bytes memory signatures) {
        bytes32 digest =
            keccak256(bytes.concat(sha256(bytes.concat(ProgramVKey.toHashBytes(VKEY), VALUES))));
        for (uint256 i = 0; i < count; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], digest);
            signatures = bytes.concat(signatures, r, s, bytes1(v));
        }
    }
}
