"""One file a revision, forward only; a revision that has been released is never changed."""
