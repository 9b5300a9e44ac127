"""Files that hold files, opened within limits: zip packages and OLE compound documents."""
