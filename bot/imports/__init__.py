"""Other systems' files, read row by row, and the report of what became of each."""
