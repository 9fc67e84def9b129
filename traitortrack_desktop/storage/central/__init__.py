"""The shared PostgreSQL: engine, migrations, ledger, accounts."""
