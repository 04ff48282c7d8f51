"""Planning: how many rows a number needs to be known so well."""
