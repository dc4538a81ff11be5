"""Networks over fields: who they are, attributes of users and items, numbers and text."""

from recengine.models.attributes.deepfm import DeepFmRecipe
from recengine.models.attributes.dlrm import DlrmRecipe
from recengine.models.attributes.nfm import NfmRecipe
from recengine.models.base import Recipe

RECIPES: tuple[type[Recipe], ...] = (DeepFmRecipe, NfmRecipe, DlrmRecipe)

__all__ = ["RECIPES", "DeepFmRecipe", "DlrmRecipe", "NfmRecipe"]
