"""The Tries page: what was tried is kept, and two of it are compared."""
