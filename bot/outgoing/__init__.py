"""Outgoing webhooks: other systems are told of what happens here, as Standard Webhooks has it."""
