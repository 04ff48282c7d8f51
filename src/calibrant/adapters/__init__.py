"""Adapters: what fits calibrant to frameworks that it does not need itself."""
