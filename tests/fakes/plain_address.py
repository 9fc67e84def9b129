"""A database's address as PostgreSQL's own library takes it."""


def plain(url: str) -> str:
    """Return *url* without the name of the driver that SQLAlchemy wants in it."""
    return url.replace("postgresql+psycopg2://", "postgresql://")
