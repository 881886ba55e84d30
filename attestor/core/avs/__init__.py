"""What operators of the Multi-Prover AVS and its provers tell each other: statements about batches
(PoE), contexts of blocks (PoB), and the report data of the key that signs."""
