"""Top-p on a CPU: the tokens kept are those that putting all of them in order keeps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny_models import needs

pytestmark = [pytest.mark.engine, needs("vllm", "torch")]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(-80, 80), min_size=40, max_size=40), min_size=1, max_size=5),
    st.lists(st.sampled_from([0.1, 0.5, 0.9, 0.95, 0.999]), min_size=5, max_size=5),
    st.sampled_from([1, 2, 7, 40, 64]),
)
def test_what_is_kept_is_what_sorting_keeps(rows: list[list[int]], shares: list[float], first: int) -> None:
    import torch
    from vllm.v1.sample.ops.topk_topp_sampler import apply_top_k_top_p_pytorch

    from backends.nucleus import least_kept

    # Different in each place: among equal ones vLLM keeps as many as the share takes, and this keeps all.
    logits = torch.tensor(rows, dtype=torch.float32) / 8 + torch.arange(40) * 1e-4
    wanted = torch.tensor(shares[: len(rows)])
    expected = apply_top_k_top_p_pytorch(logits.clone(), None, wanted)
    kept = logits.masked_fill(logits < least_kept(logits, wanted, first).unsqueeze(1), -torch.inf)
    # A token on whose arrival the share is reached to the last digit may fall on either side.
    assert ((kept == expected).sum(1) >= 39).all()
    assert (kept.argmax(1) == logits.argmax(1)).all()


def test_each_answer_keeps_its_own_share_wherever_its_row_goes() -> None:
    import torch
    from vllm import SamplingParams
    from vllm.v1.sample.logits_processor import BatchUpdate, MoveDirectionality

    from backends.nucleus import SHARE, Nucleus

    nucleus = Nucleus(None, torch.device("cpu"), False)
    narrow, free = SamplingParams(extra_args={SHARE: 0.5}), SamplingParams()
    logits = torch.tensor([[3.0, 2.0, 1.0, 0.0]] * 3)
    nucleus.update_state(BatchUpdate(3, [], [(0, narrow, None, []), (1, free, None, [])], []))
    assert nucleus.apply(logits.clone()).isinf().sum(1).tolist() == [3, 0, 0]
    nucleus.update_state(BatchUpdate(3, [], [], [(0, 2, MoveDirectionality.UNIDIRECTIONAL)]))
    assert nucleus.apply(logits.clone()).isinf().sum(1).tolist() == [0, 0, 3]
    nucleus.update_state(BatchUpdate(2, [2], [], []))
    assert nucleus.apply(logits.clone()).isinf().sum(1).tolist() == [0, 0, 0]
    assert nucleus.is_argmax_invariant()
