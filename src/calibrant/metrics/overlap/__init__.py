"""Overlap of masks: Dice and intersection over union."""
