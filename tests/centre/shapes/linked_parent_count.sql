-- 29 November 2025: how many parents are on a bill is kept beside how many should be.

ALTER TABLE bill ADD COLUMN linked_parent_count integer NOT NULL DEFAULT 0;
ALTER TABLE bill ADD CONSTRAINT check_bill_linked_count_non_negative CHECK (linked_parent_count >= 0);
CREATE INDEX idx_bill_linked_count ON bill (linked_parent_count);
UPDATE alembic_version SET version_num = 'f2g3h4i5j6k7';
