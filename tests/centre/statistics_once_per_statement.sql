-- The same figures by triggers that touch the row once for each statement: fewer updates, the same queue.

CREATE FUNCTION count_bags_of_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    UPDATE public.statistics_cache AS s
    SET total_bags = greatest(0, s.total_bags + sign * c.bags),
        parent_bags = greatest(0, s.parent_bags + sign * c.parents),
        child_bags = greatest(0, s.child_bags + sign * c.children), last_updated = now()
    FROM (SELECT count(*) AS bags, count(*) FILTER (WHERE type = 'parent') AS parents,
                 count(*) FILTER (WHERE type = 'child') AS children FROM changed) AS c
    WHERE s.id = 1 AND c.bags > 0;
    RETURN NULL;
END
$$;
CREATE FUNCTION count_scans_of_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.statistics_cache AS s
    SET total_scans = greatest(0, s.total_scans + CASE TG_OP WHEN 'INSERT' THEN c.scans ELSE -c.scans END),
        last_updated = now()
    FROM (SELECT count(*) AS scans FROM changed) AS c
    WHERE s.id = 1 AND c.scans > 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER bag_inserted AFTER INSERT ON bag REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_bags_of_statement();
CREATE TRIGGER bag_deleted AFTER DELETE ON bag REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_bags_of_statement();
CREATE TRIGGER scan_inserted AFTER INSERT ON scan REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_scans_of_statement();
CREATE TRIGGER scan_deleted AFTER DELETE ON scan REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_scans_of_statement();
