"""The same dialogue and the same pages with ever more stored before: what a desk costs in its third year."""

LIST_AGAIN, LOG_AGAIN = "conversation list, looked at again", "log page, looked at again"
"""By an operator's browser, every two seconds, where nothing has changed meanwhile."""
