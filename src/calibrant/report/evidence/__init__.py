"""Evidence: what the figures of a report are drawn from, as plain data."""
