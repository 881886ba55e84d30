"""What a signer process executes and has signed: one module per kind, one kind per process."""
