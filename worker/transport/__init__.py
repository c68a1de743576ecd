"""From a message to the relay's answer. Knows the wire; knows nothing of mailings or rows.

`contract` is what every transport keeps; `relay` opens a connection; `wire` reads and writes;
`smtp` is the dialogue. docs/decisions tells how providers with an HTTP API fit behind the contract.
"""

from worker.transport.contract import Observer, Reply, Transport, Trouble
from worker.transport.null import NullTransport
from worker.transport.smtp import SMTPTransport

__all__ = ["NullTransport", "Observer", "Reply", "SMTPTransport", "Transport", "Trouble"]
