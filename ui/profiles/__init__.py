"""The Profiles page: choosing a user or an item, and what is shown of it."""
