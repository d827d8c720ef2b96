"""What a client sees in a browser: a page for each booking of theirs, opened by a link that nobody can guess."""
