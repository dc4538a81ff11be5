"""What estimates of time must know beside the number of operations."""

LARGE = 4
"""Times that the large products of wide layers come nearer to full speed than the small ones of most networks."""
