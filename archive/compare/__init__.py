"""What differs between two versions: in paragraphs, cells, facts and files. Nothing here reads or writes anything."""
