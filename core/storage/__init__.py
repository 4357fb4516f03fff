"""Tables, schema plans, transactions and conditions in SQL: everything that speaks to PostgreSQL."""
