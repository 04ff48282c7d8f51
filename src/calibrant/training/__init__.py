"""Training: tensors and a loss in, a network that states probabilities out."""
