"""How tokens are drawn: as often as their chances say, inside nucleus and grammar, and masks only where needed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny_models import needs

pytestmark = [pytest.mark.engine, needs("torch", "llguidance")]

DRAWN = 4000


class Allowed:
    """A mask that allows always the same tokens, of so many, and counts how often it is made."""

    def __init__(self, tokens: set[int], width: int) -> None:
        self.tokens = tokens
        self.width = width
        self.made = 0

    def allows(self, token: int) -> bool:
        return token in self.tokens

    def refused(self) -> Any:
        import torch

        self.made += 1
        return torch.tensor([token not in self.tokens for token in range(self.width)])


def nucleus(chances: list[float], share: float) -> list[float]:
    """What is left of chances, by putting them in order."""
    left, held = [0.0] * len(chances), 0.0
    for token in sorted(range(len(chances)), key=lambda token: -chances[token]):
        if held < share:
            left[token] = chances[token]
        held += chances[token]
    return [chance / sum(left) for chance in left]


def frequencies(logits: list[float], temperature: float, share: float, mask: Any = None) -> list[float]:
    import torch

    from backends.drawing import Draw, draw_tokens

    rows = torch.tensor(logits, dtype=torch.float32).expand(DRAWN, -1)
    tokens = draw_tokens(rows, [Draw(temperature, share, seed, mask) for seed in range(DRAWN)])
    return [tokens.count(token) / DRAWN for token in range(len(logits))]


LOGITS = st.lists(st.integers(-24, 24), min_size=3, max_size=9, unique=True).map(
    lambda numbers: [number / 8 for number in numbers]
)


@settings(deadline=None, max_examples=30)
@given(LOGITS, st.sampled_from([0.5, 1.0, 1.7]), st.sampled_from([0.31, 0.62, 0.93, 1.0]))
def test_tokens_come_as_often_as_their_chances_in_the_nucleus(
    logits: list[float], temperature: float, share: float
) -> None:
    import torch

    chances = (torch.tensor(logits) / temperature).softmax(0).tolist()
    assert frequencies(logits, temperature, share) == pytest.approx(nucleus(chances, share), abs=0.05)


@settings(deadline=None, max_examples=30)
@given(LOGITS, st.sampled_from([0.62, 1.0]), st.data())
def test_what_a_grammar_refuses_is_drawn_again_among_what_it_allows(
    logits: list[float], share: float, data: st.DataObject
) -> None:
    import torch

    allowed = data.draw(st.sets(st.integers(0, len(logits) - 1), min_size=1))
    free = nucleus(torch.tensor(logits).softmax(0).tolist(), share)
    masked = [logit if token in allowed else -torch.inf for token, logit in enumerate(logits)]
    again = nucleus(torch.tensor(masked).softmax(0).tolist(), share)
    refused = sum(chance for token, chance in enumerate(free) if token not in allowed)
    expected = [(free[token] if token in allowed else 0.0) + refused * chance for token, chance in enumerate(again)]
    assert frequencies(logits, 1.0, share, Allowed(allowed, len(logits))) == pytest.approx(expected, abs=0.05)


def test_a_nucleus_wider_than_the_first_few_hundred_tokens_is_drawn_from_whole() -> None:
    found = frequencies([0.0] * 1000, 1.0, 0.999)
    assert sum(chance > 0 for chance in found) > 950
    assert max(found) < 0.01


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_last_place_is_a_token_that_may_come(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from backends.drawing import Draw, draw_tokens

    monkeypatch.setattr(Draw, "chances", SimpleNamespace(random=lambda: 1 - 2**-53))
    logits = torch.tensor([[1.0, 0.0, -torch.inf]])
    assert draw_tokens(logits, [Draw(1.0, share, 0)]) == [0 if share < 1 else 1]


def test_a_mask_is_made_only_for_a_token_that_is_refused() -> None:
    import torch

    from backends.drawing import Draw, draw_tokens

    logits = torch.tensor([[3.0, 2.0, 1.0]])
    mask: Any = Allowed({0, 2}, 3)
    assert (draw_tokens(logits, [Draw(0.0, 1.0, 0, mask)]), mask.made) == ([0], 0)
    mask = Allowed({1, 2}, 3)
    assert (draw_tokens(logits, [Draw(0.0, 1.0, 0, mask)]), mask.made) == ([1], 1)


@needs("vllm")
def test_each_answer_keeps_its_own_draws_wherever_its_row_goes() -> None:
    import torch
    from vllm import SamplingParams
    from vllm.v1.sample.logits_processor import BatchUpdate, MoveDirectionality

    from backends.protocol import Request, Sampling
    from backends.vllm_drawing import Drawing, asked_of

    drawing = Drawing(SimpleNamespace(model_config=None), torch.device("cpu"), False)
    drawn = SamplingParams(extra_args=asked_of(Request((), Sampling(1.0, 0.9)), None))
    logits = torch.tensor([[3.0, 2.0, 1.0, 0.0]] * 3)
    drawing.update_state(BatchUpdate(3, [], [(0, drawn, None, []), (1, SamplingParams(), None, [])], []))
    assert drawing.apply(logits.clone()).isinf().sum(1).tolist() == [1, 0, 0]
    drawing.update_state(BatchUpdate(3, [], [], [(0, 2, MoveDirectionality.UNIDIRECTIONAL)]))
    assert drawing.apply(logits.clone()).isinf().sum(1).tolist() == [0, 0, 1]
    drawing.update_state(BatchUpdate(2, [2], [], []))
    assert drawing.apply(logits.clone()).isinf().sum(1).tolist() == [0, 0, 0]
    assert not drawing.is_argmax_invariant()
    assert asked_of(Request((), Sampling()), None) is None
