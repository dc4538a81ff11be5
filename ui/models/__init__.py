"""The Models page: what can be fitted, what is, how it goes, side by side, tuned and uploaded."""
