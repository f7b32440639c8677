"""The three ways to hold a call, as settings, rows and messages name them."""

from typing import Final

PEER: Final = "peer"
PLUGNMEET: Final = "plugnmeet"
BIGBLUEBUTTON: Final = "bigbluebutton"
