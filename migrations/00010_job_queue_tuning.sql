-- +goose Up
-- Jobs come and go by the thousand: sweep often, or fetching slows down.
alter table river_job set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Nothing here searches jobs by their arguments, and two GIN entries for each mail cost more than the order's own rows.
drop index if exists river_job_args_index;
drop index if exists river_job_metadata_index;
