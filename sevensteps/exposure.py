"""Which connections other machines can see, and whether something encrypts them or excuses them."""

from collections.abc import Iterator, Mapping, Sequence

from sevensteps.addresses import addresses_of, is_loopback
from sevensteps.database_url import hosts_of

PLAINTEXT = ("services", "temporal", "database", "metrics", "telemetry", "console")
"""What SEVENSTEPS_PLAINTEXT may allow without encryption beyond this machine."""
PAGES = ("metrics", "temporal_metrics")
"""The settings of the pages about a process."""
PREFIX = "SEVENSTEPS_"


def setting_name(field: str) -> str:
    """What a field of the settings is called in the environment."""
    return PREFIX + field.upper()


def excused(plaintext: str) -> frozenset[str]:
    """What may go to other machines without encryption, as SEVENSTEPS_PLAINTEXT says it."""
    return frozenset(name.strip() for name in plaintext.split(",")) - {""}


def problem_of_exposure(given: Mapping[str, str], called: Sequence[str]) -> str:
    """What is wrong with the first connection that other machines can see, and that nothing encrypts or excuses.

    `given` are the settings by their fields, `called` those that say where services are. Empty where all is well.
    """
    return next(_problems(given, called), "")


def _problems(given: Mapping[str, str], called: Sequence[str]) -> Iterator[str]:
    without = excused(given["plaintext"])
    if not without <= {*PLAINTEXT}:
        wanted = f"some of {', '.join(PLAINTEXT)}, separated by commas, not {given['plaintext']}"
        yield f"{setting_name('plaintext')}: expected {wanted}."
    for name in PAGES:
        if "metrics" not in without and not is_loopback(given[name] or "localhost"):
            yield (
                f"{setting_name(name)}: expected an address of this machine: whoever reaches the page needs no token. "
                f"If the network itself keeps others out, put metrics into {setting_name('plaintext')}."
            )
    if not given["console_certificates"] and "console" not in without and not is_loopback(given["console"]):
        yield (
            f"{setting_name('console')}: {given['console']} is not on this machine, and nothing encrypts the pages. "
            f"Set {setting_name('console_certificates')} to a folder of certificates; or, if a web server in front "
            f"encrypts them and nobody else gets past it, put console into {setting_name('plaintext')}."
        )
    connections = [("certificates", "services", name, addresses_of(given[name])) for name in called]
    connections.append(("temporal_certificates", "temporal", "temporal", (given["temporal"],)))
    if given["database"]:
        connections.append(("database_certificates", "database", "database", tuple(hosts_of(given["database"]))))
    for folder, word, name, addresses in connections:
        if not given[folder] and word not in without:
            yield from (_exposed(name, address, folder, word) for address in _beyond(addresses))


def _beyond(addresses: Sequence[str]) -> Iterator[str]:
    return (address for address in addresses if address and not is_loopback(address))


def _exposed(name: str, address: str, folder: str, word: str) -> str:
    return (
        f"{setting_name(name)}: {address} is not on this machine, and nothing encrypts the connection. Set "
        f"{setting_name(folder)} to a folder of certificates; or, if the network itself keeps others out, put {word} "
        f"into {setting_name('plaintext')}."
    )
