"""The small core: everything in it is general; businesses live in modules."""

__version__ = "0.1.0"
