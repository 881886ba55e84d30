"""KZG commitments to blobs, for whoever binds blocks to batches."""
