"""What comes next in a history, learnt from the order of events."""

from recengine.models.sequence.bert4rec import Bert4RecRecipe
from recengine.models.sequence.gru4rec import Gru4RecRecipe
from recengine.models.sequence.narm import NarmRecipe
from recengine.models.sequence.sasrec import SasRecRecipe

RECIPES = (SasRecRecipe, Gru4RecRecipe, NarmRecipe, Bert4RecRecipe)

__all__ = ["RECIPES", "Bert4RecRecipe", "Gru4RecRecipe", "NarmRecipe", "SasRecRecipe"]
