"""The mind: what we understand, decide and say. Pure: values in, values out."""
