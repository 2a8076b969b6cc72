"""Models for the tests of engines, made on the spot: real networks and tokenizers, with weights that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from backends.gaps import MARKS

CONTEXT = 512
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_END, _START = "<|im_end|>", "<|im_start|>"
# Logits for tokens that no tokenizer knows, as many published models have them.
_UNUSED = 11


def needs(*packages: str) -> pytest.MarkDecorator:
    """Skips tests where an engine's packages are not installed."""
    missing = [package for package in packages if find_spec(package) is None]
    return pytest.mark.skipif(bool(missing), reason=f"`make test-engines` has {', '.join(missing)}; not installed here")


def tiny_model(folder: Path) -> Path:
    """A Qwen2 of two layers with a byte-level tokenizer, in Hugging Face's layout."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = _tokenizer()
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer) + _UNUSED,
        hidden_size=128,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        initializer_range=0.3,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_adapter(folder: Path, model: Path) -> Path:
    """A LoRA adapter for a model, that changes its answers."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    config = LoraConfig(r=8, lora_alpha=64, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        _lines(),
        trainers.BpeTrainer(vocab_size=600, special_tokens=[_END, _START, *MARKS[0]], initial_alphabet=alphabet),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=_END, pad_token=_END, chat_template=CHAT_TEMPLATE
    )


def _lines() -> Iterator[str]:
    for path in sorted((Path(__file__).parent.parent / "grammar").glob("*.py")):
        yield from path.read_text(encoding="utf-8").splitlines(keepends=True)
