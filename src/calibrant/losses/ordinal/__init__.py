"""Ordinal: losses of classes that have an order."""
