"""A Spark of a test's own, and the end of its JVM."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession

from futureagi_simulate_cli.spark_source import register

QUIET = """
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {folder}/spark.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c: %m%n%ex
"""


@contextmanager
def spark(master: str, folder: Path, **settings: str) -> Iterator[SparkSession]:
    """Start Spark with its event log, its web interface and its files in `folder`."""
    (folder / "events").mkdir(parents=True, exist_ok=True)
    logging = folder / "log4j2.properties"
    logging.write_text(QUIET.format(folder=folder))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(master)
    builder = builder.config(
        map={
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging}",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": (folder / "events").as_uri(),
            "spark.eventLog.compress": "false",
            "spark.local.dir": str(folder / "local"),
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.ui.port": "0",
            "spark.ui.showConsoleProgress": "false",
            **settings,
        }
    )
    session = builder.getOrCreate()
    try:
        register(session)
        yield session
    finally:
        session.stop()


def end_jvm() -> None:
    """End the JVM that all sessions of this process share."""
    gateway: Any = SparkContext._gateway
    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None
