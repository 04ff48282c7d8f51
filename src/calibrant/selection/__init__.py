"""Selection: what is adopted because held-out rows prefer it, and for no other reason."""
