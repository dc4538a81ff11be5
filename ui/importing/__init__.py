"""The Import page, a concept a file: the draft, bringing tables, mapping, cleaning, the import itself."""
