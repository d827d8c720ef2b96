"""The channels: one file for each way to text a person, all of the one shape in base.py."""
