"""A program in a terminal of its own, driven as a person would: it is the leader of a session whose terminal is a pty."""

import os
import pty
import select
import signal
import termios
import time

WAIT_SECONDS = 30


class Terminal:
    def __init__(self, command, folder, environment=None, size=None):
        """`size` is (lines, columns)."""
        self.screen = ""
        self._seen = 0
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            if size:
                termios.tcsetwinsize(0, size)
            words = [str(word) for word in command]
            os.execve(words[0], words, {**os.environ, "TERM": "dumb", **(environment or {})})

    def _read(self, seconds):
        """More of the screen; False when the program has closed its terminal."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # Linux: EIO once the last end is closed
            return False
        self.screen += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, text, seconds=WAIT_SECONDS):
        """Waits until `text` comes after what was waited for before, and returns what stood between."""
        deadline = time.monotonic() + seconds
        while True:
            place = self.screen.find(text, self._seen)
            if place >= 0:
                between = self.screen[self._seen:place]
                self._seen = place + len(text)
                return between
            alive = self._read(max(0.0, min(1.0, deadline - time.monotonic())))
            if text in self.screen[self._seen:]:
                continue
            assert alive, f"the program ended before {text!r}:\n{self.screen[-3000:]}"
            assert time.monotonic() < deadline, f"no {text!r} within {seconds} s:\n{self.screen[-3000:]}"

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def answer(self, question, text=""):
        self.wait_for(question)
        self.type(text + "\n")

    def shows_typing(self):
        return bool(termios.tcgetattr(self.descriptor)[3] & termios.ECHO)

    def end(self, seconds=WAIT_SECONDS):
        """Waits for the program's end and returns its exit status, negative for a signal."""
        deadline = time.monotonic() + seconds
        while self._read(max(0.0, min(1.0, deadline - time.monotonic()))):
            assert time.monotonic() < deadline, f"the program did not end within {seconds} s:\n{self.screen[-3000:]}"
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0
        os.close(self.descriptor)
