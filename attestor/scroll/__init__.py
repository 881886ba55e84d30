"""Scroll's nodes, witnesses and blobs, and the verification of blocks and batches with them."""
