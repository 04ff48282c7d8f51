"""Cost: losses in the unit of what a mistake costs."""
