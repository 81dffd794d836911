"""The data of every event of architecture §2, one module a topic; `registry.py` maps `ce_type` to its model."""
