"""The socket that several processes share."""

import socket
from contextlib import closing

from serving.listening import bound_socket


def test_a_socket_for_several_processes_says_that_it_is_tcp_as_asyncio_sends_at_once_only_then() -> None:
    with closing(bound_socket("127.0.0.1", 0)) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()):
            taken, _ = bound.accept()
            with taken:
                assert (taken.proto, bound.get_inheritable()) == (socket.IPPROTO_TCP, True)
