"""Tests of schemas/: ids, codec, generated schemas, privacy classes."""
