"""Catalogue of the losses, one file a family: plain data that loads no torch."""
