"""The connection to the broker, against a real Valkey that stops answering for a while."""

import os
import signal
import time

import pytest
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Consumer
from redis import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from contacts.models import Notice
from tests.participation.visits import coming_session, sign_up_url, stamped
from worker.app import app

pytestmark = pytest.mark.services

#: Milliseconds in which it does not answer, and seconds that we wait for it.
SILENCE = 1500
PATIENCE = 0.5


@pytest.mark.parametrize("act", ["ack", "reject"])
def test_lost_acknowledgement_does_not_stop_a_worker(valkey_url, act):
    queue, received = Queue(f"trial-{act}"), []
    options = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    with Connection(
        valkey_url, transport=app.conf.broker_transport, transport_options=options
    ) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)
        with Consumer(channel, queue, callbacks=[lambda body, message: received.append(message)]):
            producer = connection.Producer()
            for number in range(2):
                producer.publish(number, routing_key=queue.name, declare=[queue])
            connection.drain_events(timeout=5)
            with Redis.from_url(valkey_url) as client:
                client.client_pause(SILENCE)
            with pytest.raises(RedisTimeoutError):
                getattr(received[0], act)()
            time.sleep(SILENCE / 1000)
            connection.drain_events(timeout=5)
    assert [message.payload for message in received] == [0, 1]


@pytest.mark.django_db
def test_sign_up_is_taken_while_the_broker_is_frozen(valkey_url, client, monkeypatch, settings):
    settings.REDIS_URL = settings.BROKER_URL = valkey_url
    monkeypatch.setitem(app.conf, "broker_url", valkey_url)
    session = coming_session()
    with Redis.from_url(valkey_url) as broker:
        process: int = broker.info()["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        began = time.monotonic()
        response = client.post(sign_up_url(session), stamped())
        took = time.monotonic() - began
    finally:
        os.kill(process, signal.SIGCONT)
    assert (response.status_code, Notice.objects.get().kind) == (303, "confirm")
    assert took < PATIENCE * 4
