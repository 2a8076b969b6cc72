"""vLLM in this process: paged attention, continuous batching, LoRA adapters, and grammars by llguidance."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from backends.chat import batches, prompt_of
from backends.folders import ModelFolder, find_folder
from backends.gaps import ended, ends_of
from backends.local import LocalModel
from backends.masks import NAMED, compiled
from backends.protocol import BackendError, Proposal, Request
from backends.stepping import Asked, Stepping
from backends.wire import check_installed

# Unless the user has said otherwise: the engine in this very process, no log, no statistics sent to anybody, and on a
# CPU two GiB for what is remembered of prompts.
_SETTINGS = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "2",
}
_SHOWN = 300


class VLLM:
    """A local model in Hugging Face's layout, loaded at the first request, on a GPU where vLLM is built for one.

    ``context`` is the number of tokens that one request's prompt and answer may have together, ``parallel`` how many
    requests are decoded at once, whichever thread asked for them. Log-probabilities are those under the request's
    grammar on a GPU, and those of the model alone on a CPU.
    """

    engine = "vllm"

    def __init__(self, folder: ModelFolder, *, parallel: int = 32, context: int = 4096) -> None:
        self._folder = folder
        self._parallel = parallel
        self._context = min(context, _context_of(folder.path))
        self._engine: Stepping | None = None
        self._starting = threading.Lock()

    @classmethod
    def of(cls, model: LocalModel, *, offline: bool = False) -> VLLM:
        """The engine for a model as users name it. Raises ``BackendError`` for what is not installed or not there."""
        check_installed(cls.engine)
        return cls(find_folder(model, offline=offline))

    @property
    def model(self) -> str:
        return self._folder.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order.

        Raises ``BackendError`` where the model does not load, a prompt is too long, a grammar is malformed or the
        engine fails; the next request then starts it anew.
        """
        for request in requests:
            if request.grammar is not None:
                compiled(request.grammar)
        if not requests:
            return []
        engine, tokenizer = self._started()
        prompts = [prompt_of(tokenizer, request, self._context, self._folder.path.name) for request in requests]
        ends = _ends(tokenizer) if any(request.gap is not None for request in requests) else {}
        answers: dict[int, Proposal] = {}
        for batch in batches(requests, len(requests)):
            asked = [Asked(prompts[number], _parameters(requests[number], ends), self._adapter()) for number in batch]
            outputs = self._answers(engine, asked)
            answers |= {number: _proposal(output) for number, output in zip(batch, outputs, strict=True)}
        return [answers[number] for number in range(len(requests))]

    def close(self) -> None:
        """Free the model, once what runs has ended."""
        with self._starting:
            if self._engine is not None:
                self._engine.close()
            self._engine = None

    def _answers(self, engine: Stepping, asked: Sequence[Asked]) -> list[Any]:
        try:
            return engine.answers(asked)
        except Exception as error:  # vLLM raises errors of many kinds.
            with self._starting:
                if self._engine is engine and not engine.works:
                    self._engine = None
            raise BackendError(f"vLLM failed: {' '.join(str(error).split())[:_SHOWN]}") from error

    def _started(self) -> tuple[Stepping, Any]:
        with self._starting:
            if self._engine is None:
                engine = Stepping(self._load)
                with _told_on_failure(self._folder.path):
                    engine.loaded()
                self._engine = engine
            return self._engine, self._engine.loaded().get_tokenizer()

    def _load(self) -> Any:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        from vllm import LLM

        adapter = self._folder.adapter
        adapted = {} if adapter is None else {"enable_lora": True, "max_lora_rank": _rank_of(adapter)}
        return LLM(
            model=str(self._folder.path),
            dtype=_dtype_of(self._folder.path),
            max_model_len=self._context,
            max_num_seqs=self._parallel,
            structured_outputs_config={"backend": "guidance"},
            # Compiling for a CPU takes longer than it saves in the length of a compile.
            enforce_eager=_on_cpu(),
            disable_log_stats=False,
            logits_processors=_processors(),
            **adapted,
        )

    def _adapter(self) -> Any:
        if self._folder.adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        return LoRARequest("adapter", 1, str(self._folder.adapter))


def _on_cpu() -> bool:
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def _processors() -> list[Any]:
    """What vLLM's own sampling is too slow for on a CPU."""
    if not _on_cpu():
        return []
    from backends.vllm_drawing import Drawing

    return [Drawing]


def _ends(tokenizer: Any) -> dict[str, int]:
    """The tokens with which a middle may end, and their numbers."""
    vocabulary = tokenizer.get_vocab()
    return {end: vocabulary[end] for end in ends_of(vocabulary)}


def _parameters(request: Request, ends: Mapping[str, int]) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    sampling = request.sampling
    ends = ends if request.gap is not None else {}
    grammar = None if request.grammar is None else ended(request.grammar, list(ends))
    return SamplingParams(
        **(_drawn_here(request, grammar) if _on_cpu() else _drawn_by_vllm(request, grammar)),
        max_tokens=sampling.max_tokens,
        stop=list(sampling.stop),
        stop_token_ids=list(ends.values()),
        logprobs=0,
        output_kind=RequestOutputKind.FINAL_ONLY,
        # What an earlier request left behind would change the rounding, and a greedy answer with it.
        skip_reading_prefix_cache=sampling.temperature <= 0,
    )


def _drawn_here(request: Request, grammar: str | None) -> dict[str, Any]:
    from backends.vllm_drawing import asked_of

    return {"temperature": 0.0, "extra_args": asked_of(request, grammar)}


def _drawn_by_vllm(request: Request, grammar: str | None) -> dict[str, Any]:
    from vllm.sampling_params import StructuredOutputsParams

    sampling = request.sampling
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p if sampling.temperature > 0 else 1.0,
        "seed": request.engine_seed,
        "structured_outputs": None if grammar is None else StructuredOutputsParams(grammar=NAMED + grammar),
    }


def _proposal(output: Any) -> Proposal:
    [answer] = output.outputs
    finish: Literal["stop", "length"] = "length" if answer.finish_reason == "length" else "stop"
    times = output.metrics
    return Proposal(
        text=answer.text,
        prompt_tokens=len(output.prompt_token_ids),
        completion_tokens=len(answer.token_ids),
        finish=finish,
        logprob=answer.cumulative_logprob,
        seconds=0.0 if times is None else times.last_token_ts - times.scheduled_ts,
    )


def _context_of(folder: Path) -> int:
    return int(_read(folder / "config.json").get("max_position_embeddings") or sys.maxsize)


def _dtype_of(folder: Path) -> str:
    """The weights' own type: left to itself, vLLM would halve those of single precision."""
    config = _read(folder / "config.json")
    return str(config.get("dtype") or config.get("torch_dtype") or "auto")


def _rank_of(adapter: Path) -> int:
    """The smallest rank that vLLM has room for and the adapter fits into."""
    rank = int(_read(adapter / "adapter_config.json").get("r") or 0)
    return next((size for size in (8, 16, 32, 64, 128, 256) if size >= rank), 512)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackendError(f"cannot read {path}: {error}") from error
    return data if isinstance(data, dict) else {}


@contextmanager
def _told_on_failure(folder: Path) -> Iterator[None]:
    """Keep what is printed while a model loads, by libraries in other languages too, for the message of a failure."""
    with tempfile.TemporaryFile() as log:
        sys.stdout.flush()
        sys.stderr.flush()
        saved = [os.dup(number) for number in (1, 2)]
        try:
            for number in (1, 2):
                os.dup2(log.fileno(), number)
            yield
        except Exception as error:  # vLLM raises errors of many kinds, and often tells why only in its log.
            told = " ".join(str(error).split())[:_SHOWN]
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines()
            raise BackendError(
                f"vLLM cannot load {folder}: {told}", hint=lines[-1][:_SHOWN] if lines else "check the folder"
            ) from error
        finally:
            for number, copy in zip((1, 2), saved, strict=True):
                os.dup2(copy, number)
                os.close(copy)
