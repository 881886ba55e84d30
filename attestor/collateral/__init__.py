"""Collateral: what Intel serves, what the store on chain holds, and the difference brought up."""
