"""Configuration documents: one pydantic model a kind, as people write them in YAML."""
