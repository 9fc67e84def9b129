-- One row of figures. Without the triggers nobody keeps it right.

CREATE TABLE statistics_cache (
    id           integer PRIMARY KEY DEFAULT 1,
    total_bags   integer DEFAULT 0,
    parent_bags  integer DEFAULT 0,
    child_bags   integer DEFAULT 0,
    total_scans  integer DEFAULT 0,
    total_bills  integer DEFAULT 0,
    total_users  integer DEFAULT 0,
    last_updated timestamp,
    CONSTRAINT single_row CHECK (id = 1)
);
INSERT INTO statistics_cache (id) VALUES (1);
