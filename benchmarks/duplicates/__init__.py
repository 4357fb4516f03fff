"""The scan for duplicates, measured on people who are made up, with a planted truth."""
