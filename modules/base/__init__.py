"""Public profiles, teams and tags: what every site has."""
