"""The audience of a mailing: JSON as a person or a program writes it, read, asked and said aloud.

`parse` reads it (pure), `matching` turns it into a condition on contacts, `sentence` says it in
Dutch or English. A new condition is a dataclass in `conditions`, a reader in `parsing`, a query in
`query` and a sentence in `sentences`.
"""

from campaigns.audience.conditions import Condition
from campaigns.audience.parsing import parse
from campaigns.audience.query import Moment, matching
from campaigns.audience.sentences import sentence

__all__ = ["Condition", "Moment", "matching", "parse", "sentence"]
