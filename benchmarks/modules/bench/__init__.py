"""Contacts, opportunities and stages to measure with."""
