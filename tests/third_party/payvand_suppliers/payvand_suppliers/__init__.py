"""Suppliers and what they offer; a package only so that it can be installed."""
