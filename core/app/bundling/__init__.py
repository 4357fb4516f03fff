"""The bundle: one archive that installs Payvand on a machine without a network."""
