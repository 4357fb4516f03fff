"""What rights cost: pages, counts and single records of people with ordinary rights, beside those of an administrator."""
