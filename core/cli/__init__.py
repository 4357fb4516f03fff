"""The command line: what an administrator does at a terminal. Errors are sentences, success is exit code 0."""
