"""Charts: pictures of a report that answer to the pointer, the keyboard and switches."""
