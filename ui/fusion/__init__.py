"""How scores become one list, as widgets: strategies, re-rankers, business rules, the depth of the pool."""
