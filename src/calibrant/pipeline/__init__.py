"""From a table to a run folder: read, split, train, calibrate, evaluate, write."""
