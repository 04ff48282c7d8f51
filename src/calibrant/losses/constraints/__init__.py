"""Constraints: penalties on what must rise, have one peak, or follow a feature."""
