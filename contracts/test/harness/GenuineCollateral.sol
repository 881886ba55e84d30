// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CaCertificate} from "./CaCertificate.sol";
import {CollateralMaker, Level, Module, QeIdentity, TcbInfo} from "./CollateralMaker.sol";
import {PemText} from "./PemText.sol";
import {StoreDouble} from "./StoreDouble.sol";
import {TestCase} from "./TestCase.sol";

/// @notice Genuine collateral, as Intel served it, turned into the store's form by forge's JSON
/// cheatcodes: a way of its own beside the store's. Signatures are not looked at here.
abstract contract GenuineCollateral is TestCase {
    StoreDouble internal store;
    string internal vectors;

    function setUpGenuine() internal {
        vm.chainId(1);
        store = new StoreDouble();
        vectors = vm.envOr("ATTESTOR_VECTORS", string("../shared/vectors"));
    }

    /// @notice The quote of a vector, without its padding; the store has its collateral, valid from
    /// `start` to `end`. Without the vectors the test is skipped.
    function genuine(string memory name, uint256 start, uint256 end)
        internal
        returns (bytes memory quote)
    {
        string memory folder = string.concat(vectors, "/dcap/", name);
        string memory path = string.concat(folder, "/quote.bin");
        if (!vm.isFile(path)) vm.skip(true, "no genuine quotes here: set ATTESTOR_VECTORS");
        quote = _trimmed(vm.readFileBinary(path));
        string memory json = vm.readFile(string.concat(folder, "/collateral.json"));
        _keepAuthority(vm.parseJsonString(json, ".pck_crl_issuer_chain"), start, end);
        _keepTcbInfo(vm.parseJsonString(json, ".tcb_info"), quote[4] != 0, start, end);
        bytes memory identity =
            CollateralMaker.encode(_identity(vm.parseJsonString(json, ".qe_identity")));
        store.setIdentity(uint8(quote[4]), store.keep(identity, start, end, 0));
    }

    function _keepAuthority(string memory chain, uint256 start, uint256 end) private {
        (uint256 keyId, bytes memory ca) = CaCertificate.read(PemText.decode(bytes(chain), 0));
        store.setAuthority(keyId, store.keep(ca, start, end, 0));
    }

    function _keepTcbInfo(string memory info, bool isTdx, uint256 start, uint256 end) private {
        uint256 key = uint48(bytes6(_hex(info, ".fmspc")));
        if (isTdx) key |= 0x81 << 48;
        bytes memory data = CollateralMaker.encode(_tcbInfo(info, isTdx));
        store.setTcbInfo(key, store.keep(data, start, end, 0));
    }

    /// @notice The compact form, put together from the raw one's offsets.
    function compacted(bytes memory quote, uint256 signedLength, uint256 evidence)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory der = PemText.decode(slice(quote, evidence + 488, quote.length), 0);
        return bytes.concat(
            slice(quote, 0, signedLength),
            slice(quote, signedLength + 4, signedLength + 132),
            slice(quote, evidence, evidence + 448),
            slice(quote, evidence + 450, evidence + 482),
            der
        );
    }

    function _trimmed(bytes memory padded) private pure returns (bytes memory) {
        uint256 signed = padded[0] == 0x03 ? 432 : padded[0] == 0x04 ? 632 : 702;
        uint256 length = uint8(padded[signed]) | (uint256(uint8(padded[signed + 1])) << 8);
        return slice(padded, 0, signed + 4 + length);
    }

    function _tcbInfo(string memory json, bool isTdx) private view returns (TcbInfo memory info) {
        info.pceId = uint16(bytes2(_hex(json, ".pceId")));
        info.levels = new Level[](_count(json, ".tcbLevels"));
        for (uint256 i = 0; i < info.levels.length; ++i) {
            info.levels[i] = _level(json, string.concat(".tcbLevels[", vm.toString(i), "]"), isTdx);
        }
        if (!isTdx) return info;
        uint256 count = _count(json, ".tdxModuleIdentities");
        info.modules = new Module[](count + 1);
        info.modules[0] = _module(json, ".tdxModule", "");
        for (uint256 i = 0; i < count; ++i) {
            string memory path = string.concat(".tdxModuleIdentities[", vm.toString(i), "]");
            info.modules[i + 1] = _module(json, path, _isvLevels(json, path, 1));
            bytes memory id = bytes(vm.parseJsonString(json, string.concat(path, ".id")));
            info.modules[i + 1].version = uint8(_unhex(slice(id, 4, 6))[0]);
        }
    }

    function _level(string memory json, string memory path, bool isTdx)
        private
        pure
        returns (Level memory level)
    {
        string memory tcb = string.concat(path, ".tcb");
        level.sgx = _svns(json, string.concat(tcb, ".sgxtcbcomponents["));
        if (isTdx) level.tdx = _svns(json, string.concat(tcb, ".tdxtcbcomponents["));
        level.pceSvn = uint16(vm.parseJsonUint(json, string.concat(tcb, ".pcesvn")));
        level.status = _status(json, path);
    }

    function _module(string memory json, string memory path, bytes memory levels)
        private
        pure
        returns (Module memory module)
    {
        module.mrSigner = _hex(json, string.concat(path, ".mrsigner"));
        module.attributes = bytes8(_hex(json, string.concat(path, ".attributes")));
        module.mask = bytes8(_hex(json, string.concat(path, ".attributesMask")));
        module.levels = levels;
    }

    function _identity(string memory json) private view returns (QeIdentity memory identity) {
        identity.mrSigner = bytes32(_hex(json, ".mrsigner"));
        identity.attributes = bytes16(_hex(json, ".attributes"));
        identity.mask = bytes16(_hex(json, ".attributesMask"));
        identity.miscSelect = bytes4(_hex(json, ".miscselect"));
        identity.miscSelectMask = bytes4(_hex(json, ".miscselectMask"));
        identity.productId = uint16(vm.parseJsonUint(json, ".isvprodid"));
        identity.levels = _isvLevels(json, "", 2);
    }

    /// @dev SVN in `size` bytes and status, of each level.
    function _isvLevels(string memory json, string memory path, uint256 size)
        private
        view
        returns (bytes memory levels)
    {
        path = string.concat(path, ".tcbLevels");
        uint256 count = _count(json, path);
        for (uint256 i = 0; i < count; ++i) {
            string memory level = string.concat(path, "[", vm.toString(i), "]");
            uint256 svn = vm.parseJsonUint(json, string.concat(level, ".tcb.isvsvn"));
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory encoded = abi.encodePacked(uint16(svn), _status(json, level));
            levels = bytes.concat(levels, slice(encoded, 2 - size, 3));
        }
    }

    function _svns(string memory json, string memory path) private pure returns (uint128 svns) {
        for (uint256 i = 0; i < 16; ++i) {
            string memory svn = string.concat(path, vm.toString(i), "].svn");
            svns = (svns << 8) | uint128(vm.parseJsonUint(json, svn));
        }
    }

    function _status(string memory json, string memory level) private pure returns (uint8) {
        string[7] memory names = [
            "UpToDate",
            "SWHardeningNeeded",
            "ConfigurationAndSWHardeningNeeded",
            "ConfigurationNeeded",
            "OutOfDate",
            "OutOfDateConfigurationNeeded",
            "Revoked"
        ];
        string memory status = vm.parseJsonString(json, string.concat(level, ".tcbStatus"));
        for (uint8 i = 0; i < names.length; ++i) {
            if (keccak256(bytes(names[i])) == keccak256(bytes(status))) return i;
        }
        revert(status);
    }

    function _count(string memory json, string memory path) private view returns (uint256 count) {
        while (vm.keyExistsJson(json, string.concat(path, "[", vm.toString(count), "]"))) ++count;
    }

    function _hex(string memory json, string memory path) private pure returns (bytes memory) {
        return _unhex(bytes(vm.parseJsonString(json, path)));
    }

    function _unhex(bytes memory digits) private pure returns (bytes memory data) {
        data = new bytes(digits.length / 2);
        for (uint256 i = 0; i < digits.length; ++i) {
            uint8 digit = uint8(digits[i]);
            digit = digit < 0x40 ? digit - 0x30 : digit - 0x37;
            data[i / 2] = bytes1(uint8(data[i / 2]) * 16 + digit);
        }
    }
}
