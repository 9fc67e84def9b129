"""Rows that contradict a rule and that only a person can put right: found, named, never changed.

Each question is one query over whole tables; it returns how many there are beside the first of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.storage.central.recount import USUAL_CAPACITY

NAMED_FOR_PEOPLE = 20
"""So many rows of one kind are named where people read."""

READ_AT_MOST = 10_000
"""So many rows of one kind are read where programs do; the count is always of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One kind of rows. *found* is what people call them, *advice* whole sentences.

    *rule* is the unique index, as its table and keys, that such rows keep away. *statement* uses names
    without a schema, and may use ``:capacity`` and the patterns ``:parent`` and ``:child``.
    """

    name: str
    found: str
    advice: str
    statement: str
    rule: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question: *count* of all, and some of them."""

    question: Question
    count: int
    items: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return {
            "found": self.question.found,
            "count": self.count,
            "advice": self.question.advice,
            "items": self.items,
        }


def ask(
    connection: Connection, question: Question, *, capacity: int = USUAL_CAPACITY, most: int = READ_AT_MOST
) -> Answer:
    """Return the rows that *question* is about, naming at most *most*.

    Before the first upgrade nobody is named as who linked a bag: there is no ledger to ask.
    """
    statement = question.statement
    if _WHO_LINKED in statement and not connection.scalar(_LEDGER_THERE):
        statement = statement.replace(_WHO_LINKED, "NULL")
    rules = code_rules()
    values = {
        "most": most,
        "capacity": capacity,
        "parent": f"^({rules.parent.pattern})$",
        "child": f"^({rules.child.pattern})$",
    }
    rows = connection.execute(text(statement), values).all()
    return Answer(
        question=question,
        count=rows[0].total if rows else 0,
        items=tuple(row.item for row in rows),
    )


def rows_of(item: str, source: str, order: str) -> str:
    """Return a question's statement: *item* (of ``f``) for each row of *source*."""
    return (
        f"SELECT {item} AS item, f.total FROM ("  # noqa: S608 - our own text
        f"SELECT s.*, count(*) OVER () AS total FROM ({source}) AS s ORDER BY {order} LIMIT :most) AS f"
        f" ORDER BY {order}"
    )


_LEDGER_THERE = text("SELECT to_regclass('station.entry') IS NOT NULL")
_WHO_LINKED = """
    coalesce(
        (SELECT e.operator FROM station.entry AS e
         WHERE e.child_bag_id = l.child_bag_id AND e.parent_bag_id = l.parent_bag_id
           AND e.kind = 'add_child' AND e.outcome = 'posted'
         ORDER BY e.received_at DESC LIMIT 1),
        (SELECT u.username FROM scan AS k JOIN "user" AS u ON u.id = k.user_id
         WHERE k.child_bag_id = l.child_bag_id
         ORDER BY abs(extract(epoch FROM k."timestamp" - l.created_at)) NULLS LAST, k.id LIMIT 1))
"""

CHILD_IN_TWO = Question(
    name="child_in_two_parents",
    found="Child bags in more than one parent",
    advice="Each of the parents counts them: look where the bag is, and remove it from the other parents"
    " in the web application (edit children).",
    rule=("link", ("child_bag_id",)),
    statement=rows_of(
        f"""json_build_object('child', (SELECT qr_id FROM bag WHERE id = f.id), 'id', f.id, 'parents', (
            SELECT json_agg(json_build_object(
                'parent', p.qr_id, 'since', l.created_at, 'by', {_WHO_LINKED}) ORDER BY l.id)
            FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id WHERE l.child_bag_id = f.id))""",  # noqa: S608 - our own text
        "SELECT child_bag_id AS id FROM link GROUP BY child_bag_id HAVING count(*) > 1",
        "id",
    ),
)

QUESTIONS: tuple[Question, ...] = (
    CHILD_IN_TWO,
    Question(
        name="parent_on_two_bills",
        found="Parent bags on more than one bill, or twice on one",
        advice="Each of the bills counts their weight: find out which bill the bag left with, and take it off"
        " the others in the web application.",
        rule=("bill_bag", ("bag_id",)),
        statement=rows_of(
            """json_build_object('parent', (SELECT qr_id FROM bag WHERE id = f.id), 'id', f.id, 'bills', (
                SELECT json_agg(json_build_object('bill', b.bill_id, 'since', bb.created_at) ORDER BY bb.id)
                FROM bill_bag AS bb JOIN bill AS b ON b.id = bb.bill_id WHERE bb.bag_id = f.id))""",
            "SELECT bag_id AS id FROM bill_bag GROUP BY bag_id HAVING count(*) > 1",
            "id",
        ),
    ),
    Question(
        name="codes_differing_in_case",
        found="Codes that several bags have when case is ignored",
        advice="Stations take the oldest of them, the web application any: keep the bag that is in use, and"
        " delete or rename the others.",
        rule=("bag", ("upper(qr_id)",)),
        statement=rows_of(
            """json_build_object('code', f.code, 'bags', (
                SELECT json_agg(json_build_object(
                    'id', b.id, 'code', b.qr_id, 'type', b.type, 'links', (
                        SELECT count(*) FROM link WHERE parent_bag_id = b.id OR child_bag_id = b.id)
                    ) ORDER BY b.id)
                FROM bag AS b WHERE b.id = ANY (f.ids)))""",
            "SELECT upper(qr_id) AS code, array_agg(id) AS ids FROM bag GROUP BY 1 HAVING count(*) > 1",
            "code",
        ),
    ),
    Question(
        name="orphan_children",
        found="Child bags in no parent",
        advice="Scan each into the parent it lies in, or delete it: the web application keeps none without.",
        statement=rows_of(
            "json_build_object('child', f.qr_id, 'id', f.id, 'since', f.created_at)",
            """SELECT c.id, c.qr_id, c.created_at FROM bag AS c
               WHERE c.type = 'child' AND NOT EXISTS (SELECT FROM link AS l WHERE l.child_bag_id = c.id)""",
            "id",
        ),
    ),
    Question(
        name="links_that_cannot_be",
        found="Links that join what cannot be joined",
        advice="A link goes from a parent bag to a child bag: correct the bag's type or remove the link.",
        statement=rows_of(
            """json_build_object('id', f.id, 'parent', f.parent, 'parent_type', f.parent_type,
                                  'child', f.child, 'child_type', f.child_type)""",
            """SELECT l.id, p.qr_id AS parent, p.type AS parent_type, c.qr_id AS child, c.type AS child_type
               FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
               WHERE l.id IN (
                   SELECT id FROM link AS k WHERE NOT EXISTS (
                       SELECT FROM bag WHERE id = k.parent_bag_id AND type = 'parent')
                   UNION ALL SELECT id FROM link AS k WHERE NOT EXISTS (
                       SELECT FROM bag WHERE id = k.child_bag_id AND type = 'child')
                   UNION ALL SELECT id FROM link AS k WHERE parent_bag_id = child_bag_id)""",
            "id",
        ),
    ),
    Question(
        name="unknown_bag_types",
        found="Bags that are neither parent nor child",
        advice="Stations refuse them: give them a type.",
        statement=rows_of(
            "json_build_object('code', f.qr_id, 'id', f.id, 'type', f.type)",
            "SELECT id, qr_id, type FROM bag WHERE type NOT IN ('parent', 'child')",
            "id",
        ),
    ),
    Question(
        name="parents_over_capacity",
        found="Parent bags with more children than fit",
        advice="Count what is in the bag, and remove the children that are not.",
        statement=rows_of(
            """json_build_object(
                'parent', (SELECT qr_id FROM bag WHERE id = f.id), 'id', f.id, 'children', f.links)""",
            "SELECT parent_bag_id AS id, count(*) AS links FROM link GROUP BY 1 HAVING count(*) > :capacity",
            "id",
        ),
    ),
    Question(
        name="bills_over_capacity",
        found="Bills with more parent bags than they were made for",
        advice="Detach what is too much, or raise the bill's number of parent bags.",
        statement=rows_of(
            "json_build_object('bill', f.bill_id, 'id', f.id, 'parents', f.parents, 'capacity', f.capacity)",
            """SELECT b.id, b.bill_id, b.parent_bag_count AS capacity, n.parents
               FROM bill AS b JOIN (SELECT bill_id, count(*) AS parents FROM bill_bag GROUP BY 1) AS n
                   ON n.bill_id = b.id
               WHERE b.parent_bag_count > 0 AND n.parents > b.parent_bag_count""",
            "id",
        ),
    ),
    Question(
        name="bills_without_capacity",
        found="Bills that do not say how many parent bags they are for",
        advice="Edit the bill and enter the number of parent bags.",
        statement=rows_of(
            "json_build_object('bill', f.bill_id, 'id', f.id, 'capacity', f.capacity)",
            """SELECT id, bill_id, parent_bag_count AS capacity FROM bill
               WHERE parent_bag_count IS NULL OR parent_bag_count <= 0""",
            "id",
        ),
    ),
    Question(
        name="unknown_bill_status",
        found="Bills with a status that lists do not show",
        advice="Edit the bill and choose new, processing or completed; until then it counts as open.",
        statement=rows_of(
            "json_build_object('bill', f.bill_id, 'id', f.id, 'status', f.status)",
            """SELECT id, bill_id, status FROM bill
               WHERE coalesce(status, '') NOT IN ('new', 'processing', 'completed')""",
            "id",
        ),
    ),
    Question(
        name="odd_codes",
        found="Codes that do not look like a code of their kind",
        advice="Stations do not take them when they are scanned: give those bags that are in use a label and"
        " the code that is on it.",
        statement=rows_of(
            "json_build_object('code', f.qr_id, 'id', f.id, 'type', f.type)",
            """SELECT id, qr_id, type FROM bag
               WHERE qr_id !~* CASE WHEN type = 'parent' THEN :parent ELSE :child END""",
            "id",
        ),
    ),
    Question(
        name="last_ids",
        found="Rows with one of the last ids there are (2,137,483,648 and above)",
        advice="Somebody gave them by hand. Nothing moves the numbers for new rows behind them, for then"
        " nobody could add a row any more: delete these rows, or give them other ids.",
        statement=rows_of(
            "json_build_object('table', f.name, 'id', f.id)",
            "SELECT 'bag' AS name, id FROM bag WHERE id >= 2137483648"
            " UNION ALL SELECT 'link', id FROM link WHERE id >= 2137483648"
            " UNION ALL SELECT 'scan', id FROM scan WHERE id >= 2137483648"
            " UNION ALL SELECT 'bill', id FROM bill WHERE id >= 2137483648",
            "name, id",
        ),
    ),
)

SCANS_OF_NOTHING = Question(
    name="scans_that_name_no_bag",
    found="Rows of the scan history that name no bag",
    advice="The web application leaves them when it makes a parent; nothing is lost, and they may stay.",
    statement=rows_of(
        """json_build_object('id', f.id, 'at', f."timestamp", 'user_id', f.user_id)""",
        """SELECT id, "timestamp", user_id FROM scan
           WHERE parent_bag_id IS NULL AND child_bag_id IS NULL""",
        "id",
    ),
)

LEDGER = Question(
    name="changed_by_another_writer",
    found="Child bags that are no longer where a station put them, though no station took them out",
    advice="The web application may have removed or deleted them since: this is for your information.",
    statement="""
        WITH gone AS MATERIALIZED (
            SELECT e.child, e.child_bag_id, e.parent, e.operator, e.received_at, e.seq
            FROM station.entry AS e
            LEFT JOIN link AS l ON l.child_bag_id = e.child_bag_id AND l.parent_bag_id = e.parent_bag_id
            WHERE e.kind = 'add_child' AND e.outcome = 'posted' AND l.id IS NULL
        ), latest AS (
            SELECT DISTINCT ON (e.child) e.child, e.kind, e.parent, e.operator, e.received_at, e.seq
            FROM station.entry AS e
            WHERE e.outcome = 'posted' AND e.kind IN ('add_child', 'remove_child')
              AND e.child IN (SELECT child FROM gone)
            ORDER BY e.child, e.received_at DESC, e.seq DESC
        ), corrected AS (
            SELECT upper(named.child) AS child, e.child_bag_id, e.received_at
            FROM station.entry AS e
            LEFT JOIN LATERAL (
                SELECT jsonb_array_elements_text(coalesce(e.payload -> 'children', '[]'))
                UNION ALL SELECT jsonb_array_elements_text(coalesce(e.payload -> 'removed', '[]'))
            ) AS named (child) ON true
            WHERE e.outcome = 'posted' AND e.kind IN ('move_children', 'edit_children')
        ), changed AS (
            SELECT g.*, count(*) OVER () AS total
            FROM gone AS g JOIN latest AS x USING (child, parent, received_at, seq)
            WHERE x.kind = 'add_child' AND NOT EXISTS (
                SELECT FROM corrected AS m
                WHERE m.received_at >= g.received_at
                  AND (m.child = g.child OR m.child_bag_id = g.child_bag_id))
            ORDER BY g.received_at, g.seq LIMIT :most
        )
        SELECT json_build_object(
                   'child', c.child, 'parent', c.parent, 'by', c.operator, 'posted_at', c.received_at,
                   'is_now_in', (SELECT p.qr_id FROM bag AS b JOIN link AS l ON l.child_bag_id = b.id
                                 JOIN bag AS p ON p.id = l.parent_bag_id
                                 WHERE upper(b.qr_id) = c.child ORDER BY l.id LIMIT 1)) AS item,
               c.total
        FROM changed AS c ORDER BY c.received_at, c.seq
    """,
)
