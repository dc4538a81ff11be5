"""What a fit sends to a language model, to be seen before it sends anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from recengine.models.profiles.describing import Described
from recengine.models.profiles.writing import question_of
from recengine.outgoing import Outgoing
from recengine.storage import digest
from recengine.text.answers import Answers
from recengine.text.endpoint import Endpoint, Question


@dataclass(frozen=True)
class Sending:
    """key: SHA-256 of every message and of where it goes. users: whom something is told of.

    messages: to be sent, one for all users that are told in the same words.

    answered: messages whose answer is kept, which are not sent again. example: the first message that is sent, else
    the first one; None where nothing is told of anybody. told: the user attributes that messages name; withheld: those
    that they do not name, as sensitive ones.
    """

    endpoint: Endpoint
    key: str
    users: int
    messages: int
    answered: int
    example: Question | None
    told: tuple[str, ...]
    withheld: tuple[str, ...]

    @classmethod
    def about(
        cls,
        described: Sequence[Described],
        endpoint: Endpoint,
        answers: Answers,
        *,
        told: tuple[str, ...],
        withheld: tuple[str, ...],
    ) -> Sending:
        """For these users, in the order in which they are sent."""
        questions = [question_of(one, endpoint.model) for one in described if one.text]
        distinct = list(dict.fromkeys(questions))
        new = [question for question in distinct if answers.find(endpoint, question) is None]
        example = next(iter([*new, *distinct]), None)
        key = digest({"questions": [question.key(endpoint.url) for question in distinct]})
        return cls(endpoint, key, len(questions), len(new), len(distinct) - len(new), example, told, withheld)

    @property
    def where(self) -> str:
        """To whom: "small at 127.0.0.1:11434, on this machine"."""
        endpoint = self.endpoint
        return f"{endpoint.model} at {endpoint.host}, {'on this' if endpoint.is_local else 'not on this'} machine"

    @property
    def how_many(self) -> str:
        """In a sentence."""
        said = f"{_counted(self.messages, 'message')} about {_counted(self.users, 'user')} of the part that is learnt"
        again = f"; {self.answered:,} more answered before, not sent again" if self.answered else ""
        return f"{said} to {self.where}{again}."

    @property
    def what(self) -> str:
        """Of attributes, in a sentence or two; there is no id in any message."""
        told = f"user attributes {', '.join(self.told)}" if self.told else "no user attribute"
        kept_back = f" Withheld as sensitive: {', '.join(self.withheld)}." if self.withheld else ""
        return f"Beside items and what they have in common each tells {told}, and no id.{kept_back}"

    @property
    def outgoing(self) -> Outgoing:
        """As whoever may allow it hears of it."""
        example = "" if self.example is None else json.dumps(self.example.body, ensure_ascii=False, indent=2)
        return Outgoing(self.key, self.messages, self.how_many, self.lines, example)

    @property
    def lines(self) -> tuple[str, ...]:
        """For a terminal, the example in full and on one line."""
        if not self.messages or self.example is None:
            return (f"Nothing is sent to {self.where}: {_counted(self.answered, 'message')} answered before.",)
        body = json.dumps(self.example.body, ensure_ascii=False)
        return f"Sends {self.how_many}", self.what, f"The first, word for word: {body}"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
