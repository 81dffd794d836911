"""How well the mail library reads mails of others: each module here has `measure(corpora) -> list[Figure]`.

`python -m bench.quality` (`make quality`) runs them all and writes `docs/quality.md`.
In: the corpora's folder. Out: figures with every difference explained. May import: mail, router.text, schemas.
"""
