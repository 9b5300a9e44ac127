"""Running extraction in a child process under limits."""
