"""Contracts: everything that travels between services or is written by people, as typed models.

Here live the events of every topic (`events/`), the configuration documents (`config/`), the CloudEvents codec,
the topic catalogue, the deterministic ids and the error tree; `json/` holds what is generated from them.
In: nothing. Out: models and pure functions. May import: pydantic and the standard library, nothing else.
"""
