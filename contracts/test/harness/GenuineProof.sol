// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISP1Groth16Verifier} from "../../src/interfaces/ISP1Groth16Verifier.sol";
import {TestCase} from "./TestCase.sol";

/// @notice SP1's published v6 proof, from the folder that ATTESTOR_VECTORS names; without it, tests
/// that load it are skipped.
abstract contract GenuineProof is TestCase {
    bytes32 internal vkey;
    bytes internal publicValues;
    bytes internal proof;
    bytes32 internal verifierHash;
    bytes32 internal root;
    uint256[26] internal key;
    string private json;

    function loadGenuine() internal returns (ISP1Groth16Verifier) {
        string memory folder = vm.envOr("ATTESTOR_VECTORS", "../shared/vectors");
        string memory path = string.concat(folder, "/sp1/groth16_v6.0.0.json");
        vm.skip(!vm.isFile(path), string.concat("no genuine proof at ", path));
        json = vm.readFile(path);
        vkey = bytes32(vm.parseJsonBytes(json, ".program_vkey"));
        publicValues = vm.parseJsonBytes(json, ".public_values");
        proof = vm.parseJsonBytes(json, ".proof");
        verifierHash = bytes32(vm.parseJsonBytes(json, ".verifier_hash"));
        root = bytes32(vm.parseJsonBytes(json, ".vk_root"));
        _loadG1(".alpha", 0);
        _loadG2(".beta_neg", 2);
        _loadG2(".gamma_neg", 6);
        _loadG2(".delta_neg", 10);
        for (uint256 i = 0; i < 6; ++i) {
            _loadG1(string.concat(".ic[", vm.toString(i), "]"), 14 + 2 * i);
        }
        bytes memory arguments = abi.encode(verifierHash, root, key);
        return
            ISP1Groth16Verifier(
                vm.deployCode("SP1Groth16Verifier.sol:SP1Groth16Verifier", arguments)
            );
    }

    function _loadG1(string memory name, uint256 place) private {
        key[place] = _number(string.concat(name, "[0]"));
        key[place + 1] = _number(string.concat(name, "[1]"));
    }

    /// @dev The file has the real part first, the precompile the imaginary one.
    function _loadG2(string memory name, uint256 place) private {
        key[place] = _number(string.concat(name, "[0][1]"));
        key[place + 1] = _number(string.concat(name, "[0][0]"));
        key[place + 2] = _number(string.concat(name, "[1][1]"));
        key[place + 3] = _number(string.concat(name, "[1][0]"));
    }

    function _number(string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(".verifying_key", name));
    }
}
