"""Metrics of decided classes: ratios of counts."""
