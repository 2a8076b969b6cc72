"""What holds for every engine in this process, whichever it is and whatever its model says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from backends.protocol import Backend, BackendError, Gap, Message, Request, Sampling
from backends.recheck import conforms
from grammar.specialise import candidate_grammar
from tests.tiny_models import CONTEXT

HELLO = (Message("system", "Be brief."), Message("user", "Say hi."))
LONGER = (Message("user", "Write the Python function `twice(n)`. Answer with one Python code block."),)
CHOICE = 'start: "yes" | "no"\n'
TWICE = candidate_grammar("twice", ["n"])


def sample(messages: tuple[Message, ...], occurrence: int, **how: object) -> Request:
    return Request(messages, Sampling(1.0, **{"max_tokens": 8, **how}), occurrence=occurrence)  # type: ignore[arg-type]


class EngineLaws:
    """Tests for a module's fixture ``backend``. ``tells_logprob`` says whether the engine knows log-probabilities."""

    tells_logprob = True
    fills_gaps = True

    def test_answers_come_in_order_with_tokens_and_timing(self, backend: Backend) -> None:
        lengths = [3, 9, 1, 5, 7, 2, 8, 4, 6]
        asked = [sample(LONGER if number % 2 else HELLO, 0, max_tokens=most) for number, most in enumerate(lengths)]
        answers = backend.propose(asked)
        for answer, most in zip(answers, lengths, strict=True):
            assert answer.completion_tokens == most if answer.finish == "length" else answer.completion_tokens <= most
            assert answer.seconds > 0
            assert (answer.logprob is not None and answer.logprob < 0) if self.tells_logprob else answer.logprob is None
        assert answers[0].prompt_tokens == answers[2].prompt_tokens
        assert 8 < answers[0].prompt_tokens != answers[1].prompt_tokens
        assert backend.propose([]) == []

    def test_greedy_answers_do_not_depend_on_what_else_is_asked(self, backend: Backend) -> None:
        greedy = Request(HELLO, Sampling(max_tokens=8))
        [alone] = backend.propose([greedy])
        among = backend.propose([sample(LONGER, 0), greedy, sample(HELLO, 1)])[1]
        assert among.text == alone.text
        assert among.logprob == pytest.approx(alone.logprob, abs=0.01)

    def test_samples_differ_by_occurrence_and_repeat(self, backend: Backend) -> None:
        asked = [sample(HELLO, number) for number in range(4)]
        first, again = backend.propose(asked), backend.propose(asked)
        assert len({answer.text for answer in first}) == 4
        assert [answer.text for answer in again] == [answer.text for answer in first]
        [other] = backend.propose([sample(HELLO, 0, seed=5)])
        assert other.text != first[0].text

    def test_gaps_are_filled_or_refused(self, backend: Backend) -> None:
        request = Request((), Sampling(max_tokens=20), CHOICE, gap=Gap("def f():\n    return '", "<|im_end|>'\n"))
        if not self.fills_gaps:
            with pytest.raises(BackendError, match="knows no fill-in-the-middle"):
                backend.propose([request])
            return
        [answer] = backend.propose([request])
        assert (answer.text in ("yes", "no"), answer.finish) == (True, "stop")
        assert answer.prompt_tokens > 3
        assert backend.propose([sample(HELLO, 0), replace(request, grammar=None)])[1].completion_tokens > 0

    def test_grammars_hold(self, backend: Backend) -> None:
        choices = [Request(HELLO, Sampling(t, max_tokens=20), CHOICE, number) for number, t in enumerate((0, 1, 2))]
        for answer in backend.propose([*choices, sample(HELLO, 0)])[:3]:
            assert (answer.text in ("yes", "no"), answer.finish) == (True, "stop")
        code = [Request(LONGER, Sampling(0.7, max_tokens=60), TWICE, number) for number in range(3)]
        for answer in backend.propose(code):
            assert answer.text.startswith("```python\n")
            assert answer.finish == "length" or conforms(answer.text, TWICE)

    def test_stop_words_end_an_answer_before_them(self, backend: Backend) -> None:
        [free] = backend.propose([Request(LONGER, Sampling(max_tokens=12))])
        word = free.text[len(free.text) // 2]
        [stopped] = backend.propose([Request(LONGER, Sampling(max_tokens=12, stop=(word,)))])
        assert stopped.text == free.text[: free.text.index(word)]
        assert stopped.finish == "stop"

    def test_an_answer_cut_within_a_character_ends_before_it(self, backend: Backend) -> None:
        answers = backend.propose([Request(HELLO, Sampling(max_tokens=most)) for most in range(1, 17)])
        texts = [answer.text for answer in answers]
        assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
        assert not any(text.endswith("\N{REPLACEMENT CHARACTER}") for text in texts)

    def test_failures_are_told(self, backend: Backend) -> None:
        long = Request((Message("user", "hello world " * CONTEXT),), Sampling(max_tokens=8))
        with pytest.raises(BackendError, match=f"the context holds {CONTEXT}") as caught:
            backend.propose([long])
        assert caught.value.hint
        with pytest.raises(BackendError, match="malformed"):
            backend.propose([Request(HELLO, grammar="start: foo ((")])
