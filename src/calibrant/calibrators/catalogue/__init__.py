"""Names of calibrators, one family a file."""
