// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Does random things to a registry and keeps a plain account of what must follow.
contract RegistryActor is TestCase {
    uint256 public constant SIGNERS = 5;
    uint256 private constant MEASUREMENTS = 2;

    ITEERegistry private immutable REGISTRY;
    address private immutable OWNER;

    mapping(address signer => uint256) public registrations;
    mapping(address signer => uint256) private _end;
    mapping(bytes32 measurement => bool) private _allowed;
    mapping(bytes32 measurement => address[]) private _live;
    mapping(address signer => bool) private _ended;

    constructor(ITEERegistry registry, address owner) {
        REGISTRY = registry;
        OWNER = owner;
        for (uint256 i = 0; i < MEASUREMENTS; ++i) {
            toggleMeasurement(i);
        }
    }

    /* --- actions --------------------------------------------------------------------------- */

    function register(uint256 index, uint256 age, uint256 measurementIndex) public {
        address signer = signerAt(bound(index, 0, SIGNERS - 1));
        bytes32 measurement = _measurementAt(measurementIndex);
        age = bound(age, 0, 300);
        uint256 number = block.number - age;
        bytes32 hash = blockhash(number);
        bytes32 digest = keccak256(abi.encode(number, hash, signer));
        bytes32 high = bytes32(uint256(uint160(signer)));
        uint64 certified = uint64(block.timestamp + 50_000);
        bytes memory quote = abi.encode(VerifiedQuote(measurement, high, digest, certified));
        bool isFresh = age > 0 && age < REGISTRY.maxBlockNumberDiff();
        uint256 validity = REGISTRY.attestValiditySeconds();
        try REGISTRY.register(ITEERegistry.ReportData(number, hash, signer), quote) {
            vm.assertTrue(isFresh && _allowed[measurement], "taken only when it may be");
            ++registrations[signer];
            _end[signer] = block.timestamp + (validity < 50_000 ? validity : 50_000);
            _live[measurement].push(signer);
        } catch {
            bool isKnown = registrations[signer] != 0 || _ended[signer];
            vm.assertTrue(!isFresh || !_allowed[measurement] || isKnown, "refused for a reason");
        }
    }

    function toggleMeasurement(uint256 index) public {
        bytes32 measurement = _measurementAt(index);
        vm.prank(OWNER);
        if (!_allowed[measurement]) {
            REGISTRY.allowMeasurement(measurement);
        } else {
            REGISTRY.removeMeasurement(measurement);
            address[] storage live = _live[measurement];
            for (uint256 i = 0; i < live.length; ++i) {
                _ended[live[i]] = true;
            }
            delete _live[measurement];
        }
        _allowed[measurement] = !_allowed[measurement];
    }

    function revoke(uint256 index) public {
        // Rarely, or nobody is left to register.
        if (index % 8 != 0) return;
        address signer = signerAt(bound(index, 0, SIGNERS - 1));
        if (REGISTRY.signerStatus(signer) == ITEERegistry.SignerStatus.Revoked) return;
        _ended[signer] = true;
        vm.prank(OWNER);
        REGISTRY.revokeSigner(signer);
    }

    function setValidity(uint256 seconds_) public {
        seconds_ = bound(seconds_, 1, 86_400);
        vm.prank(OWNER);
        REGISTRY.setAttestValiditySeconds(seconds_);
    }

    function setMaxDiff(uint256 blocks) public {
        blocks = bound(blocks, 2, 256);
        vm.prank(OWNER);
        REGISTRY.setMaxBlockNumberDiff(blocks);
    }

    function wait(uint256 seconds_) public {
        vm.warp(block.timestamp + bound(seconds_, 0, 7200));
    }

    /* --- the account ----------------------------------------------------------------------- */

    function signerAt(uint256 index) public pure returns (address) {
        return address(bytes20(keccak256(abi.encode("signer of the actor", index))));
    }

    function mustBeValid(address signer) public view returns (bool) {
        return registrations[signer] == 1 && block.timestamp < _end[signer] && !_ended[signer];
    }

    function _measurementAt(uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encode("measurement of the actor", index % MEASUREMENTS));
    }
}
