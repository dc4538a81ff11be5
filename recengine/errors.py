"""The one tree of errors that a caller can mend.

A message is one line: what, where, what was found, what to do. The command line prints it and exits with 2,
a page shows it as a notice. Anything outside this tree is a defect.
"""


class RecengineError(Exception):
    """A mistake in the input or the surroundings that the caller can mend; `str(error)` is one line."""


class DataError(RecengineError):
    """A table, a column, a cell or an id is not what it must be."""


class SampleError(RecengineError):
    """A sample dataset cannot be fetched, or what was fetched is not what it must be."""


class OfflineError(SampleError):
    """A sample cannot be fetched for want of a network; another sample may need none."""


class EncoderError(RecengineError):
    """A text encoder cannot be found, or its weights are not what they must be."""


class EndpointError(RecengineError):
    """A language-model endpoint is not set up rightly, or gives no answer."""


class SendingError(RecengineError):
    """Something would leave this machine that nobody has agreed to; it has not."""


class RecipeError(RecengineError):
    """A model name or one of its settings is unknown or out of range."""


class ScenarioError(RecengineError):
    """Weights, k, a user, an item or a scenario file do not fit the dataset or the schema."""


class StoreError(RecengineError):
    """The workspace is missing, foreign, damaged or not writable."""


class CancelledError(RecengineError):
    """The work was stopped on request; nothing that was stored before is touched."""
