// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {Vm} from "./Vm.sol";

/// @notice The forms of quotes that the registry knows.
enum Form {
    SgxV3,
    SgxV4,
    SgxV5,
    TdV4,
    Td10V5,
    Td15V5
}

/// @notice A quote before it is signed. `region` has zero report data.
/// @param backing QE authentication data and PCK certificate, or what stands for them
struct QuoteDraft {
    Form form;
    bytes region;
    uint256 attestationKey;
    bytes qeReport;
    bytes backing;
}

/// @notice Makes quotes of all forms, signed by an attestation key of ours; what would vouch for the
/// key is filler, for the verifier's double.
library QuoteForge {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant ATTESTATION_KEY = 0xa77e57;
    bytes32 internal constant MR_ENCLAVE = keccak256("mrEnclave");
    bytes32 internal constant MR_SIGNER = keccak256("mrSigner");
    uint16 internal constant ISV_PROD_ID = 7;
    uint16 internal constant ISV_SVN = 3;
    /// @dev INIT and MODE64; XFRM 3.
    bytes16 internal constant ENCLAVE_ATTRIBUTES = 0x05000000000000000300000000000000;
    /// @dev SEPT_VE_DISABLE alone.
    bytes8 internal constant TD_ATTRIBUTES = 0x0000001000000000;

    /// @notice A good draft, of genuine length.
    function draft(Form form) internal pure returns (QuoteDraft memory) {
        bytes memory body = isEnclave(form) ? _enclave() : _trustDomain(form == Form.Td15V5);
        return QuoteDraft({
            form: form,
            region: bytes.concat(_header(form), body),
            attestationKey: ATTESTATION_KEY,
            qeReport: _filler("QE report", 384),
            backing: bytes.concat(_filler("QE authentication data", 32), _filler("PCK", 1269))
        });
    }

    function isEnclave(Form form) internal pure returns (bool) {
        return form <= Form.SgxV5;
    }

    /// @notice Where the report starts.
    function bodyOf(Form form) internal pure returns (uint256) {
        return form == Form.SgxV5 || form >= Form.Td10V5 ? 54 : 48;
    }

    function reportDataOf(Form form) internal pure returns (uint256) {
        return bodyOf(form) + (isEnclave(form) ? 320 : 520);
    }

    /// @notice The signed region with this report data.
    function regionWith(QuoteDraft memory of_, bytes32 high, bytes32 low)
        internal
        pure
        returns (bytes memory data)
    {
        data = bytes.concat(of_.region);
        uint256 place = 32 + reportDataOf(of_.form);
        assembly ("memory-safe") {
            mstore(add(data, place), high)
            mstore(add(data, add(place, 32)), low)
        }
    }

    function sign(QuoteDraft memory of_, bytes32 high, bytes32 low)
        internal
        pure
        returns (bytes32 r, bytes32 s)
    {
        return vm.signP256(of_.attestationKey, sha256(regionWith(of_, high, low)));
    }

    function compact(QuoteDraft memory of_, bytes32 high, bytes32 low)
        internal
        pure
        returns (bytes memory)
    {
        return bytes.concat(
            regionWith(of_, high, low),
            signatureAndKey(of_, high, low),
            of_.qeReport,
            _filler("QE report signature", 64),
            of_.backing
        );
    }

    /// @notice With the lengths and types that a platform's quote has between its parts.
    function raw(QuoteDraft memory of_, bytes32 high, bytes32 low)
        internal
        pure
        returns (bytes memory)
    {
        return bytes.concat(
            regionWith(of_, high, low),
            bytes4("len "),
            signatureAndKey(of_, high, low),
            // Version 3 has the QE report right after the key.
            of_.form == Form.SgxV3 ? bytes("") : bytes("type 6"),
            of_.qeReport,
            _filler("QE report signature", 64),
            of_.backing
        );
    }

    /// @notice The address that names this evidence at a registry, by its definition.
    function template(
        QuoteDraft memory of_,
        address registry,
        bytes32 platform,
        bytes6 fmspc,
        bytes32 evidence
    ) internal pure returns (address) {
        (uint256 x, uint256 y) = vm.publicKeyP256(of_.attestationKey);
        bytes memory region = regionWith(of_, bytes32(x), bytes32(y));
        return templateOf(region, registry, platform, fmspc, evidence);
    }

    /// @param region signed, with the attestation key in place of the report data
    function templateOf(
        bytes memory region,
        address registry,
        bytes32 platform,
        bytes6 fmspc,
        bytes32 evidence
    ) internal pure returns (address) {
        bytes memory code = bytes.concat(hex"00", platform, fmspc, region);
        bytes memory creation =
            bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        bytes memory named = abi.encodePacked(bytes1(0xff), registry, evidence, keccak256(creation));
        return address(uint160(uint256(keccak256(named))));
    }

    function signatureAndKey(QuoteDraft memory of_, bytes32 high, bytes32 low)
        internal
        pure
        returns (bytes memory)
    {
        (bytes32 r, bytes32 s) = sign(of_, high, low);
        (uint256 x, uint256 y) = vm.publicKeyP256(of_.attestationKey);
        return abi.encode(r, s, x, y);
    }

    function _header(Form form) private pure returns (bytes memory) {
        uint8[6] memory versions = [3, 4, 5, 4, 5, 5];
        uint8 tee = isEnclave(form) ? 0 : 0x81;
        bytes memory header = bytes.concat(
            bytes1(versions[uint256(form)]),
            hex"000200",
            bytes1(tee),
            hex"00000000000000939a7233f79c4ca9940a0db3957f0607",
            bytes20("user data")
        );
        if (form == Form.SgxV5) return bytes.concat(header, hex"010080010000");
        if (form == Form.Td10V5) return bytes.concat(header, hex"020048020000");
        if (form == Form.Td15V5) return bytes.concat(header, hex"030088020000");
        return header;
    }

    /// @dev 384 bytes: CPUSVN, attributes, MRENCLAVE, MRSIGNER, product, security version.
    function _enclave() private pure returns (bytes memory) {
        return bytes.concat(
            bytes16("cpuSvn"),
            new bytes(32),
            ENCLAVE_ATTRIBUTES,
            MR_ENCLAVE,
            new bytes(32),
            MR_SIGNER,
            new bytes(96),
            hex"0700",
            hex"0300",
            new bytes(60),
            new bytes(64)
        );
    }

    /// @dev 584 or 648 bytes, mostly zero as in genuine ones.
    function _trustDomain(bool isTd15) private pure returns (bytes memory) {
        bytes memory start = bytes.concat(
            bytes16("teeTcbSvn"),
            _filler("mrSeam", 48),
            new bytes(56),
            TD_ATTRIBUTES,
            hex"e702060000000000",
            _filler("mrTd", 48)
        );
        bytes memory body =
            bytes.concat(start, new bytes(144), _filler("rtmrs", 192), new bytes(64));
        return isTd15 ? bytes.concat(body, bytes16("teeTcbSvn2"), new bytes(48)) : body;
    }

    function _filler(string memory what, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length + 32);
        bytes32 seed = keccak256(bytes(what));
        for (uint256 offset = 32; offset < length + 32; offset += 32) {
            seed = keccak256(bytes.concat(seed));
            assembly ("memory-safe") {
                // The last word may reach into the 32 bytes that are cut off below.
                mstore(add(data, offset), seed)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }
}
