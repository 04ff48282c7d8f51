"""Calibrators for rows whose classes have other shares than those of the fit."""
