"""Calls between two networks. `make networks` measures many more of them."""

from tools.networks.call import call, now_ms
from tools.networks.internet import CONE, NO_UDP, SYMMETRIC
from tools.networks.lab import Lab

WITHIN_S = 60.0


def test_two_homes_connect_directly_and_again_after_a_change_of_network(built: Lab) -> None:
    built.internet.connect(CONE, CONE)
    with call(built.people, built.plain) as made:
        made.join()
        assert made.outcome(WITHIN_S).connected
        assert made.way == "direct"

        built.internet.student.change(unplugged="eth0", plugged="eth1")
        # Pictures that come now come by the other network.
        made.break_after(now_ms(), WITHIN_S)
        assert made.way == "direct"


def test_coturn_relays_a_call_between_symmetric_nats(built: Lab) -> None:
    built.internet.connect(SYMMETRIC, SYMMETRIC)
    with call(built.people, built.relayed) as made:
        made.join()
        assert made.outcome(WITHIN_S).connected
        assert made.way == "relay by UDP"


def test_coturn_relays_a_call_where_udp_is_blocked(built: Lab) -> None:
    built.internet.connect(NO_UDP, CONE)
    with call(built.people, built.relayed) as made:
        made.join()
        assert made.outcome(WITHIN_S).connected
        assert "relay by TCP" in made.way


def test_without_a_relay_both_read_that_they_cannot_meet(built: Lab) -> None:
    built.internet.connect(SYMMETRIC, SYMMETRIC)
    with call(built.people, built.plain) as made:
        made.join()
        assert not made.outcome(WITHIN_S).connected
        for visit in made.visits:
            assert "Unable to connect." in visit.observed("card()")
