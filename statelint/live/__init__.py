"""statelint in a running process: recordings for tests, and a guard for live trainings."""
