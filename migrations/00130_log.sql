-- +goose Up
-- The audit log shows what stands on no order, the latest first.
create index events_log_idx on events (id) where order_id is null;
