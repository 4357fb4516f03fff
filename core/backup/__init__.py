"""A whole site in one file, and back: exactly as it was (backups), or in open formats (dumps)."""
