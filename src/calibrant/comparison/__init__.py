"""Comparison: two models on the same rows, told apart by the rows' own differences."""
