"""Small values and protocols that every room needs."""
