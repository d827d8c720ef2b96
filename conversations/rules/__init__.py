"""Arithmetic on values alone: availability, transitions, policies, retries."""
