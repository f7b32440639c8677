"""All SQL. One module a table family; every statement is a constant, checked by a test."""
