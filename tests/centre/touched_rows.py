"""The rows that stations touched, by the centre's own ledger, and whether their figures are right."""

from centre.shapes import owner_cursor


def touched_rows(url: str, schema: str) -> tuple[set[str], set[str]]:
    """Return the numbers of the bags that stations changed, and of the bills with such parents on them."""
    with owner_cursor(url, schema) as cursor:
        cursor.execute(_TOUCHED_BAGS)
        bags = {str(row[0]) for row in cursor.fetchall()}
        cursor.execute(_TOUCHED_BILLS)
        return bags, {str(row[0]) for row in cursor.fetchall()}


def wrong_figures(url: str, schema: str) -> str:
    """Return what is wrong with the bags and bills of the shift; nothing when all is right."""
    with owner_cursor(url, schema) as cursor:
        cursor.execute(_WRONG_PARENTS)
        if wrong := cursor.fetchall():
            return f"parents: {wrong[:5]}"
        cursor.execute(_WRONG_BILLS)
        if wrong := cursor.fetchall():
            return f"bills: {wrong[:5]}"
        cursor.execute(_NEW_BAG)
        if (new := cursor.fetchone()) != (30, "completed", 30.0, 30):
            return f"the new bag is not full: {new}"
        cursor.execute("SELECT count(*) FROM bag WHERE qr_id IN ('SB40001', 'LORPH1', 'SB40002')")
        if cursor.fetchone() != (0,):
            return "a bag was made again under its code in capitals"
    return ""


_TOUCHED_BAGS = """
    SELECT parent_bag_id FROM station.entry WHERE outcome = 'posted' AND parent_bag_id IS NOT NULL
    UNION SELECT child_bag_id FROM station.entry WHERE outcome = 'posted' AND child_bag_id IS NOT NULL
"""
_TOUCHED_PARENTS = """
    SELECT parent_bag_id FROM station.entry WHERE outcome = 'posted' AND parent_bag_id IS NOT NULL
"""
_TOUCHED_BILLS = f"SELECT bill_id FROM bill_bag WHERE bag_id IN ({_TOUCHED_PARENTS})"
_WRONG_PARENTS = f"""
    SELECT b.qr_id, b.child_count, b.weight_kg, b.status, n.links
    FROM bag AS b CROSS JOIN LATERAL (SELECT count(*) AS links FROM link WHERE parent_bag_id = b.id) AS n
    WHERE b.id IN ({_TOUCHED_BAGS}) AND b.type = 'parent'
      AND (b.child_count, b.weight_kg) IS DISTINCT FROM (n.links::integer, n.links::double precision)
"""
_WRONG_BILLS = f"""
    SELECT b.bill_id, b.linked_parent_count, b.total_child_bags, b.total_weight_kg, n.parents, n.children
    FROM bill AS b CROSS JOIN LATERAL (
        SELECT count(DISTINCT bb.bag_id) AS parents, count(l.id) AS children
        FROM bill_bag AS bb LEFT JOIN link AS l ON l.parent_bag_id = bb.bag_id WHERE bb.bill_id = b.id
    ) AS n
    WHERE b.id IN ({_TOUCHED_BILLS})
      AND (b.linked_parent_count, b.total_child_bags, b.total_weight_kg)
          IS DISTINCT FROM (n.parents::integer, n.children::integer, n.children::double precision)
"""
_NEW_BAG = """
    SELECT b.child_count, b.status, b.weight_kg, count(l.id)::integer
    FROM bag AS b JOIN link AS l ON l.parent_bag_id = b.id WHERE b.qr_id = 'SB90001' GROUP BY b.id
"""
