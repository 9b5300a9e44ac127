"""The child process in which files are read, and the limits it runs under."""
