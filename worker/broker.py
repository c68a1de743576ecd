"""The connection to the broker, with one repair: a lost acknowledgement does not stop a worker.

Kombu counts a message as being worked on until its acknowledgement has reached the broker. One that
got lost, because the broker froze or broke off at that moment, counts for ever; a worker that
takes one message at a time then waits for ever, alive and connected. Here it counts no more. The
broker gives such a message out again after its visibility time-out, which does no harm: what it
carries are hints.
"""

from kombu.transport import redis, virtual


class _QoS(redis.QoS):
    """Lets go of a message whatever becomes of its acknowledgement."""

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]
            raise


class _Channel(redis.Channel):
    QoS = _QoS


class Transport(redis.Transport):
    """What `broker_transport` names."""

    Channel = _Channel
