-- +goose Up
-- Version 8 of the schema of the job queue (riverqueue.com, MPL-2.0), unchanged; one file per version,
-- since a new enum value cannot be used by the transaction that adds it.
-- +goose StatementBegin
-- No-op. Postgres sequences already prevent automatically generated job IDs
-- from being reused.
SELECT 1;
-- +goose StatementEnd

-- +goose StatementBegin
INSERT INTO river_migration (line, version) VALUES ('main', 8);
-- +goose StatementEnd
