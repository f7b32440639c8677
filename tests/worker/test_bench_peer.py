"""The bench compares our page with the same page from JavaScript."""

from tools.bench import pages
from tools.bench.peers import JAVASCRIPT, OURS
from tools.bench.workerd import Workerd


def test_the_javascript_peer_sends_our_page():
    with pages.running([OURS, JAVASCRIPT]) as workers:
        ours, theirs = (pages.page_of(Workerd(worker)) for worker in workers.values())

    assert theirs == ours
