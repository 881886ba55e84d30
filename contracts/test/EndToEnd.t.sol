// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../src/interfaces/IDcapErrors.sol";
import {IMultiProof} from "../src/interfaces/IMultiProof.sol";
import {ITEERegistry} from "../src/interfaces/ITEERegistry.sol";
import {Draft, SimulatedPlatform} from "./harness/SimulatedPlatform.sol";

/// @notice The three contracts together: a quote makes a signer valid, whose proof is then taken.
contract EndToEndTest is SimulatedPlatform {
    uint256 private constant SIGNER_KEY = 0x5160;
    bytes32 private constant BLOCK_HASH = keccak256("reference block");
    bytes32 private constant VKEY =
        0x00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1;
    bytes private constant PUBLIC_VALUES = hex"f4010000f404000086070000";
    bytes32 private constant DIGEST =
        0xf766d3825739a8b3533bf26adee72766132e05861677a75490a19177f9721fdc;

    ITEERegistry private registry;
    IMultiProof private multiProof;

    function setUp() public {
        setUpPlatform();
        registry = ITEERegistry(
            vm.deployCode("TEERegistry.sol:TEERegistry", abi.encode(verifier, address(this)))
        );
        multiProof = IMultiProof(
            vm.deployCode("MultiProof.sol:MultiProof", abi.encode(registry, address(0), 1))
        );
        vm.roll(1000);
        vm.setBlockhash(990, BLOCK_HASH);
        registry.allowMeasurement(measurementOf(goodDraft()));
    }

    function test_proof__of_a_registered_signer__taken_until_it_ends() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SIGNER_KEY, DIGEST);
        bytes memory proof = abi.encodePacked(r, s, v);
        address signer = vm.addr(SIGNER_KEY);
        bytes memory reason =
            abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, signer);

        vm.expectRevert(reason);
        multiProof.verifyProgram(VKEY, PUBLIC_VALUES, proof);

        registry.register(_data(), _quote(""));
        vm.assertEq(multiProof.verifyProgram(VKEY, PUBLIC_VALUES, proof)[0], signer, "signer");

        vm.warp(block.timestamp + 3600);
        vm.expectRevert(reason);
        multiProof.verifyProgram(VKEY, PUBLIC_VALUES, proof);
    }

    /// @dev Other bytes that are good quotes too: the twin of a signature, a NUL after the chain.
    function test_register__variants_of_a_quote__not_twice() public {
        bytes memory quote = _quote("");
        registry.register(_data(), quote);
        bytes memory twin = bytes.concat(quote);
        uint256 s = uint256(bytes32(slice(quote, 668, 700)));
        overwrite(twin, 668, abi.encode(P256_ORDER - s));
        bytes[3] memory variants = [quote, twin, _quote(hex"00")];
        for (uint256 i = 0; i < variants.length; ++i) {
            verifier.verify(variants[i]);
            vm.expectPartialRevert(ITEERegistry.SignerAlreadyRegistered.selector);
            registry.register(_data(), variants[i]);
        }
    }

    /// @dev The verifier's own reason comes out of the registry.
    function test_register__bad_quote__reason_of_the_verifier() public {
        Draft memory draft = goodDraft();
        draft.body[TD_ATTRIBUTES] = 0x01;
        bytes memory quote = assemble(draft);
        vm.expectPartialRevert(IDcapErrors.TdDebugRefused.selector);
        registry.register(_data(), quote);
    }

    function _data() private pure returns (ITEERegistry.ReportData memory) {
        return ITEERegistry.ReportData(990, BLOCK_HASH, vm.addr(SIGNER_KEY));
    }

    function _quote(bytes memory afterChain) private view returns (bytes memory) {
        Draft memory draft = goodDraft();
        draft.chain = bytes.concat(draft.chain, afterChain);
        bytes32 high = bytes32(uint256(uint160(vm.addr(SIGNER_KEY))));
        setReportData(draft, high, keccak256(abi.encode(_data())));
        return assemble(draft);
    }
}
