"""Pictures of pages: made in the limited child process only, because PDF and picture files may be hostile."""
