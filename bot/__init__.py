"""The body: the running program and all that is outside it."""

from bot.starting import without

with without("rich"):  # with which structlog would draw tracebacks where it is installed: ours are lines of JSON
    import structlog  # noqa: F401
