"""Selective prediction: losses of networks that may abstain."""
