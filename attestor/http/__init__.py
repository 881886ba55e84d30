"""HTTP: the wire of automata's sp1-tee-prover, served with bounds."""
