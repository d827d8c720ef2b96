"""The deeds: one file per thing that happened, one call one transaction, committed by whoever called."""
