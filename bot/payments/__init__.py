"""Payment providers: how a payment is begun, looked at, ended and given back, and what their calls say."""
