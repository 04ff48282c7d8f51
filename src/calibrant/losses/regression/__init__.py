"""Regression: losses of predicted numbers, and of parameters that describe their distribution."""
