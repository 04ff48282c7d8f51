"""Calibrators in folders: the same bits and bytes, or a refusal that says why."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save

import calibrant as cal
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import CALIBRATORS
from calibrant.calibrators.saved import read_calibrator
from calibrant.calibrators.saving import checksum
from calibrant.errors import InputError, OutputError

every_calibrator = pytest.mark.parametrize("name", CALIBRATORS)


def drawn(n_classes=3, n=300, seed=0):
    rng = np.random.default_rng(seed)
    logits = 2 * rng.standard_normal((n, n_classes))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return cal.predictions(logits=2 * logits, labels=labels)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@every_calibrator
@pytest.mark.parametrize("n_classes", [2, 3])
def test_what_was_saved_comes_back_to_the_bit_and_equal_fits_give_equal_bytes(
    name, n_classes, tmp_path
):
    rows = drawn(n_classes)
    fitted = get(name).fit(rows)
    fitted.save(tmp_path / "one")
    get(name).fit(rows).save(tmp_path / "other")
    again = cal.load_calibrator(tmp_path / "one")
    np.testing.assert_array_equal(again.transform(rows).probs, fitted.transform(rows).probs)
    assert again.fit_rows == fitted.fit_rows
    again.save(tmp_path / "third")
    assert content(tmp_path / "one") == content(tmp_path / "other") == content(tmp_path / "third")


@pytest.fixture
def folder(tmp_path):
    get("matrix").fit(drawn()).save(tmp_path / "saved", class_names=["a", "b", "c"])
    return tmp_path / "saved"


def test_loaded_ones_know_the_rows_of_their_fit_and_the_classes(folder):
    saved = read_calibrator(folder)
    assert saved.class_names == ("a", "b", "c")
    with pytest.raises(InputError, match="got 300 of 300 rows"):
        cal.evaluate(saved.fitted.transform(drawn()), ["log_loss"])


def changed(folder, change, *, signed=True):
    path = folder / "calibrator.json"
    told = json.loads(path.read_text())
    change(told)
    if signed:
        told["sha256"] = checksum(
            {k: v for k, v in told.items() if k not in {"sha256", "calibrant"}}
        )
    path.write_text(json.dumps(told))


def removed(place):
    return lambda told: told.pop(place)


@pytest.mark.parametrize(
    ("harm", "match"),
    [
        (lambda f: (f / "calibrator.json").unlink(), "No such file"),
        (lambda f: (f / "arrays.safetensors").unlink(), "got no arrays.safetensors"),
        (lambda f: (f / "calibrator.json").write_text("{}"), "calibrant did not write"),
        (lambda f: (f / "calibrator.json").write_text("[" * 9999), "calibrant did not write"),
        (lambda f: (f / "calibrator.json").write_bytes(b"\xff\xfe"), "calibrant did not write"),
        (
            lambda f: (f / "calibrator.json").write_text((f / "calibrator.json").read_text()[:300]),
            "calibrant did not write",
        ),
        (
            lambda f: (f / "arrays.safetensors").write_bytes(
                (f / "arrays.safetensors").read_bytes()[:-8]
            ),
            "changed, damaged or cut short",
        ),
        (lambda f: changed(f, lambda t: t["record"].update(n=7), signed=False), "was changed"),
        (lambda f: changed(f, lambda t: t.update(schema_number=2)), "schema 2.*Update calibrant"),
        (lambda f: changed(f, lambda t: t.update(schema_number=0)), "schema 0.*Fit again"),
        (lambda f: changed(f, lambda t: t.update(extra=1)), "other fields"),
        (lambda f: changed(f, removed("record")), "other fields"),
        (lambda f: changed(f, lambda t: t["record"].update(method="os.system")), "os.system"),
        (lambda f: changed(f, lambda t: t["record"].update(n="3")), "n = '3'"),
        (lambda f: changed(f, lambda t: t.update(class_names=["a"])), "1 names of 3 classes"),
        (lambda f: changed(f, lambda t: t.update(fit_rows=None)), "do not go with"),
        (lambda f: changed(f, lambda t: t["fit_rows"].update(n=5)), "5 rows, 300 kept"),
        (lambda f: changed(f, lambda t: t["fit_rows"].update(fingerprint="?")), "no number"),
        (lambda f: changed(f, lambda t: t.update(arrays_sha256=None)), "says nothing"),
    ],
)
def test_what_is_not_as_it_was_saved_is_refused(folder, harm, match):
    harm(folder)
    with pytest.raises(InputError, match=match) as caught:
        cal.load_calibrator(folder)
    assert "hold a calibrator as calibrant saved it" in str(caught.value)


@pytest.mark.parametrize("more", [True, False])
def test_arrays_too_many_or_too_few_are_refused(folder, more):
    import hashlib  # noqa: PLC0415 -- of this test alone

    from safetensors.torch import load  # noqa: PLC0415

    path = folder / "arrays.safetensors"
    arrays = load(path.read_bytes())
    if more:
        arrays["other"] = torch.zeros(1)
    else:
        del arrays["intercept"]
    path.write_bytes(save(arrays))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    changed(folder, lambda told: told.update(arrays_sha256=sha256))
    with pytest.raises(InputError, match=r"do not go with calibrator\.json: (other|intercept)"):
        cal.load_calibrator(folder)


def test_an_older_folder_stays_unless_it_is_a_calibrator_that_may_go(folder, tmp_path):
    fitted = get("temperature").fit(drawn())
    with pytest.raises(OutputError, match="already exists"):
        fitted.save(folder)
    fitted.save(folder, force=True)
    assert cal.load_calibrator(folder) == fitted
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(OutputError, match="it holds other files"):
        fitted.save(tmp_path / "mine", force=True)
    with pytest.raises(OutputError, match="it exists and is not a folder"):
        fitted.save(tmp_path / "mine" / "thesis.tex", force=True)
    with pytest.raises(OutputError, match="cannot write"):
        fitted.save(tmp_path / "no" / "such" / "place")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "saved"]


def test_names_must_be_one_a_class(tmp_path):
    with pytest.raises(InputError, match="class_names must be 3, one a class; got 2"):
        get("temperature").fit(drawn()).save(tmp_path / "one", class_names=["a", "b"])
