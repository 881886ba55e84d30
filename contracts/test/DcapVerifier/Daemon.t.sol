// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {CaCertificate} from "../harness/CaCertificate.sol";
import {PemText} from "../harness/PemText.sol";
import {SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice Quotes of the daemon's own simulated platform, in test/fixtures/simulated.json.
contract DcapVerifierDaemonTest is SimulatedPlatform {
    string private fixture;

    function setUp() public {
        setUpPlatform();
        fixture = vm.readFile("contracts/test/fixtures/simulated.json");
        string memory text = vm.parseJsonString(fixture, ".certificates.intermediate");
        (uint256 keyId, bytes memory ca) = CaCertificate.read(PemText.decode(bytes(text), 0));
        store.setAuthority(keyId, store.keep(ca, START, CA_END, 3));
    }

    function test_verify_raw__quotes_of_the_daemons_platform__taken() public view {
        string[3] memory kinds = ["v4", "v5Td10", "v5Td15"];
        for (uint256 i = 0; i < kinds.length; ++i) {
            bytes memory quote = vm.parseJsonBytes(fixture, string.concat(".quotes.", kinds[i]));
            Verdict memory verdict = verifier.verifyRaw(quote);
            vm.assertEq(uint256(verdict.status), uint256(TcbStatus.UpToDate), kinds[i]);
            vm.assertEq(bytes.concat(verdict.fmspc), bytes("SIMDEV"), kinds[i]);
        }
    }
}
