"""Entries and marks on them, made by jobs that operations promise: what is acknowledged can be reckoned up afterwards."""
