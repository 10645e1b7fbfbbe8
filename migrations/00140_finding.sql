-- +goose Up
-- The few orders that are held, among all those that are not.
create index sales_order_progress_held_idx on sales_order_progress (bucket, placed_at, order_id) where holds > 0;
-- Firms alone, or people alone, by name.
create index customers_kind_idx on customers (kind, lower(name), id);
