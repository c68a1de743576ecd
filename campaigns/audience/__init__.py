"""The audience of a mailing: JSON as a person or a program writes it, read, asked and said aloud.

`parse` reads it (pure), `matching` turns it into a condition on contacts, `sentence` says it in
Dutch or English. A new condition is a dataclass in `conditions`, a reader in `parsing`, a query in
`query`, a sentence in `sentences` and its fields in `campaigns.builder.kinds`.
"""

from campaigns.audience.conditions import Condition
from campaigns.audience.names import Names, lost, lost_people, names_of
from campaigns.audience.parsing import parse
from campaigns.audience.query import Moment, matching
from campaigns.audience.sentences import sentence

__all__ = [
    "Condition",
    "Moment",
    "Names",
    "lost",
    "lost_people",
    "matching",
    "names_of",
    "parse",
    "sentence",
]
