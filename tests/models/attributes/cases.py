"""Networks over fields on the board: genres, clubs and texts reach the cold item and the newcomer."""

from tests.models.cases import Case

SMALL = {
    "factors": 8,
    "hidden": 16,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 0.03,
    "negatives": 4,
    "dropout": 0.0,
}

CASES = (
    Case("deepfm", SMALL, silent_users=(), finds=0.8, folds_in=False, additive=None, rounding=1e-5),
    Case("nfm", {**SMALL, "text": False}, silent_users=(), finds=0.7, folds_in=False, additive=None, rounding=1e-5),
    Case("dlrm", SMALL, silent_users=(), finds=0.7, folds_in=False, additive=None, rounding=1e-5),
)
