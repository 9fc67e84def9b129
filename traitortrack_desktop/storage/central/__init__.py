"""The central PostgreSQL: connections, migrations, posting, accounts."""
