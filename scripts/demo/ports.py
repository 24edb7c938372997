"""Whether the demo's ports are free, before anything starts."""

import errno
import os
import socket

from scripts.demo.environment import Demo, DemoError


def check_ports(demo: Demo) -> None:
    """Raises DemoError naming the first port that cannot be listened on, and the way round it."""
    for variable, port in demo.ports.items():
        fault = _fault(port)
        if fault == errno.EADDRINUSE:
            raise DemoError(
                f"Port {port} is in use, perhaps by another demo. "
                f"Stop what listens there, or choose another: {variable}={port + 1} make demo"
            )
        if fault:
            raise DemoError(
                f"Port {port} cannot be used ({os.strerror(fault)}). Choose another with {variable}=…"
            )


def _fault(port: int) -> int:
    """The errno of listening on the port, on the loopback of either family; 0 when it is free."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                probe.listen()
        except OSError as error:
            # A machine without IPv6 has no ::1 to be taken.
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                return error.errno or errno.EADDRINUSE
    return 0
