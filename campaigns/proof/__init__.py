"""Proofreading a mailing: what must be put right before it is sent, and what would make it better.

A problem keeps a mailing from being sent, a hint does not. Both are sentences that say what to do.
What other sites answer is not asked: of a link that leads elsewhere only the form is looked at.
"""

from campaigns.proof.gaps import gap_hints
from campaigns.proof.text import text_hints, text_problems

__all__ = ["gap_hints", "text_hints", "text_problems"]
