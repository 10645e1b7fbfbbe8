-- +goose Up
-- Version 1 of the schema of the job queue (riverqueue.com, MPL-2.0), unchanged; one file per version,
-- since a new enum value cannot be used by the transaction that adds it.
-- +goose StatementBegin
CREATE TABLE river_migration(
  id bigserial PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT NOW(),
  version bigint NOT NULL,
  CONSTRAINT version CHECK (version >= 1)
);

CREATE UNIQUE INDEX ON river_migration USING btree(version);
-- +goose StatementEnd

-- +goose StatementBegin
INSERT INTO river_migration (version) VALUES (1);
-- +goose StatementEnd
