"""The registry as applications hold it: threads, no I/O after `require`, reload in development, answers."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

import promptreg
from promptreg.errors import (
    InputError,
    InvalidFile,
    OutputInvalid,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    UsageError,
)
from tests.cli.schemas import valid
from tests.support.registries import SUPPORT, component, load_files, write_files

SMALL = {"limit": 50, "ticket": "Where is my parcel?"}


def test_thirty_two_threads_render_the_same_bytes(tmp_path: Path) -> None:
    registry = promptreg.load(write_files(tmp_path, SUPPORT))

    def run(thread: int) -> set[str]:
        found = set()
        for number in range(1_000):
            rendered = registry.render("reply", {"limit": 1 + number % 3, "ticket": f"t{number % 3}"})
            body = repr(rendered.messages)
            if number % 200 == 0:
                body += repr([segment.as_dict() for segment in rendered.segments])
            found.add(f"{number % 600} " + sha256(body.encode()).hexdigest())
        return found

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(run, range(32)))
    assert all(result == results[0] for result in results)
    assert {line.split()[0] for line in results[0]} == {str(number) for number in range(600)}


def test_a_registry_takes_no_attributes(tmp_path: Path) -> None:
    registry = load_files(tmp_path, SUPPORT)
    for name in ("counter", "problems", "labels"):
        with pytest.raises(AttributeError):
            setattr(registry, name, "cl100k_base")


def test_rendering_twice_gives_the_same_bytes_and_segments(tmp_path: Path) -> None:
    registry = load_files(tmp_path, SUPPORT)
    one, two = registry.render("reply", SMALL), registry.render("reply", SMALL)
    assert one.document() == two.document()


def test_no_file_socket_or_process_is_opened_after_require(tmp_path: Path) -> None:
    write_files(tmp_path, SUPPORT)
    script = """
        import sys
        import promptreg
        registry = promptreg.load("prompts")
        registry.require(["reply"])
        watched = ("open", "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.scandir", "import")
        def hook(event, args):
            if event.startswith(watched):
                print("EVENT", event, args)
        sys.addaudithook(hook)
        for ticket in ("a", "</ticket>", "x" * 5000):
            r = registry.render("reply", {"limit": 5, "ticket": ticket, "history": [{"role": "user", "content": "x"}]})
            r.messages, r.text, r.segments, r.tokens, r.parts, r.record(), r.attributes(), r.document()
            for provider in ("openai", "openai-responses", "anthropic", "gemini"):
                r.to(provider)
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_dev_sees_changed_added_and_removed_files(tmp_path: Path) -> None:
    registry_folder = write_files(tmp_path, SUPPORT)
    fixed, dev = promptreg.load(registry_folder), promptreg.load(registry_folder, dev=True)
    agent = registry_folder / "instructions" / "agent.md"
    agent.write_text(component("Changed for {{ shop }}.\n", "{shop: {type: string, default: Acme}}"))
    assert dev.render("reply", SMALL).text.startswith("Changed for Acme.")
    assert fixed.render("reply", SMALL).text.startswith("You answer for Acme.")
    (registry_folder / "new.md").write_text(component("x"))
    assert "new" in [entry.name for entry in dev.items()]
    agent.unlink()
    with pytest.raises(UnknownName, match="instructions/agent"):
        dev.render("reply", SMALL)
    assert fixed.render("reply", SMALL).text.startswith("You answer for Acme.")


def test_require_reports_the_problems_of_all_prompts_at_once(tmp_path: Path) -> None:
    files = {
        "a.yaml": "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [text: '{{ x }}']}]\n",
        "b.yaml": "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [use: nope]}]\n",
    }
    registry = promptreg.load(write_files(tmp_path, files))
    with pytest.raises(PromptregError) as caught:
        registry.require(["a", "b", "c"])
    assert [(problem.path, problem.line) for problem in caught.value.problems] == [
        ("prompts/a.yaml", 3),
        ("prompts/b.yaml", 3),
        (None, None),
    ]


def test_a_broken_file_hides_no_other_and_raises_when_reached(tmp_path: Path) -> None:
    registry = promptreg.load(write_files(tmp_path, {**SUPPORT, "rules/limits.md": "---\nkind: rull\n---\nx"}))
    assert {problem.path for problem in registry.problems} == {"prompts/rules/limits.md"}
    with pytest.raises(InvalidFile, match="rull"):
        registry.render("reply", SMALL)


@pytest.mark.parametrize(
    ("ref", "kind", "suggestion"),
    [
        ("repli", UnknownName, "reply"),
        ("reply@^2", UnsatisfiableRef, "reply@1.0.0"),
        ("reply@production", UnknownName, None),
        ("rules/limits", UnknownName, None),
        ("../reply", UnknownName, None),
        ("reply@", UnknownName, None),
    ],
)
def test_a_wrong_entry_ref_is_explained(tmp_path: Path, ref: str, kind: type[PromptregError], suggestion: str) -> None:
    with pytest.raises(kind) as caught:
        load_files(tmp_path, SUPPORT).render(ref, SMALL)
    assert caught.value.problems[0].suggestion == suggestion


def test_samples_are_filled_up_by_given_inputs(tmp_path: Path) -> None:
    registry = load_files(tmp_path, SUPPORT)
    assert registry.samples("reply") == ("small",)
    assert "60 EUR" in registry.render("reply", {"limit": 60}, sample="small").text
    with pytest.raises(UnknownName) as caught:
        registry.render("reply", sample="smal")
    assert caught.value.problems[0].suggestion == "small"


def test_records_and_attributes_hold_no_values(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", {"limit": 987654, "ticket": "MARKER-1", "history": []})
    valid(json.dumps(rendered.record()), "record")
    shown = repr(rendered.record()) + repr(rendered.attributes())
    assert "MARKER" not in shown
    assert "987654" not in shown
    assert rendered.attributes()["gen_ai.prompt.name"] == "reply"
    assert rendered.attributes()["gen_ai.prompt.version"] == "1.0.0+head"
    assert [pin["name"] for pin in rendered.record()["pins"]] == [
        "examples/replies",
        "instructions/agent",
        "rules/limits",
    ]


def test_rows_and_overhead_sum_to_the_total(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render(
        "reply", {**SMALL, "history": [{"role": "user", "content": "Hello"}]}
    )
    document = rendered.document()
    rows = sum(row["tokens"] + row["seam_tokens"] for row in document["parts"])
    overhead = document["overhead"]["messages"] + document["overhead"]["reply"]
    assert overhead > 0
    assert rows + overhead == document["tokens"]["total"]
    assert document["parts"][-1]["running_total"] == rows


ANSWER = {
    "p.yaml": """\
        kind: prompt
        version: 1.0.0
        inputs: {limit: {type: number}}
        output:
          schema: schemas/answer.json
          ensures: ["output.amount <= limit"]
        messages: [{role: user, parts: [text: "{{ limit }}"]}]
        """,
    "schemas/answer.json": '{"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}}',
    "free.yaml": """\
        kind: prompt
        version: 1.0.0
        output: {ensures: ["output | length < 10"]}
        messages: [{role: user, parts: [text: x]}]
        """,
}


def test_a_good_answer_comes_back_parsed(tmp_path: Path) -> None:
    registry = load_files(tmp_path, ANSWER)
    registry.require("p")
    assert registry.check_output("p", '{"amount": 5}', {"limit": 5}) == {"amount": 5}
    assert registry.check_output("free", "short") == "short"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("no json", "not JSON"),
        ("{}", "'amount' is a required property"),
        ('{"amount": "5"}', "output.amount: '5' is not of type"),
        ('{"amount": 6}', "does not hold: output.amount <= limit"),
        ("[" * 5_000, "not JSON"),
    ],
)
def test_a_bad_answer_is_refused_with_the_reason(tmp_path: Path, answer: str, reason: str) -> None:
    with pytest.raises(OutputInvalid, match=reason):
        load_files(tmp_path, ANSWER).check_output("p", answer, {"limit": 5})


def test_a_broken_or_missing_output_schema_is_found_by_require(tmp_path: Path) -> None:
    for text in ('{"type": "nope"}', "{", None):
        files = dict(ANSWER)
        if text is None:
            del files["schemas/answer.json"]
        else:
            files["schemas/answer.json"] = text
        registry = promptreg.load(write_files(tmp_path / str(text)[:3].strip('{"'), files))
        with pytest.raises(InvalidFile, match=r"prompts/schemas/answer\.json"):
            registry.require("p")


def test_without_the_schema_extra_only_checking_answers_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    registry = load_files(tmp_path, ANSWER)
    registry.require("p")
    assert registry.render("p", {"limit": 5}).text == "5"
    with pytest.raises(UsageError, match=r"promptreg\[schema\]"):
        registry.check_output("p", '{"amount": 5}')


def test_load_refuses_a_missing_folder_and_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        promptreg.load(tmp_path / "nope")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is not a folder"):
        promptreg.load(tmp_path / "file")


def test_inputs_must_be_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a mapping"):
        load_files(tmp_path, SUPPORT).render("reply", [("limit", 5)])  # type: ignore[arg-type]


def test_every_error_can_be_caught_by_its_public_name() -> None:
    import inspect

    from promptreg import errors

    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, PromptregError):
            assert getattr(promptreg, name) is kind
            assert name in promptreg.__all__


def test_warnings_tell_of_unknown_models_and_of_nothing_to_send(tmp_path: Path) -> None:
    text = "kind: prompt\nversion: 1.0.0\nmodel: foo/bar\ninputs: {a: {type: string}}\n"
    files = {"p.yaml": text + "messages: [{role: user, parts: [text: '{{ a }}']}]\n"}
    rendered = load_files(tmp_path, files).render("p", {"a": ""})
    assert [warning.split(":")[0] for warning in rendered.warnings] == [
        "tokens are estimated",
        "no message would be sent",
    ]
    assert repr(rendered) == "<Rendered p@1.0.0+head: 0 messages>"


def test_a_ref_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="not NoneType"):
        load_files(tmp_path, SUPPORT).render(None)  # type: ignore[arg-type]
