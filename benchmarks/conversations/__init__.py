"""Whole booking conversations over signed webhooks, with the provider's stand-in at the other end: this product beside
what could be the fastest, beside the simplest bot that does the same, and beside others that people use."""
