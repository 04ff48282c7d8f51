"""Scripts that a page with charts carries: a plotting library in one file, and our own."""
