"""What can go wrong with the demonstration."""


class DemonstrationError(Exception):
    """An expected failure; its text is for the person at the keyboard."""


class HouseNotEmpty(DemonstrationError):
    """There is something in the house already, and the demonstration would mix with it."""


class DemonstrationBroken(DemonstrationError):
    """What the demonstration is made of does not pass the rules of a room any more."""


class StoryFailed(DemonstrationError):
    """The story could not be played to its end, or a count was off; the message says what."""
