"""The modules that come with Payvand; all alike, importing core.sdk and core.testing only."""
