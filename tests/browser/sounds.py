"""The sound of fake microphones."""

import math
import struct
import wave
from pathlib import Path

RATE = 48_000


def voice(path: Path, *, loud: bool) -> Path:
    """Write two seconds that repeat: a swelling tone like a voice, or the hum of a quiet room."""
    strength = 12_000 if loud else 60
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(
            b"".join(
                struct.pack("<h", round(strength * math.sin(2 * math.pi * 180 * at / RATE)))
                for at in range(2 * RATE)
            )
        )
    return path
