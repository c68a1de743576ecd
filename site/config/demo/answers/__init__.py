"""The Q&A of the demonstration: six entries that are agreed and one under discussion.

The sources are public publications of international bodies, told in our own words and without
figures, or made-up ones, which say so ("voorbeeldbron", "made-up source") and live under
example.org.
"""

from config.demo.answers import movement, people

ENTRIES = [*movement.ENTRIES, *people.ENTRIES]
