"""The Cold start page: a new user, a new item, an edited history, and how good the lists are."""
