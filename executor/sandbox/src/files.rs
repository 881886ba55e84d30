//! No files, no network, no signals and no abstract sockets to others, by Landlock.

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};

/// All that the newest ABI knows; the crate leaves out what this kernel does not.
const NEWEST: ABI = ABI::V10;

/// Deny whatever the kernel can: the ABI that is in force. An error, or 0: nothing is denied.
pub(crate) fn deny_all() -> Result<u32, RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(match status.landlock {
        _ if status.ruleset == RulesetStatus::NotEnforced => 0,
        LandlockStatus::Available { effective_abi, .. } => effective_abi as u32,
        _ => 0,
    })
}
