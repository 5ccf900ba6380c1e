#!/usr/bin/env python3
"""Proves that every check of lint.py rejects a bad sample, and that `swift format lint` does: `.ci/run selftest`.

The tree is copied once without its build folders; the copy must be clean. Then, for each sample, one bad file is put into
the copy, the check must name that file and fail, and the file is taken out again.
"""

import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("lint", HERE / "lint.py")
lint = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lint)

MARKER = "TO" + "DO"
# check, file, content: each must be found by that check, in that file.
SAMPLES = [
    ("top_level", "stray.txt", "x\n"),
    ("length", "Sources/Shared/Bad.swift", "// line\n" * (lint.SOURCE_LINES + 1)),
    ("length", "Tests/SharedTests/Bad.swift", "// line\n" * (lint.TEST_LINES + 1)),
    ("imports", "Sources/Shared/RRD/BadReader.swift", "import CRRD\n"),
    ("imports", "Sources/Collector/BadArchive.swift", "internal import CRRD\n"),
    ("imports", "Sources/Collector/RouterOS/BadTLS.swift", "internal import COpenSSL\n"),
    ("imports", "Sources/Shared/Model/Digest+Bad.swift", "import COpenSSL\n"),
    ("imports", "Tests/CollectorTests/BadTLS.swift", "import COpenSSL\n"),
    ("imports", "Sources/Collector/Compare/BadFetch.swift", "import CCurl\n"),
    ("imports", "Sources/Shared/BadNetwork.swift", "import NIOCore\n"),
    ("imports", "Sources/Shared/BadNetwork.swift", "package import Hummingbird\n"),
    ("imports", "Sources/Shared/BadNetwork.swift", "import ArgumentParser\n"),
    ("imports", "Sources/Collector/BadPage.swift", "import Mustache\n"),
    ("imports", "Sources/Collector/BadWeb.swift", "import Hummingbird\n"),
    ("imports", "Sources/Collector/BadWeb.swift", "import HTTPService\n"),
    ("imports", "Sources/HTTPService/BadPage.swift", "import Mustache\n"),
    ("imports", "Sources/Collector/Endpoint/BadZip.swift", "import CZlib\n"),
    ("imports", "Sources/WebNode/BadSide.swift", "@testable import Collector\n"),
    ("imports", "Sources/FakeDevice/BadSide.swift", "import struct Collector.Word\n"),
    ("imports", "Tests/EndToEndTests/BadSide.swift", "@testable import WebNode\n"),
    ("calls", "Sources/Shared/Bad.swift", "let child = Process()\n"),
    ("calls", "Sources/Collector/Edit/EditBad.swift", "posix_spawnp(&pid, path, nil, nil, nil, nil)\n"),
    ("calls", "Sources/WebNode/Render/RenderBad.swift", "posix_spawn(&pid, path, nil, nil, nil, nil)\n"),
    ("imports", "Sources/WebNode/Graphs/BadLimits.swift", "import CProcess\n"),
    ("calls", "Sources/Shared/Bad.swift", "posix_spawn(&pid, path, nil, nil, nil, nil)\n"),
    ("calls", "Sources/Shared/Bad.swift", "let value = try! read()\n"),
    ("calls", "Sources/Shared/Bad.swift", 'fatalError("no")\n'),
    ("calls", "Sources/Shared/Bad.swift", 'print("x")\n'),
    ("calls", "Sources/Shared/Bad.swift", "Thread.sleep(forTimeInterval: 1)\n"),
    ("calls", "Sources/Shared/Bad.swift", "usleep(10)\n"),
    ("unsafe", "Sources/Shared/Bad.swift", "\nfinal class Box: @unchecked Sendable {}\n"),
    ("unsafe", "Sources/Shared/Bad.swift", "let a = 1\nnonisolated(unsafe) var b = 2\n"),
    ("markers", "Sources/Shared/Bad.swift", f"// {MARKER}: later\n"),
    ("shell", "deploy/bad.sh", "#!/bin/bash\nif true; then\n"),
    ("javascript", "Sources/WebNode/Assets/bad.js", "function (\n"),
    ("python", "Tests/Peers/bad.py", "def broken(:\n"),
    ("json", "docs/bad.json", "{\n"),
    ("links", "docs/bad.md", "[gone](no-such-file.md)\n"),
]
# What must pass although it looks similar.
GOOD = {
    "Sources/Shared/Good.swift":
        '// Process() and print("x") in a comment\nlet text = "fatalError(1) try! // usleep(1)"\nmenu.print(text)\n'
        "// Safe: guarded by the lock.\nfinal class Box: @unchecked Sendable {}\n",
    "Sources/Shared/RRD/RRDLibrary+Good.swift": "internal import CRRD\n",
    "Sources/SecureTransport/GoodTLS.swift": "internal import COpenSSL\n",
    "Sources/Collector/Download/Good.swift": "import CCurl\n",
    "Sources/Collector/GoodCommand.swift": 'print("x")\n',
}


def run_lint(root, *checks):
    command = [sys.executable, str(HERE / "lint.py"), "--root", str(root), *checks]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def put(root, name, content):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def main():
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch) / "copy"
        for name in lint.Tree(HERE.parent).files:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE.parent / name, target)
        subprocess.run(["git", "-C", str(root), "init", "--quiet"], check=True)
        for name, content in GOOD.items():
            put(root, name, content)
        clean = run_lint(root)
        if clean.returncode:
            problems.append("the unchanged tree (with samples that are allowed) is not clean:\n" + clean.stderr)
        for check, name, content in SAMPLES:
            if check == "javascript" and not shutil.which("node"):
                print("  javascript: not proved, node is not installed")
                continue
            path = put(root, name, content)
            ran = run_lint(root, check)
            path.unlink()
            caught = ran.returncode == 1 and f"{name}:" in ran.stderr
            print(f"  {check}: {'rejects' if caught else 'ACCEPTS'} {content.strip().splitlines()[-1][:60]!r}")
            if not caught:
                problems.append(f"{check} does not reject {name}: {ran.stdout}{ran.stderr}")
        unproved = set(lint.CHECKS) - {check for check, _, _ in SAMPLES}
        if unproved:
            problems.append(f"no bad sample for: {', '.join(sorted(unproved))}")
        path = put(root, "Sources/Shared/Bad.swift", "struct  Bad{let a:Int}\n")
        ran = subprocess.run(["swift", "format", "lint", "--strict", str(path)], capture_output=True, cwd=root, check=False)
        print(f"  swift format: {'rejects' if ran.returncode else 'ACCEPTS'} bad spacing")
        if ran.returncode == 0:
            problems.append("swift format lint accepts bad spacing")
    for problem in problems:
        print(f"selftest: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
