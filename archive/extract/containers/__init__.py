"""Opening files that contain files within limits: zip packages and OLE compound documents."""
