"""What a look at a block of text tells of its rows and cells, in numbers that compiled loops know."""

WHOLE, ODD, WRONG = 0, 1, 2
"""The state of a block: all is well; only the csv module reads it right; some row is wrong."""
TEXT, LONG, EMPTY, NUMBER, WIDE = 1, 2, 4, 8, 16
"""What the cells of a column are, added up."""
SKIP, INTEGERS, SHORT = 0, 1, 2
"""How the cells of a column are kept: not at all; as integers; as texts of at most `SHORTEST` bytes."""

NONE = -(1 << 63)
"""What stands for an empty cell among integers: none of at most 18 digits is that small."""
SHORTEST = 7
"""Bytes of a text that is kept as one integer: its length in the highest byte, its bytes from the lowest on."""
DISTINCT = 1024
"""Different texts that are kept as codes."""
