"""Several models on one page: what each is worth, how far they lie apart, and what is better."""
