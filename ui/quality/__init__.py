"""The Data quality page: findings and their fixes, charts, tables, and what the import did."""
