"""One side of ``liftc bench sygus`` on one problem, in a process of its own under the given limits.

The process that is started only forks, waits and reports, so that the peak of memory which the system has measured is
that of the solver alone, also where the solver was killed. Seconds are those of the wall, or of the processor: these
are the same however many others share it. A model's answers come from outside, on standard input; reading them as terms
and fitting costs to them is part of the search, and of its seconds.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from math import inf

_MARGIN = 0.3
_POLL = 0.1
_PROCESS_CLOCK = 2
"""How Linux names the clock of another process's time (see clock_getcpuclockid(3))."""


def main() -> None:
    """Run ``SIDE PATH SECONDS CLOCK BYTES`` and print one line of JSON: what the side found, and what it took.

    Standard input holds the texts of a model's answers as a JSON list, or nothing.
    """
    side, path, limit, clock, memory = sys.argv[1:]
    answers: list[str] = json.loads(sys.stdin.read() or "[]")
    seconds, begun = float(limit), time.monotonic()
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        _work(side, path, begun + seconds if clock == "wall" else inf, seconds, int(memory), answers, writing)
    os.close(writing)
    if clock == "processor":
        _stop_after(worker, seconds, reading)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(worker, 0)
    took = time.monotonic() - begun if clock == "wall" else usage.ru_utime + usage.ru_stime
    ended = {"seconds": took, "peak_bytes": usage.ru_maxrss * 1024, "ending": _ending(status)}
    print(json.dumps({**_answer(told), **ended}))


def _stop_after(worker: int, seconds: float, reading: int) -> None:
    """Wait for the worker to tell something or to have used up its seconds of the processor, which end it.

    The system's own timer of these seconds counts in ticks, and more than was used where many take turns.
    """
    clock = (~worker << 3) | _PROCESS_CLOCK
    while not select.select([reading], [], [], _POLL)[0]:
        if time.clock_gettime(clock) >= seconds:
            os.kill(worker, signal.SIGALRM)
            return


def _answer(told: str) -> dict[str, object]:
    try:
        answer: dict[str, object] = json.loads(told)
    except ValueError:
        return {}
    return answer


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return "time" if number == signal.SIGALRM else signal.Signals(number).name
    return "" if os.WEXITSTATUS(status) == 0 else f"exit {os.WEXITSTATUS(status)}"


def _work(side: str, path: str, deadline: float, seconds: float, memory: int, answers: list[str], pipe: int) -> None:
    """The worker's whole life. An alarm that nothing handles ends it at the wall's deadline, whatever it does."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if deadline < inf:
        signal.setitimer(signal.ITIMER_REAL, max(0.01, deadline - time.monotonic()))
    code = 0
    try:
        found = _cvc5(path) if side == "cvc5" else _liftc(path, deadline, seconds, answers)
        os.write(pipe, json.dumps(found).encode())
    except MemoryError:
        os.write(pipe, b'{"reason": "out of memory"}')
    except BaseException as error:
        os.write(pipe, json.dumps({"reason": f"{type(error).__name__}: {error}"[:500]}).encode())
        code = 1
    os._exit(code)


def _liftc(path: str, deadline: float, seconds: float, answers: list[str]) -> dict[str, object]:
    from compiler.front import read_source
    from compiler.sygus.answer import Limits
    from compiler.sygus.guided import guidance_from, solve_guided
    from compiler.sygus.problem import definitions_of
    from compiler.sygus.reader import read_problem
    from compiler.sygus.text import print_definition

    problem = read_problem(read_source(path))
    costs = guidance_from(problem, answers).costs
    limits = Limits(max(0.1, deadline - time.monotonic() - _MARGIN))
    if costs and deadline == inf:
        limits = Limits(max(0.1, seconds - time.process_time() - _MARGIN), clock=time.process_time)
    answer = solve_guided(problem, limits, costs)
    lines = [print_definition(item) for item in definitions_of(problem, answer.terms)] if answer.terms else []
    return {"answer": "\n".join(lines), "reason": answer.reason, "expansions": answer.expansions}


def _cvc5(path: str) -> dict[str, object]:
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("sygus", "true")
    with open(path, encoding="utf-8") as file:
        if "declare-var" in (text := file.read()) and "String" not in text:
            solver.setOption("sygus-si", "use")
    parser = cvc5.InputParser(solver)
    parser.setFileInput(cvc5.InputLanguage.SYGUS_2_1, path)
    symbols, told = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        told += command.invoke(solver, symbols)
    found = "define-fun" in told
    return {"answer": told if found else "", "reason": "" if found else told.strip()}
