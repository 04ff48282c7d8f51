"""Pages: which sections the report of each kind of work has, and how it opens."""
