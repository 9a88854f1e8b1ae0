"""Trainings that other libraries run, observed by our callbacks: the bits are those of the training alone, every step is seen.

Each in a process of its own: these libraries set much when they are imported, and one must be told its backend before.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BEGIN = """
import json, logging, sys, warnings
warnings.simplefilter("ignore")
import torch
from torch import nn
import nodescope as ns

x = torch.randn(64, 3, generator=torch.Generator().manual_seed(1))
y = x[:, :1] - 0.5 * x[:, 1:2]

def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))

def bits(model):
    return b"".join(p.detach().numpy().tobytes() for p in model.parameters()).hex()

def tell(trained):
    torch.manual_seed(3)
    alone, _ = trained(None)
    state = torch.get_rng_state()
    torch.manual_seed(3)
    seen, run = trained(Observer())
    findings = [finding.text for finding in ns.diagnose(run).findings if finding.severity != "note"]
    print(json.dumps({
        "same": alone == seen and torch.equal(state, torch.get_rng_state()), "steps": run.steps, "records": len(run.records),
        "layers": [layer.name for layer in run.layers], "first": run.losses[0], "last": run.losses[-1],
        "validation": len(run.facts.noted.get("validation", ())), "wrong": findings,
        "notes": [note for note in run.notes if "ended" in note],
    }))
"""
LIGHTNING = """
import lightning.pytorch as pl
from nodescope.torch.lightning import Observer
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = network()
    def training_step(self, batch, _):
        return nn.functional.mse_loss(self.net(batch[0]), batch[1])
    def validation_step(self, batch, _):
        self.log("val_loss", nn.functional.mse_loss(self.net(batch[0]), batch[1]))
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 0.02)

def trained(observer):
    data = torch.utils.data.TensorDataset(x, y)
    module = Module()
    trainer = pl.Trainer(
        max_epochs=4, accelerator="cpu", accumulate_grad_batches=2, gradient_clip_val=1.0, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, callbacks=[observer] if observer else [],
    )
    train = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)
    trainer.fit(module, train, torch.utils.data.DataLoader(data, batch_size=64))
    return bits(module), observer and observer.run

tell(trained)
"""
TRANSFORMERS = """
import tempfile
from transformers import Trainer, TrainingArguments
from nodescope.torch.transformers import Observer

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = network()
    def forward(self, given, labels):
        out = self.net(given)
        return {"loss": nn.functional.mse_loss(out, labels), "logits": out}

def trained(observer):
    data = [{"given": a, "labels": b} for a, b in zip(x, y)]
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, num_train_epochs=4, per_device_train_batch_size=16, learning_rate=0.02, report_to=[], save_strategy="no",
            eval_strategy="epoch", disable_tqdm=True, use_cpu=True, logging_strategy="no", remove_unused_columns=False,
        )
        trainer = Trainer(model, arguments, train_dataset=data, eval_dataset=data, callbacks=[observer] if observer else [])
        trainer.train()
    return bits(model), observer and observer.run

tell(trained)
"""
SKORCH = """
from skorch import NeuralNetRegressor
from skorch.dataset import ValidSplit
from nodescope.torch.skorch import Observer

class Module(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = network()
    def forward(self, given):
        return self.net(given)

def trained(observer):
    net = NeuralNetRegressor(
        Module, optimizer=torch.optim.Adam, lr=0.02, max_epochs=4, batch_size=16, iterator_train__shuffle=True, verbose=0,
        train_split=ValidSplit(4), callbacks=[("observer", observer)] if observer else None,
    )
    net.fit(x.numpy(), y.numpy())
    return bits(net.module_), observer and dict(net.callbacks_)["observer"].run

tell(trained)
"""
KERAS = """
import keras
from nodescope.torch.keras import Observer

def trained(observer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
    model.fit(x.numpy(), y.numpy(), batch_size=16, epochs=4, verbose=0, shuffle=True, validation_split=0.25,
              callbacks=[observer] if observer else [])
    return bits(model), observer and observer.run

tell(trained)
"""


def _told(library: str, code: str, folder: Path) -> dict[str, Any]:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    settings = {"KERAS_BACKEND": "torch", "KERAS_HOME": str(folder), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code], capture_output=True, text=True, env=os.environ | settings, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize(
    ("library", "code", "steps", "layers"),
    [
        ("lightning", LIGHTNING, 16, ["net.0", "net.2"]),
        ("transformers", TRANSFORMERS, 16, ["net.0", "net.2"]),
        ("skorch", SKORCH, 12, ["net.0", "net.2"]),
        ("keras", KERAS, 12, None),
    ],
)
@pytest.mark.timeout(300)
def test_what_a_library_trains_is_seen_and_not_changed(library, code, steps, layers, tmp_path):
    told = _told(library, code, tmp_path)
    assert told["same"]
    assert told["steps"] == steps
    assert told["records"] == steps
    assert layers is None or told["layers"] == layers
    assert told["last"] < told["first"]
    assert told["validation"] == 4
    assert told["wrong"] == []
    assert told["notes"] == []
