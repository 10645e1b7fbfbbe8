-- +goose Up
-- Finding a code by its beginning while somebody types, whatever the database's collation.
create index catalog_skus_code_prefix_idx on catalog_skus (lower(code) text_pattern_ops);
create index catalog_prices_list_idx on catalog_prices (price_list_id);
-- The list of products by name.
create index catalog_skus_title_idx on catalog_skus (lower(title), id);
