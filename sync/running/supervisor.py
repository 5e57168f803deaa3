"""Keeps broker, stand-in, worker, beat and web running until it is told to stop."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings

from sync.running import broker
from sync.running.child import Child
from sync.running.watch import BrokerWatch, WorkerWatch

TICK = 0.2  # seconds between two looks at the children
GRACE = 10.0  # seconds that children have to finish what they are at
WORKER_PROCESSES = 3  # a long push and a long sync leave one for what was just told


class Supervisor:
    """The parent of everything that `manage.py up` runs; `say` writes to the terminal."""

    def __init__(self, *, say: Callable[[str], None], verbose: bool) -> None:
        self._say = say
        self._verbose = verbose
        self._stops = 0  # how often we were told to stop
        self._children: dict[str, Child] = {}
        self._server = None if settings.REDIS_URL else broker.find_server()
        self._broker_watch = BrokerWatch(say)
        self._worker_watch = WorkerWatch(f"exactlink-{settings.PORT}")

    @property
    def is_stopping(self) -> bool:
        """Whether we were told to stop."""
        return self._stops > 0

    def listen_to_signals(self) -> None:
        """Stop in good order at Ctrl-C, a kill, or when the terminal goes away."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_stop)

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def start(self) -> None:
        """Start every child, the broker first. Raises BrokerError when it can't be run here."""
        if self._server:
            self._start_broker(self._server)
        if stand_ins_are_ours():
            self._add("stand-in", *manage("sandbox", *_stand_in_options()))
        if self._server or settings.REDIS_URL:
            self._add("worker", *_worker_command(self._worker_watch.name))
            self._add("beat", *_celery("beat", "--pidfile="))
        else:
            self._say("No broker can be run here: the work is done in a loop, one piece at a time.")
            self._add("drain", *manage("drain"))
        self._add("web", sys.executable, "-m", "sync.running.web")

    def _start_broker(self, server: broker.Server) -> None:
        if broker.is_alive(settings.BROKER_SOCKET):  # of a supervisor that was killed
            return
        self._add("broker", *broker.command(server, settings.BROKER_SOCKET, settings.DATA_DIR))
        self.wait_until(lambda: broker.is_alive(settings.BROKER_SOCKET), seconds=10)

    def _add(self, name: str, *command: str) -> Child:
        child = Child(
            name,
            command,
            folder=settings.DATA_DIR / "logs",
            say=self._say,
            verbose=self._verbose,
        )
        self._children[name] = child
        child.start()
        return child

    def errand(self, name: str, *command: str) -> int:
        """Run a command to its end beside the children; return its exit status."""
        child = self._add(name, *command)
        del self._children[name]  # not to be started again
        try:
            self.wait_until(lambda: child.exit_status is not None, seconds=None)
        finally:
            child.kill()
        return child.exit_status if child.exit_status is not None else 1

    def wait_until(self, is_true: Callable[[], bool], *, seconds: float | None) -> bool:
        """Look after the children until something is true; say whether it came true."""
        deadline = time.monotonic() + (seconds if seconds is not None else float("inf"))
        while not is_true():
            if self.is_stopping or time.monotonic() > deadline:
                return False
            self.tick()
        return True

    def run(self) -> None:
        """Look after the children until told to stop."""
        self.wait_until(lambda: False, seconds=None)

    def tick(self) -> None:
        """Look at everything once, mend what needs it, and wait a moment."""
        if self._server and "broker" not in self._children and self._broker_is_gone():
            self._start_broker(self._server)
            self._restart_worker("the broker was started anew")
        for name, child in self._children.items():
            if child.tend() and name == "broker":
                self._restart_worker("the broker was started anew")
        self._watch()
        time.sleep(TICK)

    def _watch(self) -> None:
        worker, beat = self._children.get("worker"), self._children.get("beat")
        if not (worker and beat and worker.pid and beat.pid):
            return
        if self._broker_watch.has_come_back():
            self._restart_worker("the broker is back")
        elif self._worker_watch.is_deaf(since=max(worker.started_at, beat.started_at)):
            self._restart_worker("it no longer hears the broker")

    def _broker_is_gone(self) -> bool:
        return not broker.is_alive(settings.BROKER_SOCKET)

    def _restart_worker(self, why: str) -> None:
        if worker := self._children.get("worker"):
            self._say(f"worker is started anew: {why}.")
            worker.restart()

    def stop(self) -> None:
        """End every child: the broker last, and at once when told to stop a second time."""
        told = self._stops
        children = [child for name, child in self._children.items() if name != "broker"]
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        while any(child.pid for child in children) and time.monotonic() < deadline:
            if self._stops > told:
                break
            time.sleep(TICK / 4)
        for child in children:
            child.kill()
        if self._server:
            broker.shut_down(settings.BROKER_SOCKET)
        for child in self._children.values():
            child.kill()


def manage(*arguments: str) -> Sequence[str]:
    """Return the command that runs one of `manage.py`'s."""
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]


def stand_in_is_ours() -> bool:
    """Whether EXACT_URL names the stand-in that we run, rather than Exact itself."""
    return _is_ours(settings.EXACT_URL, settings.EXACT_SANDBOX_PORT)


def stand_ins_are_ours() -> bool:
    """Whether we run the stand-ins: one process serves both, for whoever is not real."""
    zoho_is_ours = _is_ours(settings.ZOHO_ACCOUNTS_URL, settings.ZOHO_SANDBOX_PORT)
    return zoho_is_ours or stand_in_is_ours()


def _is_ours(url: str, port: int) -> bool:
    address = urlsplit(url)
    return address.hostname in {"localhost", "127.0.0.1", "::1"} and address.port == port


def _stand_in_options() -> Iterator[str]:
    folder = settings.DATA_DIR / "sandbox"
    folder.mkdir(mode=0o700, exist_ok=True)
    yield from ("--exact-port", str(settings.EXACT_SANDBOX_PORT))
    yield from ("--zoho-port", str(settings.ZOHO_SANDBOX_PORT))
    yield from ("--state", str(folder / "exact.json"))
    yield from ("--zoho-state", str(folder / "zoho.json"))


def _celery(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "celery", "--app", "config", *arguments]


def _worker_command(name: str) -> Sequence[str]:
    return _celery(
        *("worker", "--concurrency", str(WORKER_PROCESSES), "--hostname", f"{name}@%h"),
        *("--without-gossip", "--without-mingle"),
    )
