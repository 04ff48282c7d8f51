"""Sections of a page: each a heading, its paragraphs, and the blocks below it."""
