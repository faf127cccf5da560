"""What operators can say, a module a room."""
