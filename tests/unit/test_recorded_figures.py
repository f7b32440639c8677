"""How `make recorded` reads a film."""

from tools.recorded.film import ROUND_S, UNIT_S, Film


def film(*seen, heard=()):
    pictures = [{"at": at, "teacher": time, "student": -1} for at, time in seen]
    return Film(10, pictures, {"teacher": list(heard)}, 10)


def units(second):
    """The time in a picture that was taken at this second."""
    return round((second % ROUND_S) / UNIT_S) % 2048


def test_a_picture_of_its_moment_has_no_lag():
    began = 1_000_000.0
    found = film(*((at, units(began + at)) for at in (0, 1, 100, 500))).lag("teacher", began)

    assert [at for at, _ in found] == [0, 1, 100, 500]
    assert all(abs(lag) <= UNIT_S for _, lag in found)


def test_what_is_missing_in_the_film_shows_as_lag():
    """Seven seconds are missing behind the fifth; the pictures' clock begins anew meanwhile."""
    began = ROUND_S * 2000 - 8
    found = film((4, units(began + 4)), (6, units(began + 13))).lag("teacher", began)

    assert abs(found[0][1]) <= UNIT_S
    assert abs(found[1][1] - 7) <= UNIT_S


def test_a_picture_without_a_time_is_left_out():
    assert film((1, -1)).lag("teacher", 0) == []
    assert film((1, 5)).lag("student", 0) == []


def test_silent_seconds_are_counted_from_nought():
    assert film(heard=[True, False, True, False]).silent("teacher") == [1, 3]
