"""People and companies: who they are, how to reach them, how they belong together."""
