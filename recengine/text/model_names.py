"""The names of the text models that come with the product."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""For English."""
MULTILINGUAL_MODEL = "universal-sentence-encoder-multilingual"
"""For the 16 languages of `recengine.text.universal`."""
