"""What can go wrong with the demonstration."""


class HouseNotEmpty(Exception):
    """There is something in the house already, and the demonstration would mix with it."""


class DemonstrationBroken(Exception):
    """What the demonstration is made of does not pass the rules of a room any more."""


class StoryFailed(Exception):
    """The story could not be played to its end, or a count was off; the message says what."""
