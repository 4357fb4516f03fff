"""The composition root: puts the parts of a site together, and its web, worker and command line around them."""
