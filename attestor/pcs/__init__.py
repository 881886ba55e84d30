"""Where collateral comes from: Intel's service or a cache of it, a file, a simulated platform."""
