"""Sentences about measurements, each chosen by its interval and none stronger than it."""
