"""Intel's names for how up to date a platform is (DCAP, `quote verification result`)."""

ALLOWABLE_STATUSES = (
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "TDRelaunchAdvised",
    "TDRelaunchAdvisedConfigurationNeeded",
)
"""The statuses that an operator may allow, best first; Revoked is not among them."""
