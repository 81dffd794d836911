"""PostgreSQL for casesvc and notifier: pool, migrations, transactional outbox and the relay that publishes it.

In: a libpq URI and the service's own schema. Out: transactions whose search_path is that schema; records in Kafka.
May import: schemas, runtime, psycopg, alembic (SQLAlchemy only as Alembic's engine).
"""
