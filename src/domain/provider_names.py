"""The names of the three kinds of calls in settings, rows and messages."""

from typing import Final

PEER: Final = "peer"
PLUGNMEET: Final = "plugnmeet"
BIGBLUEBUTTON: Final = "bigbluebutton"
