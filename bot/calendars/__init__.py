"""Calendars outside: what we publish (ICS), and what is kept in step both ways (CalDAV, Google)."""
