"""Other people's systems, each in an environment of its own beside ours, on the same PostgreSQL."""
