"""How well stated probabilities rank the rows."""
