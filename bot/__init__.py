"""The body: the running program and all that is outside it."""
