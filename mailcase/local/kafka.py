"""Apache Kafka, one KRaft node that is broker and controller."""

from __future__ import annotations

import base64
import logging
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from mailcase.local import jars
from mailcase.local.part import Part, Progress
from mailcase.local.ports import HOST, Port, answers
from mailcase.local.processes import ProcessId, processes_with_argument, start_detached
from schemas.errors import ProviderPermanent, ProviderTemporary

__all__ = ["Kafka", "check_brokers"]

_KAFKA = jars.Artifact("org.apache.kafka:kafka_2.13:4.3.1")
_LOGGING = jars.Artifact("org.apache.logging.log4j:log4j-slf4j-impl:2.25.4#log4j-slf4j-impl-*")

# Few partitions and small preallocated indexes: one node, one user, a laptop's disk. A killed broker's
# session must end before it may register again: its default of 9 s would be waited for at each start after a kill.
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{kafka},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{kafka}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=33554432
log.segment.delete.delay.ms=1000
"""

_LOG4J = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server
logger.server.level=info
logger.config.name=org.apache.kafka.common.config
logger.config.level=error
"""


class Kafka(Part):
    """Keeps its data over a stop and over a kill; topics are made by mailcase, never by chance."""

    name = "kafka"
    title = "Apache Kafka"
    version = _KAFKA.coordinate.rpartition(":")[2]

    def __init__(self, folder: Path, *, kafka_port: int, controller_port: int | None) -> None:
        super().__init__(folder)
        self._home = folder / "kafka"
        self._properties = self._home / "server.properties"
        follows = kafka_port + 1 if kafka_port else 0
        self._ports = (
            Port("kafka", "Kafka", kafka_port, "--kafka-port", "MAILCASE_LOCAL_KAFKA_PORT"),
            Port(
                "controller",
                "Kafka's controller",
                follows if controller_port is None else controller_port,
                "--controller-port",
                "MAILCASE_LOCAL_CONTROLLER_PORT",
            ),
        )
        self._class_path = ""

    @property
    def ports(self) -> tuple[Port, ...]:
        return self._ports

    @property
    def data(self) -> tuple[Path, ...]:
        return (self._home,)

    def address(self, ports: Mapping[str, int]) -> str:
        return f"{HOST}:{ports['kafka']}"

    def prepare(self, ports: Mapping[str, int], progress: Progress) -> None:
        self._class_path = jars.class_path(self.name, (_KAFKA, _LOGGING), self.folder, progress)
        self._home.mkdir(parents=True, exist_ok=True)
        data = self._home / "data"
        escaped = str(data).replace("\\", "\\\\")  # the value's syntax is that of Java properties
        self._properties.write_text(_PROPERTIES.format(host=HOST, data=escaped, **ports))
        (self._home / "log4j2.properties").write_text(_LOG4J)
        if not (data / "meta.properties").exists():
            progress(self.name, "preparing its data folder")
            self._format()

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(
            # `=`: one id of 64 begins with a hyphen, and would be taken for an option.
            [
                *self._java("-Xmx256m"),
                *("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._properties)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            raise ProviderPermanent(f"Kafka cannot make its data folder {self._home}: {lines[-1]}")

    def _java(self, *options: str) -> list[str]:
        logs = f"-Dlog4j2.configurationFile={self._home / 'log4j2.properties'}"
        return [jars.java(), *options, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", logs, "-cp", self._class_path]

    def start(self, ports: Mapping[str, int]) -> ProcessId:
        command = [*self._java("-Xmx512m"), "kafka.Kafka", str(self._properties)]
        return start_detached(command, log=self.log, cwd=self._home)

    def orphans(self) -> list[ProcessId]:
        servers = processes_with_argument("kafka.Kafka")
        return [process for process in processes_with_argument(str(self._properties)) if process in servers]

    def check_ready(self, ports: Mapping[str, int]) -> None:
        if not answers(ports["kafka"]):
            raise ProviderTemporary("nothing listens yet")
        check_brokers(self.address(ports))


def check_brokers(brokers: str, timeout: float = 5.0) -> None:
    """Ask for the cluster's metadata. Raises ProviderTemporary when no broker answers within `timeout` seconds."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    noise = logging.getLogger("kafka")
    before, noise.disabled = noise.disabled, True
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=brokers.split(","),
            bootstrap_timeout_ms=int(timeout * 1000),
            request_timeout_ms=int(timeout * 1000),
        )
        try:
            admin.list_topics()
        finally:
            admin.close()
    except (KafkaError, OSError, ValueError) as error:
        raise ProviderTemporary(f"Kafka at {brokers} does not answer ({error})") from error
    finally:
        noise.disabled = before
