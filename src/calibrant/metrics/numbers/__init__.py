"""Errors of predicted numbers and of what was stated about them."""
