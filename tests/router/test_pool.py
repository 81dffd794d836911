"""Worker processes: what hangs or dies is found, alone; everything else of its chunk is decided."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from router.jobs import Decided, Job, Refused, Result
from router.pool import DecisionPool
from runtime.config import Configuration
from schemas.cloudevents import decode
from schemas.errors import ConfigurationError
from schemas.events import Decision
from tests.router import poison
from tests.router.support import KEY, configuration, job, mail, rule_document

CREATE = {"action": "create_case", "case_type": "damage"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return configuration(tmp_path_factory.mktemp("config"))


def decide(config: Configuration, jobs: Sequence[Job], decide: str = poison.DECIDE) -> list[Result]:
    async def run() -> list[Result]:
        pool = DecisionPool(2, decide)
        try:
            await pool.use(config, [KEY])
            return await pool.decide(jobs)
        finally:
            await pool.close()

    return asyncio.run(run())


def decision(result: Result) -> Decision:
    assert isinstance(result, Decided)
    data = decode(result.record).data
    assert isinstance(data, Decision)
    return data


def test_results_come_in_the_order_of_the_jobs(config: Configuration) -> None:
    jobs = [job(mail(f"number {number}")) for number in range(130)]
    results = decide(config, jobs)
    assert [decision(result).mail_id for result in results] == [one.received.mail_id for one in jobs]


@pytest.mark.feature("OP-07", "mail")
def test_a_mail_that_hangs_is_refused_alone_and_its_chunk_is_decided(config: Configuration) -> None:
    jobs = [job(mail(f"number {number}")) for number in range(20)]
    jobs.insert(7, job(mail("hang", X_Poison="hang")))
    started = time.monotonic()
    results = decide(config, jobs)
    refused = {index: result for index, result in enumerate(results) if isinstance(result, Refused)}
    assert refused[7].reason == "decision_timeout"
    assert refused[7].attempts == 2
    assert len(refused) == 1
    assert 9 <= time.monotonic() - started < 60


@pytest.mark.feature("OP-07", "mail")
def test_a_mail_that_kills_its_process_is_refused_alone(config: Configuration) -> None:
    jobs = [job(mail(f"number {number}")) for number in range(60)]
    jobs.insert(55, job(mail("crash", X_Poison="crash")))
    jobs.insert(3, job(mail("crash too", X_Poison="crash")))
    results = decide(config, jobs)
    refused = {index: result for index, result in enumerate(results) if isinstance(result, Refused)}
    assert sorted(refused) == [3, 56]
    assert {result.reason for result in refused.values()} == {"crashed_router"}


def test_a_mail_whose_decision_raises_fails_nobody_else(config: Configuration) -> None:
    results = decide(config, [job(mail("good")), job(mail("bad", X_Poison="raise")), job(mail("good again"))])
    assert [type(result) for result in results] == [Decided, Refused, Decided]
    assert isinstance(results[1], Refused)
    assert (results[1].reason, results[1].attempts) == ("decision_failed", 1)
    assert "a bug in the parser" in results[1].detail


def test_an_idle_worker_killed_from_outside_costs_no_mail(config: Configuration) -> None:
    async def run() -> list[Result]:
        pool = DecisionPool(2, "router.work:decide_mail")
        try:
            await pool.use(config, [KEY])
            await pool.decide([job(mail("warm"))])
            assert pool._generation is not None
            for pid in list(pool._generation.pool._pool_manager.worker_manager.workers):
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(1)
            return await pool.decide([job(mail(f"number {number}")) for number in range(5)])
        finally:
            await pool.close()

    assert all(isinstance(result, Decided) for result in asyncio.run(run()))


def test_a_changed_configuration_decides_the_next_mail_while_chunks_under_way_end(
    config: Configuration, tmp_path: Path
) -> None:
    row = {"id": "new", "when": {"subject": {"contains": "broken"}}, "new": [CREATE]}
    changed = configuration(tmp_path, rule_document([row]))

    gone: dict[int, bool] = {}

    async def run() -> tuple[list[Result], list[Result]]:
        pool = DecisionPool(2, "router.work:decide_mail")
        try:
            await pool.use(config, [KEY])
            under_way = asyncio.create_task(pool.decide([job(mail(f"number {number}")) for number in range(200)]))
            await asyncio.sleep(0)
            assert pool._generation is not None
            old = list(pool._generation.pool._pool_manager.worker_manager.workers)
            await pool.use(changed, [KEY])
            finished = await under_way
            await asyncio.wait_for(asyncio.gather(*pool._ending), 20)
            gone.update((pid, not os.path.exists(f"/proc/{pid}")) for pid in old)  # noqa: ASYNC240
            return finished, await pool.decide([job(mail("after"))])
        finally:
            await pool.close()

    before, after = asyncio.run(run())
    assert gone
    assert all(gone.values()), "old processes live on"
    assert len(before) == 200
    assert all(isinstance(result, Decided) for result in before)
    assert decision(after[0]).versions.config == changed.digest
    assert decision(after[0]).outcome.new[0].rule == "claims/new"


def test_processes_that_do_not_start_leave_the_last_configuration_in_force(config: Configuration) -> None:
    async def run() -> Result:
        pool = DecisionPool(1, "router.work:decide_mail")
        try:
            await pool.use(config, [KEY])
            pool._decide = "tests.router.poison:not_there"
            with pytest.raises(ConfigurationError, match="do not start"):
                await pool.use(config, [KEY])
            (result,) = await pool.decide([job(mail())])
            return result
        finally:
            await pool.close()

    assert isinstance(asyncio.run(run()), Decided)
