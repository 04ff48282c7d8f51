"""Bands: where a reliability curve lies, and where it would lie were all probabilities true."""
