"""The flows of a client's conversation."""
