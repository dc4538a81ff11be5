"""Language-model profiles: a short text says who a user is, and items with a like text score high."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array, hstack

from recengine.arrays import Positions, Scores
from recengine.data import Dataset, Sequences
from recengine.errors import EndpointError, RecipeError
from recengine.models.base import Resources
from recengine.models.content.preparation import PREPARATIONS, Preparation, fit_preparation
from recengine.models.content.text_profile import profiles
from recengine.models.content.vectors import AUTO, encode_texts, item_text_vectors, text_obstacle
from recengine.models.products import inner_products
from recengine.models.profiles.describing import SENSITIVE, Described, Describer
from recengine.models.profiles.sending import Sending
from recengine.models.profiles.writing import Written, by_model, by_template, sentences
from recengine.models.settings import Among, Choice, Settings, Span, Switch, Text, Whole, setting
from recengine.outgoing import tell
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.text import TextEncoder
from recengine.text.answers import Answers
from recengine.text.endpoint import MODEL, URL, Endpoint, configured_endpoint

WRITERS = ("template", "endpoint")


@dataclass(frozen=True, kw_only=True)
class UserTextRecipe(Settings):
    """Cosine of the vector of a text that says who the user is and the text vector of the item.

    The text is written by template from the latest items and the labels that the user likes more than most, or by a
    language model that is told the same (`question_of`). It is encoded statement by statement, in the window of whose
    model a long text would be blurred: encoded in one piece it had 0.020 and, cold, 0.14 below.

    Defaults are chosen on the validation part of MovieLens-100K, all ratings positive, seed 0: NDCG@10 (untruncated) of
    `python -m benchmarks.quality --models user-text --seeds 0 --part validation`, and of items that nobody took yet, as
    `benchmarks.cold_items` measures; the text profile, which reads the whole history, has 0.062 and 0.35:

    | change            | NDCG  | cold items |
    | none              | 0.038 | 0.27       |
    | items = 10        | 0.034 | 0.23       |
    | items = 40        | 0.046 | 0.31       |
    | likes = 0         | 0.041 | 0.27       |
    | likes = 6         | 0.038 | 0.27       |
    | words = 4         | 0.015 | 0.13       |
    | attributes = true | 0.038 | 0.27       |
    | centred           | 0.038 | 0.26       |

    More items serve better, and make a text that nobody reads: it is for people and for language models first. On the
    test part of seed 0 the defaults have 0.054.
    """

    name: ClassVar[str] = "user-text"
    label: ClassVar[str] = "User in words"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = (
        "Writes down who a user is, by template or by a language model, and finds items whose text is like it."
    )
    lighter: ClassVar[str] = "Choose category, which needs no text model."
    version: ClassVar[int] = 1

    encoder: str = setting(
        AUTO,
        Text("the name of a text model or a folder that holds one"),
        'The model that turns text into vectors; "auto" for one that suits the language.',
    )
    preparation: str = setting(
        "whitened",
        Choice(PREPARATIONS),
        "What is done to the vectors, so that what all texts of the catalogue share does not decide.",
        search=Among(PREPARATIONS),
    )
    items: int = setting(20, Whole(0, 1000), "Latest items of a history that the text names.", search=Span(5, 50))
    words: int = setting(12, Whole(1, 1000), "Words of the text of each item that are told.", search=Span(4, 40))
    likes: int = setting(
        3, Whole(0, 100), "Labels, such as genres, that the text says the user likes more than most.", search=Span(0, 8)
    )
    attributes: bool = setting(
        False,
        Switch(),
        "Whether the text tells attributes of the user that are not sensitive. A history that is folded in has none.",
        search=Among((False, True)),
    )
    sensitive: str = setting(
        SENSITIVE,
        Text("marks of sensitive attributes, parted by commas"),
        "User attributes with one of these in their name are told in no text and sent nowhere; commas part them, and a "
        "star stands for any letters.",
    )
    writer: str = setting(
        "template",
        Choice(WRITERS),
        f"Who writes the texts: a template, or the language model behind {URL}, where the template takes over when it "
        "gives no answer.",
    )
    language_model: str = setting(
        AUTO,
        Text("the name of a model that the endpoint serves"),
        "The language model; where one writes it has to be named, since another one writes other texts. Which host "
        "serves it is not told apart: delete the fit where another host has another model of that name.",
    )
    sent: int = setting(
        200,
        Whole(1, 1_000_000),
        "Users that are sent to the endpoint at most, those with the longest histories first; the template writes the "
        "others.",
    )
    at_once: int = setting(4, Whole(1, 64), "Users that are sent to the endpoint at the same time.")

    def obstacle(self, train: Dataset) -> str | None:
        """Without item texts there is nothing to compare with; a language model must be set up where it is to write."""
        if obstacle := text_obstacle(self.name, train):
            return obstacle
        return self._endpoint_obstacle() if self.writer == "endpoint" else None

    def _endpoint_obstacle(self) -> str | None:
        try:
            found = configured_endpoint()
        except EndpointError as error:
            return f"{self.name}: {error}"
        if found is None:
            return f'{self.name}: no language model is set up. Set {URL} and {MODEL}, or "writer" to "template".'
        if self.language_model == AUTO:
            return (
                f'{self.name}: which language model writes is not said. Set "language_model" to '
                f'"{found.model}", which {MODEL} names, so that the fit of another model is another fit.'
            )
        return None

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model with its library, vectors of items and users in both precisions, texts, the histories."""
        return 1_000_000_000 + 1_024 * (16 * n_users + 60 * n_items) + 8_000 * n_users + 160 * n_interactions

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> UserTextScorer:
        """Write every user down and encode the texts; `seed` changes nothing.

        What is sent is told (`outgoing.tell`) before anything is. Raises `SendingError` where that must not be sent,
        `RecipeError` where no item has a text, no endpoint is set up or it answers for nobody, `EncoderError` or
        `CancelledError`.
        """
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        sending = self.sending(train, resources)
        if sending is not None:
            tell(sending.outgoing)
        found = item_text_vectors(train, self.encoder, resources, within(progress, 0.0, 0.4), cancel)
        describer = self.describer(train)
        described = describer.describe(train.sequences, train.users if self.attributes else None)
        written = self._write(described, train, resources, within(progress, 0.4, 0.6), cancel)
        more = [sentences(one.text) if one.by else facts.facts for one, facts in zip(written, described, strict=True)]
        # what the template says, then what only some texts say
        own = list(dict.fromkeys(statement for told in more for statement in told))
        statements = [*describer.statements, *own]
        encoded = encode_texts(statements, found.encoder, resources, within(progress, 0.6, 0.98), cancel)
        preparation = fit_preparation(found.vectors, self.preparation)
        vectors = preparation.apply(encoded.vectors)
        by_template_only = diags_array([0.0 if one.by else 1.0 for one in written], dtype=np.float32)
        told = hstack([by_template_only @ describer.told(train.sequences), _places(more, own)], format="csr")
        failed = sum(one.failed for one in written)
        stood_in = f", {failed:,} of them by template for want of an answer" if failed else ""
        progress(1.0, f"Put {sum(bool(one.text) for one in written):,} users into words{stood_in}")
        return UserTextScorer(
            self,
            train,
            items=preparation.apply(found.vectors),
            statements=vectors[: len(describer.statements)],
            users=profiles(vectors, told),
            written=written,
            preparation=preparation,
            encoder=found.encoder,
            device=found.device,
        )

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> UserTextScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        # memory-mapped arrays become plain ones over the same pages
        plain = {name: np.asarray(array) for name, array in state.items()}
        words = json.loads(plain["words"].tobytes())
        return UserTextScorer(
            self,
            train,
            items=plain["item_vectors"],
            statements=plain["statement_vectors"],
            users=plain["user_vectors"],
            written=[Written(*one) for one in words["written"]],
            preparation=Preparation(plain["mean"], plain["matrix"]),
            encoder=words["encoder"],
            device=device,
        )

    def describer(self, train: Dataset) -> Describer:
        """What is told of a history over `train`."""
        return Describer(train, items=self.items, words=self.words, likes=self.likes, sensitive=self.sensitive)

    def endpoint(self) -> Endpoint | None:
        """The endpoint of the environment with the model of this recipe. Raises `EndpointError`."""
        found = configured_endpoint()
        if found is None or self.language_model == AUTO:
            return found
        return Endpoint(found.url, self.language_model, found.key)

    def sending(self, train: Dataset, resources: Resources) -> Sending | None:
        """What a fit on `train` would send; None where the template writes. Raises `EndpointError`."""
        endpoint = self.endpoint() if self.writer == "endpoint" else None
        if endpoint is None:
            return None
        describer, users = self.describer(train), self._sent_users(train)
        described = describer.describe(train.sequences.take(users), train.users[users] if self.attributes else None)
        names = tuple(one.name for one in train.user_attributes)
        told = tuple(name for name in names if self.attributes and name not in describer.withheld)
        answers = Answers.beside(resources.vector_cache)
        return Sending.about(described, endpoint, answers, told=told, withheld=describer.withheld)

    def _sent_users(self, train: Dataset) -> NDArray[np.int64]:
        """Those with the longest histories first."""
        return np.argsort(-train.sequences.lengths, kind="stable")[: self.sent]

    def _write(
        self, described: list[Described], train: Dataset, resources: Resources, progress: Progress, cancel: Cancel
    ) -> list[Written]:
        endpoint = self.endpoint() if self.writer == "endpoint" else None
        if endpoint is None:
            return by_template(described)
        users = "1 user is" if self.sent == 1 else f"{self.sent:,} users are"
        written = by_template(described, f"only {users} sent.")
        sent = self._sent_users(train).tolist()
        answers = Answers.beside(resources.vector_cache)
        asked = by_model(
            [described[user] for user in sent],
            endpoint,
            answers,
            at_once=self.at_once,
            progress=progress,
            cancel=cancel,
        )
        failed = [one for one in asked if one.failed]
        if failed and not any(one.by for one in asked):
            # what is stored would stay when the endpoint is back
            raise RecipeError(
                f"{self.name}: {endpoint.model[:80]} answered for none of {len(failed):,} users: {failed[0].note} "
                'Fit again when it answers, or set "writer" to "template".'
            )
        for user, one in zip(sent, asked, strict=True):
            written[user] = one
        return written


class UserTextScorer:
    """Vectors of users' texts against those of items.

    No opinion on an item without text, nor for a user of whom nothing is told. A history that is folded in is written
    down by template, whose every statement has its vector already: no text model is needed.
    """

    def __init__(
        self,
        recipe: UserTextRecipe,
        train: Dataset,
        *,
        items: Scores,
        statements: Scores,
        users: Scores,
        written: Sequence[Written],
        preparation: Preparation,
        encoder: str,
        device: str,
    ) -> None:
        """items (n_items, d), statements of the template (n, d), users (n_users, d): float32, prepared."""
        self._recipe = recipe
        self._train = train
        self._items = items
        self._statements = statements
        self._users = users
        self._written = tuple(written)
        self._preparation = preparation
        self._encoder_name = encoder
        self._device = device

    @property
    def device(self) -> str:
        """What the texts were encoded on; everything else is done on the CPU."""
        return self._device

    @property
    def item_vectors(self) -> Scores:
        """Of the texts, prepared."""
        return self._items

    def written(self, user: int) -> Written:
        """The text of a user, and who wrote it."""
        return self._written[user]

    @property
    def failed(self) -> int:
        """Users whose text is by template since a language model gave no answer."""
        return sum(one.failed for one in self._written)

    @property
    def by_model(self) -> int:
        """Users whose text a language model wrote."""
        return sum(bool(one.by) for one in self._written)

    def score(self, users: Positions) -> Scores:
        """Cosines in [-1, 1]."""
        return inner_products(self._users[users], self._items)

    def fold_in_order(self, histories: Sequences) -> Scores:
        """As `score`, for texts that the template writes now."""
        return inner_products(profiles(self._statements, self._describer.told(histories)), self._items)

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        """Cosines of each taste in words and the items; a NaN row where it is blank or says what every item says."""
        return inner_products(self._vectors(texts, resources), self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Cosines of the users' texts and the texts of `items`; NaN columns where those are blank."""
        return inner_products(self._users[users], self._vectors(items["text"].fill_null("").to_list(), resources))

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors, the preparation, and as UTF-8 bytes of JSON the texts, their writers and the encoder's name."""
        written = [(one.text, one.by, one.note, one.failed) for one in self._written]
        words = json.dumps({"encoder": self._encoder_name, "written": written}).encode()
        return {
            "item_vectors": self._items,
            "statement_vectors": self._statements,
            "user_vectors": self._users,
            "mean": self._preparation.mean,
            "matrix": self._preparation.matrix,
            "words": np.frombuffer(words, dtype=np.uint8),
        }

    def _vectors(self, texts: Sequence[str], resources: Resources) -> Scores:
        return self._preparation.apply(self._encoder.encode(texts, device=resources.device))

    @cached_property
    def _encoder(self) -> TextEncoder:
        """Loaded once, when first needed."""
        return TextEncoder(self._encoder_name)

    @cached_property
    def _describer(self) -> Describer:
        return self._recipe.describer(self._train)


def _places(told: Sequence[Sequence[str]], statements: Sequence[str]) -> csr_matrix:
    """Which of the statements each user is told by, (users, statements) float32."""
    column = {statement: place for place, statement in enumerate(statements)}
    rows = np.repeat(np.arange(len(told)), [len(one) for one in told])
    columns = np.array([column[statement] for one in told for statement in one], dtype=np.int64)
    return csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(told), len(statements)))
