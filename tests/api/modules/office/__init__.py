"""A module for tests of the API: papers and rooms, with rights on records and on fields."""
