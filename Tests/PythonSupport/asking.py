"""Threads that ask something again and again while a test does its harm, and keep count of what came back."""

import collections
import threading
import time


class Asking:
    """What a kind of load adds: work for its threads, each piece of which calls `note` with what was wrong, if anything."""

    def __init__(self, began):
        """began: the epoch time that failures are told relative to."""
        self.began = began
        self.counts = collections.Counter()
        self.slowest = collections.Counter()
        # (seconds since the beginning, what was asked, what was wrong)
        self.failures = []
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._threads = []

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._end.set()
        for thread in self._threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self._threads), "a request never came back"

    def run(self, work, *arguments):
        """A thread for `work`, which ends when `_end` is set."""
        self._threads.append(threading.Thread(target=work, args=arguments))

    def repeat(self, pause, work):
        """A thread that calls `work` with 0, 1, 2 …, and waits `pause` seconds after each."""
        def loop():
            turn = 0
            while not self._end.is_set():
                work(turn)
                turn += 1
                self._end.wait(pause)

        self.run(loop)

    def note(self, kind, asked, began, problem):
        """Counts one answer; began: when it was asked for; problem: `None` when all was well."""
        with self._lock:
            self.counts[kind] += 1
            self.slowest[kind] = max(self.slowest[kind], round(time.time() - began, 2))
            if problem:
                self.failures.append((round(began - self.began, 1), asked, problem))
