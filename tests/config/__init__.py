"""Configuration documents: models, loading, checks, generated ones, reload, commands."""
