"""Tocsin: a Microsoft Teams bot with which people handle alerts together."""
