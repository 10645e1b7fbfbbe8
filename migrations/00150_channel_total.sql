-- +goose Up
-- The dearest orders of a channel that takes one order in a thousand: without it the list walks the totals of all channels.
create index sales_order_progress_channel_total_idx on sales_order_progress (channel_id, bucket, total_minor, order_id);
