"""Tests, room by room as in ``pipeline``; ``test_way`` goes the whole way."""
