// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pck, PckCertificate} from "../../src/dcap/PckCertificate.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {PckMaker} from "../harness/PckMaker.sol";

/// @notice Base of the tests that bend single bytes of a PCK certificate which is otherwise good.
abstract contract PckCase is PckMaker {
    function parse(bytes calldata der) external pure returns (Pck memory) {
        uint256 start = Memory.allocate(der.length);
        Memory.put(start, der);
        return PckCertificate.parse(start, der.length);
    }

    /// @notice The certificate is refused for what stands at `offset`.
    function refuse(bytes memory der, uint256 offset) internal {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }

    /// @notice The good certificate with one bit flipped at `place` is refused at `offset`.
    function refuseFlipped(bytes memory good, uint256 place, uint256 offset) internal {
        this.parse(good);
        bytes memory bent = bytes.concat(good);
        flip(bent, place);
        refuse(bent, offset);
    }

    /// @notice Where the first occurrence of `part` starts, which must be there.
    function find(bytes memory der, bytes memory part) internal pure returns (uint256 place) {
        while (keccak256(slice(der, place, place + part.length)) != keccak256(part)) ++place;
    }
}
