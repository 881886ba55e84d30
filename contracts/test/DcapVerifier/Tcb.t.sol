// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {Level, Module, TcbInfo} from "../harness/CollateralMaker.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice How far a machine is patched, seen through whole quotes. The single pieces are tried
/// against plain ones in test/dcap.
contract DcapVerifierTcbTest is SimulatedPlatform {
    function setUp() public {
        setUpPlatform();
    }

    /* --- levels ---------------------------------------------------------------------------- */

    function test_verify__each_status__given_back() public {
        for (uint8 status = 0; status < 6; ++status) {
            _keepStatus(status);
            _is(goodDraft(), TcbStatus(status));
            _is(draftOf(0), TcbStatus(status));
        }
    }

    function test_verify__revoked_level__refused() public {
        _keepStatus(6);
        for (uint256 kind = 0; kind < 6; ++kind) {
            refused(draftOf(kind), abi.encodeWithSelector(IDcapErrors.TcbRevoked.selector));
        }
    }

    /// @dev Also the statuses that only a verifier gives.
    function test_verify__unknown_status__refused() public {
        uint8[4] memory statuses = [7, 8, 9, 255];
        for (uint256 i = 0; i < statuses.length; ++i) {
            _keepStatus(statuses[i]);
            refused(
                goodDraft(),
                abi.encodeWithSelector(IDcapErrors.TcbStatusUnknown.selector, statuses[i])
            );
        }
    }

    function test_verify__each_component_one_too_low__next_level() public view {
        for (uint256 i = 0; i < 16; ++i) {
            Draft memory draft = goodDraft();
            if (draft.pck.components[i] == 0) continue;
            --draft.pck.components[i];
            _is(draft, TcbStatus.OutOfDate);
            draft.pck.components[i] = 255;
            _is(draft, TcbStatus.UpToDate);
        }
    }

    function test_verify__pce_svn__decides() public {
        Draft memory draft = goodDraft();
        draft.pck.pceSvn = 12;
        _is(draft, TcbStatus.OutOfDate);
        draft.pck.pceSvn = 0xffff;
        _is(draft, TcbStatus.UpToDate);
        draft.pck.pceSvn = 4;
        bytes memory reason = abi.encodeWithSelector(
            IDcapErrors.TcbLevelNotFound.selector, bytes16(CPU_SVN), bytes16(TEE_TCB_SVN), 4
        );
        refused(draft, reason);
    }

    function test_verify__other_pce__refused() public {
        Draft memory draft = goodDraft();
        draft.pck.pceId = 0x0001;
        refused(draft, abi.encodeWithSelector(IDcapErrors.PceIdMismatch.selector, 0, 1));
    }

    /// @dev SGX quotes have no TDX components, whatever the store would hold there.
    function test_verify__sgx__tdx_components_do_not_count() public {
        TcbInfo memory info = goodTcbInfo(0);
        info.levels[0].tdx = type(uint128).max;
        keep(info, 0);
        _is(draftOf(0), TcbStatus.UpToDate);
    }

    /* --- TDX components -------------------------------------------------------------------- */

    function test_verify__seam_loader_too_low__next_level() public view {
        _is(_with(hex"040106"), TcbStatus.OutOfDate);
        _is(_with(hex"0401ff"), TcbStatus.UpToDate);
    }

    function test_verify__components_0_and_1__count_only_without_version() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.levels[0].tdx = 0xc8c80700000000000000000000000000;
        keep(info, TDX);
        _is(goodDraft(), TcbStatus.UpToDate);
        info.levels[0].tdx = 0x04000700000000000000000000000000;
        keep(info, TDX);
        _is(_with(hex"040007"), TcbStatus.UpToDate);
        _is(_with(hex"030007"), TcbStatus.OutOfDate);
    }

    /* --- modules --------------------------------------------------------------------------- */

    function test_verify__each_module_svn__has_its_level() public {
        _is(_with(hex"ff0107"), TcbStatus.UpToDate);
        _is(_with(hex"030107"), TcbStatus.OutOfDate);
        _is(_with(hex"020107"), TcbStatus.OutOfDate);
        refused(
            _with(hex"010107"), abi.encodeWithSelector(IDcapErrors.ModuleSvnRefused.selector, 1, 1)
        );
    }

    function test_verify__unknown_module__refused() public {
        refused(_with(hex"040207"), abi.encodeWithSelector(IDcapErrors.ModuleUnknown.selector, 2));
    }

    function test_verify__module_behind_others__found() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.modules[0].version = 3;
        info.modules[0].levels = hex"090005040204";
        keep(info, TDX);
        _is(goodDraft(), TcbStatus.UpToDate);
        refused(_with(hex"040007"), abi.encodeWithSelector(IDcapErrors.ModuleUnknown.selector, 0));
    }

    function test_verify__module_of_another_signer__refused() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.modules[1].mrSigner[47] = 0x01;
        keep(info, TDX);
        bytes memory reason = abi.encodeWithSelector(
            IDcapErrors.ModuleSignerRefused.selector,
            keccak256(info.modules[1].mrSigner),
            keccak256(new bytes(48))
        );
        refused(goodDraft(), reason);
        _is(_with(hex"ff0007"), TcbStatus.OutOfDate);
    }

    function test_verify__module_with_other_attributes__refused() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.modules[1].attributes = 0x0100000000000000;
        keep(info, TDX);
        bytes memory reason = abi.encodeWithSelector(
            IDcapErrors.ModuleAttributesRefused.selector, bytes8(0x0100000000000000), bytes8(0)
        );
        refused(goodDraft(), reason);
    }

    function test_verify__module_revoked__refused() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.modules[1].levels = hex"0406";
        keep(info, TDX);
        refused(goodDraft(), abi.encodeWithSelector(IDcapErrors.TcbRevoked.selector));
    }

    /* --- together -------------------------------------------------------------------------- */

    function test_verify__module_or_enclave_out_of_date__converges() public {
        uint8[6] memory together = [4, 4, 5, 5, 4, 5];
        for (uint8 status = 0; status < 6; ++status) {
            TcbInfo memory info = goodTcbInfo(TDX);
            info.levels[0].status = status;
            keep(info, TDX);
            _is(_with(hex"030107"), TcbStatus(together[status]));
            Draft memory draft = goodDraft();
            draft.qeReport[258] = 0x06;
            _is(draft, TcbStatus(together[status]));
        }
    }

    /* --- TD 1.5 ---------------------------------------------------------------------------- */

    function test_verify__started_before_an_update__relaunch_advised() public view {
        _is(_updated(hex"040106", hex"040107"), TcbStatus.TDRelaunchAdvised);
        _is(_updated(hex"030107", hex"040107"), TcbStatus.TDRelaunchAdvised);
        _is(_updated(hex"040107", hex"040106"), TcbStatus.UpToDate);
        _is(_updated(hex"040106", hex"040106"), TcbStatus.OutOfDate);
        _is(_updated(hex"030107", hex"030107"), TcbStatus.OutOfDate);
    }

    function test_verify__started_before_an_update_to_configure__said_so() public {
        TcbInfo memory info = goodTcbInfo(TDX);
        info.levels[0].status = 3;
        info.levels[1].status = 5;
        keep(info, TDX);
        _is(_updated(hex"040106", hex"040107"), TcbStatus.TDRelaunchAdvisedConfigurationNeeded);
    }

    function test_verify__enclave_or_machine_out_of_date__no_relaunch() public view {
        Draft memory draft = _updated(hex"040106", hex"040107");
        draft.qeReport[258] = 0x06;
        _is(draft, TcbStatus.OutOfDate);
        draft = _updated(hex"030107", hex"040107");
        draft.pck.pceSvn = 12;
        _is(draft, TcbStatus.OutOfDate);
    }

    function test_verify__updated_to_something_unknown__refused() public {
        refused(
            _updated(hex"040107", hex"040207"),
            abi.encodeWithSelector(IDcapErrors.ModuleUnknown.selector, 2)
        );
        refused(
            _updated(hex"040107", hex"010107"),
            abi.encodeWithSelector(IDcapErrors.ModuleSvnRefused.selector, 1, 1)
        );
    }

    /// @dev TD 1.0 says nothing of updates.
    function test_verify__td_10__no_relaunch() public view {
        Draft memory draft = draftOf(4);
        overwrite(draft.body, 0, hex"030107");
        _is(draft, TcbStatus.OutOfDate);
    }

    /* --- helpers --------------------------------------------------------------------------- */

    function _keepStatus(uint8 status) private {
        for (uint256 tee = 0; tee <= TDX; tee += TDX) {
            TcbInfo memory info = goodTcbInfo(tee);
            info.levels[0].status = status;
            keep(info, tee);
        }
    }

    function _with(bytes3 svn) private pure returns (Draft memory draft) {
        draft = goodDraft();
        overwrite(draft.body, 0, abi.encodePacked(svn));
    }

    function _updated(bytes3 launched, bytes3 current) private pure returns (Draft memory draft) {
        draft = draftOf(5);
        overwrite(draft.body, 0, abi.encodePacked(launched));
        overwrite(draft.body, TEE_TCB_SVN_2, abi.encodePacked(current));
    }

    function _is(Draft memory draft, TcbStatus expected) private view {
        vm.assertEq(uint256(taken(draft).status), uint256(expected), "status");
    }
}
