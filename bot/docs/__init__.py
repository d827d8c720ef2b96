"""The docs that are drawn from the code, a file each: `render()` answers the whole text."""
