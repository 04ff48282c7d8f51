"""Compiled loops over rows, for tensors on the CPU; whoever calls them can do without."""
