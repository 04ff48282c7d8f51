"""Laws that a loss must keep, and the report on one loss."""
