"""Overlap: F-scores, Dice and their kin, functions of soft counts of every class."""
