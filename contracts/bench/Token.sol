// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A token with permits (ERC-20, ERC-2612).
/// @dev The benchmark writes its storage into the genesis: the order of the variables is fixed.
contract Token {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => uint256) public nonces;
    uint256 public totalSupply;

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    bytes32 private constant PERMIT_TYPE = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error InsufficientBalance(address from, uint256 held, uint256 needed);
    error InsufficientAllowance(address spender, uint256 given, uint256 needed);
    error PermitInvalid(address recovered, address owner);

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 given = allowance[from][msg.sender];
        if (given != type(uint256).max) {
            if (given < value) revert InsufficientAllowance(msg.sender, given, value);
            allowance[from][msg.sender] = given - value;
        }
        _move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        _approve(msg.sender, spender, value);
        return true;
    }

    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Token"), block.chainid, address(this))
        );
        bytes32 content =
            keccak256(abi.encode(PERMIT_TYPE, owner, spender, value, nonces[owner]++, deadline));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", domain, content));
        address recovered = ecrecover(digest, v, r, s);
        if (recovered != owner || recovered == address(0) || block.timestamp > deadline) {
            revert PermitInvalid(recovered, owner);
        }
        _approve(owner, spender, value);
    }

    function _approve(address owner, address spender, uint256 value) private {
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    function _move(address from, address to, uint256 value) private {
        uint256 held = balanceOf[from];
        if (held < value) revert InsufficientBalance(from, held, value);
        balanceOf[from] = held - value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
