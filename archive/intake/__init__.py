"""How documents come in: single files, folders with a manifest, bundles."""
