"""Deals that are held by people, teams and shares, to measure rights with."""
