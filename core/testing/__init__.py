"""The kit with which modules (and the core itself) are tested: a database, a site, actors."""
