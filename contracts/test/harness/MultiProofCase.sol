// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {ProgramVKey} from "../../src/libraries/ProgramVKey.sol";
import {RegistryDouble} from "./RegistryDouble.sol";
import {TestCase} from "./TestCase.sol";

/// @notice A registry double, and proofs by keys of ours over a MultiProof on it.
abstract contract MultiProofCase is TestCase {
    uint256 internal constant KEY = 0x5167;

    // SP1 v3.0.0's fibonacci fixture: key in both forms, public values for n = 500.
    bytes32 internal constant VKEY =
        0x00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1;
    bytes internal constant VALUES = hex"f4010000f404000086070000";

    RegistryDouble internal registry;

    function setUpRegistry() internal {
        registry = new RegistryDouble();
        registry.hold(vm.addr(KEY), true);
    }

    function deploy(address gateway, uint256 threshold) internal returns (IMultiProof) {
        return deployOn(address(registry), gateway, threshold);
    }

    function deployOn(address registry_, address gateway, uint256 threshold)
        internal
        returns (IMultiProof)
    {
        return deployOn(registry_, gateway, threshold, false);
    }

    function deployOn(
        address registry_,
        address gateway,
        uint256 threshold,
        bool distinctMeasurements
    ) internal returns (IMultiProof) {
        bytes memory arguments = abi.encode(registry_, gateway, threshold, distinctMeasurements);
        return IMultiProof(vm.deployCode("MultiProof.sol:MultiProof", arguments));
    }

    /// @notice A signature of upstream's statement.
    function signProgram(uint256 key, bytes32 vkey, bytes memory values)
        internal
        pure
        returns (bytes memory)
    {
        bytes32 message = sha256(bytes.concat(ProgramVKey.toHashBytes(vkey), values));
        return sign(key, keccak256(bytes.concat(message)));
    }

    /// @notice A signature of an EIP-712 statement for `target`.
    function signStatement(IMultiProof target, uint256 key, Statement memory statement)
        internal
        view
        returns (bytes memory)
    {
        return sign(key, target.digestOf(statement));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice The other signature of the same digest and key, with s in the upper half.
    function highTwin(bytes memory signature) internal pure returns (bytes memory) {
        bytes32 s = bytes32(slice(signature, 32, 64));
        uint8 v = uint8(signature[64]) == 27 ? 28 : 27;
        bytes32 high = bytes32(SECP256K1_ORDER - uint256(s));
        return bytes.concat(slice(signature, 0, 32), high, bytes1(v));
    }
}
