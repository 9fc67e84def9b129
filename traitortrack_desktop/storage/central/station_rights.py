"""What a database role may do beyond a station's work, read from the server's catalogues. Changes nothing."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.upgrade import STATION_ROLE

_MOST_NAMED = 5

_ATTRIBUTES = text("""
    SELECT attribute
    FROM pg_roles CROSS JOIN LATERAL (VALUES
        (rolsuper, 'is a superuser'), (rolcreaterole, 'may make roles'), (rolcreatedb, 'may make databases'),
        (rolreplication, 'may replicate the server'), (rolbypassrls, 'passes by row security')
    ) AS of_role (has, attribute)
    WHERE rolname = :name AND has
""")
_MEMBERSHIPS = text("""
    SELECT CASE WHEN g.rolname = :group THEN 'may give away the role ' ELSE 'is a member of ' END || g.rolname
    FROM pg_auth_members AS m
    JOIN pg_roles AS r ON r.oid = m.member
    JOIN pg_roles AS g ON g.oid = m.roleid
    WHERE r.rolname = :name AND (g.rolname <> :group OR m.admin_option)
    GROUP BY g.rolname
    ORDER BY 1
""")
# The server keeps one list of all that a role owns or has a right on, over all its databases.
_OBJECTS = text("""
    SELECT CASE WHEN d.deptype = 'o' THEN 'owns ' ELSE 'has rights on ' END
           || CASE WHEN d.dbid IN (0, this.oid) THEN pg_describe_object(d.classid, d.objid, d.objsubid)
                   ELSE 'something in the database ' || elsewhere.datname END
    FROM pg_shdepend AS d
    JOIN pg_roles AS r ON r.oid = d.refobjid
    JOIN pg_database AS this ON this.datname = current_database()
    LEFT JOIN pg_database AS elsewhere ON elsewhere.oid = d.dbid
    WHERE r.rolname = :name AND d.refclassid = 'pg_authid'::regclass AND d.deptype IN ('o', 'a', 'r')
      AND NOT (d.deptype = 'a' AND d.classid = 'pg_database'::regclass)
      AND NOT EXISTS (SELECT FROM pg_class AS c WHERE d.classid = 'pg_class'::regclass AND d.dbid = this.oid
                      AND c.oid = d.objid AND c.relpersistence = 't')
      AND NOT (r.rolname = :group AND d.deptype = 'a' AND (
          d.dbid NOT IN (0, this.oid)
          OR d.classid = 'pg_namespace'::regclass AND d.objid = to_regnamespace('station')
          OR d.classid = 'pg_proc'::regclass AND EXISTS (
              SELECT FROM pg_proc AS p
              WHERE p.oid = d.objid AND p.pronamespace = to_regnamespace('station'))))
    GROUP BY 1
    ORDER BY 1
""")
_DATABASES = text("""
    SELECT 'may make schemas in the database ' || b.datname
    FROM pg_database AS b CROSS JOIN LATERAL aclexplode(b.datacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE r.rolname = :name AND a.privilege_type = 'CREATE'
    ORDER BY 1
""")
_OPEN_TO_EVERYBODY = text("""
    SELECT DISTINCT c.relname
    FROM pg_class AS c
    LEFT JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT grantee FROM aclexplode(c.relacl) UNION ALL SELECT grantee FROM aclexplode(t.attacl)
    ) AS a
    WHERE a.grantee = 0
      AND c.relnamespace IN (to_regnamespace(quote_ident(:schema)), to_regnamespace('station'))
    ORDER BY c.relname
""")
_MAKERS = text("""
    SELECT n.nspname FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
    WHERE a.grantee = 0 AND a.privilege_type = 'CREATE'
    ORDER BY n.nspname
""")
_IS_STATION = text("""
    SELECT EXISTS (
        SELECT FROM pg_roles AS r
        WHERE r.rolname = :name AND (
            NOT r.rolcanlogin
            AND NOT EXISTS (SELECT FROM pg_auth_members AS m WHERE m.roleid = r.oid AND NOT m.admin_option)
            OR EXISTS (SELECT FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
                       WHERE m.member = r.oid AND g.rolname = :group)
            OR EXISTS (SELECT FROM station.device AS d WHERE d.role_name = r.rolname)))
""")
_LACKING = text("""
    SELECT needed FROM (VALUES
        (has_database_privilege(:name, current_database(), 'CONNECT'), 'CONNECT on the database'),
        (has_schema_privilege(:name, 'station', 'USAGE'), 'USAGE on the schema station'),
        ((SELECT coalesce(bool_or(has_function_privilege(:name, p.oid, 'EXECUTE')), false) FROM pg_proc AS p
          WHERE p.pronamespace = to_regnamespace('station') AND p.proname = 'post_entries'),
         'EXECUTE on station.post_entries')
    ) AS of_station (has, needed)
    WHERE NOT has
""")


def beyond_a_station(connection: Connection, name: str) -> str:
    """Return what the role *name* may do that no station needs, as half a sentence; empty when nothing."""
    values = {"name": name, "group": STATION_ROLE}
    found = [
        sentence
        for statement in (_ATTRIBUTES, _MEMBERSHIPS, _OBJECTS, _DATABASES)
        for sentence in connection.scalars(statement, values)
    ]
    return _listed(found)


def is_station(connection: Connection, name: str) -> bool:
    """Return whether the role *name* is there for stations, and so nobody else works with its password.

    It is a member of the stations' role, or its stations enrolled here (they keep that when it is revoked),
    or nobody can sign in with it, and it is no group that others are members of.
    """
    return bool(connection.scalar(_IS_STATION, {"name": name, "group": STATION_ROLE}))


def lacking(connection: Connection, name: str) -> str:
    """Return the rights that the role *name* lacks for a station's work; empty when none."""
    return _listed(list(connection.scalars(_LACKING, {"name": name})))


def open_to_everybody(connection: Connection) -> tuple[str, ...]:
    """Return what any account may do here, and so a station too, as sentences for IT."""
    by_public = "by a grant to PUBLIC, and so may a station."
    tables = list(connection.scalars(_OPEN_TO_EVERYBODY, {"schema": connection.info["web_schema"]}))
    makers = list(connection.scalars(_MAKERS))
    notes = (
        (tables, f"Every account may use {_listed(tables)} {by_public}"),
        (makers, f"Every account may make tables in {_listed(makers)} {by_public}"),
    )
    return tuple(note for found, note in notes if found)


def _listed(found: Sequence[str]) -> str:
    more = [f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    return ", ".join([*found[:_MOST_NAMED], *more])
