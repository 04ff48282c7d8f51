"""What intervals and noise floors are made of; no metric."""
