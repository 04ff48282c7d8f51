"""Ranking: losses of the order of rows, which positive ones should lead."""
