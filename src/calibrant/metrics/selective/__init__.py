"""What is gained by leaving the least sure rows to others."""
