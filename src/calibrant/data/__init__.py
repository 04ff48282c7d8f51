"""Tables: read a file, tell what its columns are, split its rows, encode them as numbers.

What is learned (medians, scales, categories, the cut of a target) comes from training rows.
"""
