"""Multi-class calibrators that are linear in the logits or log-probabilities of a row."""
