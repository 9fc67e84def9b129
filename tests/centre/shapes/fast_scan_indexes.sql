-- 6 December 2025: a scan finds its bag by the lower-case code.

CREATE INDEX idx_bag_qr_id_lower ON bag (lower(qr_id));
UPDATE alembic_version SET version_num = 'i5j6k7l8m9n0';
