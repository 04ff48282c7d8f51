"""Which metrics exist: plain data, one file a family."""
