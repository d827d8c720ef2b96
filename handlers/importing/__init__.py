"""Other systems' rows, taken over: `imported` is the deed, a kind of rows is a file, and so is what they share."""
