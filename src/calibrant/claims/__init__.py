"""Claims: what can be said of a model in words, and whether its rows bear it out."""
