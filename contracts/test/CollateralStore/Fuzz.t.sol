// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Held, ICollateralStore} from "../../src/interfaces/ICollateralStore.sol";
import {CollateralCase} from "./CollateralCase.sol";

/// @notice Bent and random collateral, signed as it should be. What is taken must be what forge's
/// own JSON parser reads, and whatever is uploaded in whatever order, nothing goes back.
contract CollateralStoreFuzzTest is CollateralCase {
    /// @dev Where JSON collateral stands.
    struct Place {
        uint256 evaluation;
        uint256 epoch;
        uint256 issue;
    }

    function test_uploadQeIdentity__any_byte_changed__refused_or_as_read(uint256 place, uint8 byte_)
        public
    {
        store.uploadTcbSigning(certificate("tcbSigning"));
        bytes memory json = text("qeIdentityTdx");
        json[bound(place, 0, json.length - 1)] = bytes1(byte_);
        if (!_upload(ICollateralStore.uploadQeIdentity.selector, json)) return;
        uint256 tee = _isText(json, ".id", "TD_QE") ? TDX : SGX;
        bytes memory kept = codeAt(store.qeRecord(tee));
        bytes memory expected = bytes.concat(
            _hexAt(json, ".mrsigner"),
            _hexAt(json, ".attributes"),
            _hexAt(json, ".attributesMask"),
            _hexAt(json, ".miscselect"),
            _hexAt(json, ".miscselectMask"),
            bytes2(uint16(_numberAt(json, ".isvprodid"))),
            hex"02"
        );
        vm.assertEq(slice(kept, 1, 76), expected, "blob");
        uint256 high = _numberAt(json, ".tcbLevels[0].tcb.isvsvn");
        uint256 low = _numberAt(json, ".tcbLevels[1].tcb.isvsvn");
        if (high < low) (high, low) = (low, high);
        vm.assertEq(_number16(kept, 76), high, "higher level");
        vm.assertEq(_number16(kept, 79), low, "lower level");
        vm.assertEq(_number16(kept, 82), _numberAt(json, ".tcbEvaluationDataNumber"), "evaluation");
    }

    function test_uploadTcbInfo__any_byte_changed__refused_or_as_read(uint256 place, uint8 byte_)
        public
    {
        store.uploadTcbSigning(certificate("tcbSigning"));
        bytes memory json = text("tcbInfoTdx");
        json[bound(place, 0, json.length - 1)] = bytes1(byte_);
        if (!_upload(ICollateralStore.uploadTcbInfo.selector, json)) return;
        bytes memory fmspc = _hexAt(json, ".fmspc");
        // Six bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes memory kept = codeAt(store.tcbRecord((TDX << 48) | uint48(bytes6(fmspc))));
        vm.assertEq(slice(kept, 1, 3), _hexAt(json, ".pceId"), "pceId");
        vm.assertEq(uint8(kept[3]), 2, "levels");
        string memory first = ".tcbLevels[0].tcb";
        bytes memory sgx = _components(json, string.concat(first, ".sgxtcbcomponents"));
        bytes memory tdx = _components(json, string.concat(first, ".tdxtcbcomponents"));
        vm.assertEq(slice(kept, 4, 36), bytes.concat(sgx, tdx), "components");
        uint256 pceSvn = _numberAt(json, string.concat(first, ".pcesvn"));
        vm.assertEq(_number16(kept, 36), pceSvn, "pcesvn");
        bytes memory signer = _hexAt(json, ".tdxModuleIdentities[0].mrsigner");
        vm.assertEq(slice(kept, 143, 191), signer, "signer of the module");
    }

    function test_uploads__cut_off_anywhere__refused(uint256 length) public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        bytes memory json = text("tcbInfoTdx");
        json = slice(json, 0, bound(length, 0, json.length - 1));
        vm.assertFalse(_upload(ICollateralStore.uploadTcbInfo.selector, json), "taken");
    }

    function test_uploads__any_bytes__refused(bytes calldata json) public {
        store.uploadTcbSigning(certificate("tcbSigning"));
        vm.assertFalse(_upload(ICollateralStore.uploadTcbInfo.selector, json), "TCB info");
        vm.assertFalse(_upload(ICollateralStore.uploadQeIdentity.selector, json), "QE identity");
        bytes4 selector = ICollateralStore.uploadTcbEvaluationNumbers.selector;
        vm.assertFalse(_upload(selector, json), "evaluations");
    }

    /// @dev Each byte of `steps` uploads something, good or not at its time, or lets time pass.
    function test_uploads__any_order__nothing_goes_back(bytes calldata steps) public {
        Place memory tcb;
        Place memory qe;
        uint256 crlIssue;
        uint256 epoch;
        bool isRevoked;
        for (uint256 i = 0; i < steps.length && i < 24; ++i) {
            _step(uint8(steps[i]));
            uint256 epochNow = store.signingEpoch();
            vm.assertTrue(epochNow >= epoch, "epoch");
            epoch = epochNow;
            tcb = _mustNotGoBack(tcb, Collateral.TcbInfo, TDX_KEY, store.tcbRecord(TDX_KEY));
            qe = _mustNotGoBack(qe, Collateral.QeIdentity, TDX, store.qeRecord(TDX));
            uint256 issue = store.held(Collateral.PckCrl, pckCaKeyId).notBefore;
            vm.assertTrue(issue >= crlIssue, "CRL");
            crlIssue = issue;
            bool isRevokedNow = store.isRevoked(pckCaKeyId, number("pckSerial"));
            vm.assertTrue(isRevokedNow || !isRevoked, "revocation");
            isRevoked = isRevokedNow;
        }
    }

    /// @dev The evaluation never falls, whatever is revoked; the issue, within one evaluation and
    /// one signing epoch.
    function _mustNotGoBack(Place memory old, Collateral kind, uint256 key, uint256 record)
        private
        view
        returns (Place memory found)
    {
        Held memory piece = store.held(kind, key);
        found = Place(piece.number, record >> 240, piece.notBefore);
        vm.assertTrue(found.evaluation >= old.evaluation, "evaluation");
        bool isComparable = found.evaluation == old.evaluation && found.epoch == old.epoch;
        vm.assertTrue(!isComparable || found.issue >= old.issue, "issue");
    }

    function _step(uint8 choice) private {
        string memory day = choice & 0x80 == 0 ? "2025-12-31" : "2026-01-01";
        string memory evaluation = choice & 0x40 == 0 ? ":17" : ":18";
        uint256 kind = choice & 0x0f;
        bytes4 selector = ICollateralStore.uploadPckCrl.selector;
        if (kind == 0) {
            vm.warp(later);
        } else if (kind == 1) {
            _call(ICollateralStore.uploadPckCa.selector, certificate("pckCa"));
        } else if (kind == 2) {
            _call(ICollateralStore.uploadRootCrl.selector, crl("root"));
        } else if (kind == 3) {
            _call(ICollateralStore.uploadRootCrl.selector, crl("rootLater"));
        } else if (kind == 4) {
            _call(ICollateralStore.uploadRootCrl.selector, crl("rootSigningRevoked"));
        } else if (kind == 5) {
            _call(selector, crl("pck"));
        } else if (kind == 6) {
            _call(selector, crl("pckRevoked"));
        } else if (kind == 7) {
            _call(selector, crl("pck44Later"));
        } else if (kind < 10) {
            _call(ICollateralStore.uploadTcbSigning.selector, certificate("tcbSigning"));
        } else if (kind == 10) {
            _call(ICollateralStore.uploadTcbSigning.selector, certificate("tcbSigningRenewed"));
        } else {
            bool isTcb = kind < 14;
            bytes memory json = text(isTcb ? "tcbInfoTdx" : "qeIdentityTdx");
            json = replace(replace(json, "2025-12-31", day), ":17", evaluation);
            _upload(
                isTcb
                    ? ICollateralStore.uploadTcbInfo.selector
                    : ICollateralStore.uploadQeIdentity.selector,
                json
            );
        }
    }

    function _call(bytes4 selector, bytes memory argument) private {
        // Refusals are as good as successes here.
        // forge-lint: disable-next-line(unchecked-call)
        (bool taken,) = address(store).call(abi.encodeWithSelector(selector, argument));
        taken;
    }

    function _upload(bytes4 selector, bytes memory json) private returns (bool taken) {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        (taken,) = address(store).call(abi.encodeWithSelector(selector, json, r, s));
    }

    function _isText(bytes memory json, string memory key, string memory expected)
        private
        pure
        returns (bool)
    {
        return keccak256(bytes(vm.parseJsonString(string(json), key))) == keccak256(bytes(expected));
    }

    function _hexAt(bytes memory json, string memory key) private pure returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(string(json), key)));
    }

    function _numberAt(bytes memory json, string memory key) private pure returns (uint256) {
        return vm.parseJsonUint(string(json), key);
    }

    function _number16(bytes memory data, uint256 place) private pure returns (uint256) {
        return uint256(uint8(data[place])) * 256 + uint8(data[place + 1]);
    }

    function _components(bytes memory json, string memory key)
        private
        pure
        returns (bytes memory components)
    {
        components = new bytes(16);
        for (uint256 i = 0; i < 16; ++i) {
            string memory path = string.concat(key, "[", vm.toString(i), "].svn");
            components[i] = bytes1(uint8(_numberAt(json, path)));
        }
    }
}
