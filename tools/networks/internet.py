"""An internet of one server, three routers and two people.

server (this process: site, coturn)
  |
bridge "net", 203.0.113.0/24
  |              |                 |
router         mobile            router
  | eth0         | eth1 (down)     | eth0
  +-- student ---+               teacher
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tools.networks.namespaces import Namespace, ip, network_of_our_own

SERVER: Final = "203.0.113.1"
MASQUERADE: Final = "masquerade"
# Another port for each destination, which nobody can foretell.
MASQUERADE_SYMMETRIC: Final = "masquerade random,fully-random"


@dataclass(frozen=True)
class Access:
    """How a router connects its people."""

    name: str
    masquerade: str = MASQUERADE
    # Of packets that people send; {lan} is their network.
    passes: str = "ip saddr {lan} accept"


CONE: Final = Access("NAT that keeps ports")
SYMMETRIC: Final = Access("symmetric NAT", MASQUERADE_SYMMETRIC)
NO_UDP: Final = Access("no UDP", passes="ip saddr {lan} meta l4proto tcp accept")
ONLY_443: Final = Access(
    "the site and TCP 443 only", passes="ip saddr {lan} tcp dport {ports} accept"
)


class Router(Namespace):
    """A router at `address` of the internet, whose people are in `lan` (192.168.1 or the like)."""

    def __init__(self, name: str, address: str, lan: str) -> None:
        super().__init__()
        self.lan = lan
        ip(
            f"link add {name} type veth peer name wan netns {self.pid}",
            f"link set {name} master net up",
        )
        self.ip(
            f"address add {address}/24 dev wan",
            "link set wan up",
            # Where nobody passes packets on: they vanish, as on the internet.
            f"route add default via {SERVER}",
            "link add lan type bridge",
            f"address add {lan}.1/24 dev lan",
            "link set lan up",
        )
        self.set("ipv4/ip_forward", "1")
        self.connect(CONE, ())

    def connect(self, access: Access, site_ports: tuple[int, ...]) -> None:
        """Connect the people like this, without faults."""
        ports = f"{{ 443, {', '.join(map(str, site_ports))} }}"
        passes = access.passes.replace("{lan}", f"{self.lan}.0/24").replace("{ports}", ports)
        # As home routers do: from outside come answers only, and a sender keeps to its network.
        self.rules(f"""
flush ruleset
table ip nat {{
  chain out {{
    type nat hook postrouting priority srcnat
    oifname "wan" {access.masquerade}
  }}
}}
table ip filter {{
  chain forward {{
    type filter hook forward priority filter; policy drop
    ct state invalid drop
    ct state established,related accept
    iifname "lan" {passes}
  }}
  chain input {{
    type filter hook input priority filter
    iifname "wan" ct state new drop
  }}
}}""")

    def disturb(self, fault: str) -> None:
        """What nftables does with packets in between from now on; "" for nothing."""
        self.rules(f"""
add table ip faults
delete table ip faults
table ip faults {{
  chain forward {{
    type filter hook forward priority -1
    {fault}
  }}
}}""")

    def attach(self, person: "Person", interface: str) -> None:
        """Lay a cable from the router to a person; both ends are down at the person's side."""
        end = f"to-{interface}"
        self.ip(
            f"link add {end} type veth peer name {interface} netns {person.pid}",
            f"link set {end} master lan up",
        )
        person.cables[interface] = self.lan


class Person(Namespace):
    """Somebody's computer, with cables to one router or two."""

    def __init__(self) -> None:
        super().__init__()
        self.cables: dict[str, str] = {}
        # An address of IPv6 comes a second after the cable, which is a second change of network.
        self.set("ipv6/conf/default/disable_ipv6", "1")

    def change(self, *, unplugged: str = "", plugged: str = "") -> None:
        """Change the network at one moment, with address and route as DHCP gives them."""
        changes = []
        if unplugged:
            changes += [f"link set {unplugged} down", f"address flush dev {unplugged}"]
        if plugged:
            lan = self.cables[plugged]
            changes += [
                f"link set {plugged} up",
                f"address replace {lan}.2/24 dev {plugged}",
                f"route replace default via {lan}.1",
            ]
        self.ip(*changes)


@dataclass
class Internet:
    """All of it. `student` has a second cable, "eth1", to `mobile`."""

    home: Router
    mobile: Router
    school: Router
    student: Person
    teacher: Person
    # The ports of the sites, which every router lets through.
    site_ports: list[int] = field(default_factory=list)

    def connect(self, student: Access, teacher: Access) -> None:
        """Connect both like this, the student at home, and without faults."""
        ports = tuple(self.site_ports)
        self.home.connect(student, ports)
        self.mobile.connect(student, ports)
        self.school.connect(teacher, ports)
        self.student.change(unplugged="eth1", plugged="eth0")

    @property
    def namespaces(self) -> tuple[Namespace, ...]:
        return (self.student, self.teacher, self.home, self.mobile, self.school)


@contextmanager
def internet() -> Iterator[Internet]:
    """Become the server of a new internet. Raises: StepFailedError, OSError."""
    with network_of_our_own():
        ip(
            "link add net type bridge",
            f"address add {SERVER}/24 dev net",
            "link set net up",
            # Packets to unknown networks vanish. coturn gives up a relay at "network unreachable".
            "link add void type veth peer name end-of-void",
            "link set void arp off up",
            "link set end-of-void up",
            "route add default dev void",
        )
        built = Internet(
            home=Router("home", "203.0.113.11", "192.168.1"),
            mobile=Router("mobile", "203.0.113.12", "10.64.0"),
            school=Router("school", "203.0.113.21", "192.168.2"),
            student=Person(),
            teacher=Person(),
        )
        try:
            built.home.attach(built.student, "eth0")
            built.mobile.attach(built.student, "eth1")
            built.school.attach(built.teacher, "eth0")
            built.student.change(plugged="eth0")
            built.teacher.change(plugged="eth0")
            yield built
        finally:
            for namespace in built.namespaces:
                namespace.close()
