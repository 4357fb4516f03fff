"""Revisions of the kernel's own tables; tables of entities follow from the catalog, not from here."""
