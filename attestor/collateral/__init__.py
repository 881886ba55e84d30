"""Collateral: fetching it from Intel, comparing it with the store on chain, uploading it."""
