"""When the question "is the child safe?" is answered. Pure.

Rules:

1. A concern has one owner: whoever took it. Taking it is the acknowledgement; somebody else may take it over.
2. The question stays open until a person says that the child is safe, or that a service has taken over whose duty the
   child's protection is. "Not known yet" is written down and closes nothing.

>>> [closes(answer) for answer in Answer]
[True, True, False]
"""

from __future__ import annotations

from enum import StrEnum


class Answer(StrEnum):
    """Is the child safe?"""

    SAFE = "safe"
    WITH_SERVICE = "with-service"  # a child-protection service or the police has taken over
    NOT_KNOWN = "not-known"


def closes(answer: Answer) -> bool:
    """Whether an answer ends the question."""
    return answer is not Answer.NOT_KNOWN
