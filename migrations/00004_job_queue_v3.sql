-- +goose Up
-- Version 3 of the schema of the job queue (riverqueue.com, MPL-2.0), unchanged; one file per version,
-- since a new enum value cannot be used by the transaction that adds it.
-- +goose StatementBegin
ALTER TABLE river_job ALTER COLUMN tags SET DEFAULT '{}';
UPDATE river_job SET tags = '{}' WHERE tags IS NULL;
ALTER TABLE river_job ALTER COLUMN tags SET NOT NULL;
-- +goose StatementEnd

-- +goose StatementBegin
INSERT INTO river_migration (version) VALUES (3);
-- +goose StatementEnd
