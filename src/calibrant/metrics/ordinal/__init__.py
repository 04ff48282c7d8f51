"""Metrics of classes in an order."""
