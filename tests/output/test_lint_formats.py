"""The formats in which findings are handed to people and machines."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.finding import Edit, Fix, Place, Related
from promptreg.lint.report import Report
from promptreg.output.json_text import document_text
from promptreg.output.lint_excerpt import excerpt
from promptreg.output.lint_fingerprint import fingerprints
from promptreg.output.lint_github import github_text
from promptreg.output.lint_gitlab import gitlab_issues
from promptreg.output.lint_junit import junit_text
from promptreg.output.lint_sarif import sarif_log
from promptreg.output.lint_secrets import Secrets, conceal
from promptreg.output.lint_text import lint_rows
from promptreg.output.styled import encode
from promptreg.output.terminal import width
from promptreg.text import Source
from tests.cli.schemas import valid
from tests.output.reports import LIMITS, finding, of, report

SUBSET = Path(__file__).with_name("sarif_subset.json")
NOTHING = Report(files=3)


def text(of_report: Report, columns: int = 80, *, color: bool = False) -> str:
    return encode(lint_rows(of_report, columns), color=color, safe=color)


def sarif(of_report: Report, prefix: str = "") -> dict[str, Any]:
    pages = {"undefined-variable": "# undefined-variable"}
    return sarif_log(of_report, builtin_rules(), pages, prefix=prefix, version="0.1.0")


def test_text() -> None:
    assert text(report()) == (
        'prompts/rules/refund limits.md:6:30: error: nothing declares "max_amout" [undefined-variable]\n'
        " 6 | - Never promise more than {{ max_amout }}.\n"
        "   |                              ^^^^^^^^^\n"
        "   = prompts/support/reply.yaml:4:10: included here (support/reply 2.0.0)\n"
        "\n"
        'prompts/rules/refund limits.md:7:39: warning: "always" stands here twice: <b> & 100 % [repeated-word]\n'
        " 7 | - Ask a colleague, 100 % of the time: always, always.\n"
        "   |                                       ^^^^^^^^^^^^^^\n"
        "   = fix: Remove the second one (--fix)\n"
        "\n"
        "prompts/support/reply.yaml:1:1: note: no version is named [unpinned-reference]\n"
        " 1 | kind: prompt\n"
        "   | ^^^^^^^^^^^^ to line 2\n"
        "\n"
        "1 error, 1 warning, 1 note in 2 of 31 files\n"
        "1 finding can be fixed with --fix\n"
    )


def test_text_of_nothing() -> None:
    assert text(NOTHING) == "nothing found in 3 files\n"
    quiet = NOTHING._replace(suppressed=report().findings[:2], baselined=report().findings[:1])
    assert text(quiet) == "nothing found in 3 files (2 suppressed, 1 in the baseline)\n"


def test_colour_adds_codes_and_nothing_else() -> None:
    painted = text(report(), color=True)
    assert "\x1b[1;31merror\x1b[0m" in painted
    plain = painted
    for code in ("0", "1", "2", "32", "1;31", "1;33", "1;36"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == text(report())


def test_carets_stand_under_what_is_meant_behind_tabs_wide_and_hidden_characters() -> None:
    source = Source("a.md", "\tタグ \u200bhere\u200b it is\n")
    found = excerpt(of(source, "here"), Secrets(()), 80)
    assert found.line[found.before :].startswith("here") is False  # columns, not characters
    assert found.before == width("    タグ \\u{200b}")
    assert found.carets == 4


@given(st.text(alphabet="ab \t\u4e2d\u200b", min_size=0, max_size=300), st.data(), st.integers(20, 120))
def test_an_excerpt_fits_and_its_carets_too(line: str, data: st.DataObject, columns: int) -> None:
    source = Source("a.md", f"x\n{line}\ny")
    start = data.draw(st.integers(2, 2 + len(line)))
    end = data.draw(st.integers(start, 2 + len(line)))
    found = excerpt(Place(source, start, end), Secrets(()), columns)
    assert found.number == 2
    assert width(found.line) <= columns
    assert 1 <= found.carets <= columns
    assert found.before + found.carets <= columns + 1


def test_json_is_of_its_schema() -> None:
    document = valid(document_text(report().as_dict()), "lint")
    assert document["findings"][0]["related"][0]["component"] == "support/reply"
    assert list(document["findings"][0]) == [
        "rule",
        "code",
        "severity",
        "confidence",
        "message",
        "path",
        "line",
        "column",
        "end_line",
        "end_column",
        "component",
        "version",
        "related",
        "fix",
    ]


# -- SARIF


def schemas() -> list[dict[str, Any]]:
    """Our subset of the SARIF schema; the official one too where PROMPTREG_SARIF_SCHEMA names its file."""
    found = [json.loads(SUBSET.read_text(encoding="utf-8"))]
    official = os.environ.get("PROMPTREG_SARIF_SCHEMA")
    if official:
        found.append(json.loads(Path(official).read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("log", [sarif(report(), "app/"), sarif(NOTHING)], ids=["findings", "nothing"])
def test_sarif_is_of_its_schema(log: dict[str, Any]) -> None:
    for schema in schemas():
        kind = jsonschema.validators.validator_for(schema)
        kind(schema).validate(log)


def test_the_subset_refuses_what_sarif_does_not_know() -> None:
    log = sarif(report())
    log["runs"][0]["results"][0]["severity"] = "error"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, schemas()[0])


def test_sarif_says_where_and_by_which_chain() -> None:
    (run,) = sarif(report(), "app/")["runs"]
    first = run["results"][0]
    location = first["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app/prompts/rules/refund%20limits.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 30, "endLine": 6, "endColumn": 39},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "rules/refund limits@1.0.0+head"
    (related,) = first["relatedLocations"]
    assert related["message"] == {"text": "included here"}
    assert related["physicalLocation"]["region"]["startLine"] == 4
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "undefined-variable"
    assert run["results"][1]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": ""}


def test_sarif_tells_of_a_crash() -> None:
    (run,) = sarif(report())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "empty-section" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    (run,) = sarif(NOTHING)["runs"]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_fingerprints_differ_and_outlive_lines_added_above() -> None:
    found = [finding(of(LIMITS, "always")), finding(of(LIMITS, "always", times=2)), finding(of(LIMITS, "Never"))]
    names = fingerprints(found)
    assert len(set(names)) == 3
    moved = Source("elsewhere.md", LIMITS.text.replace("kind", "# more\nkind"))
    assert fingerprints([one._replace(place=of(moved, one.place.text)) for one in (found[0], found[2])]) == (
        names[0],
        names[2],
    )


# -- GitHub, GitLab, JUnit


def test_github() -> None:
    assert github_text(report(), "app/").splitlines() == [
        "::error file=app/prompts/rules/refund limits.md,line=6,endLine=6,col=30,endColumn=39,"
        'title=undefined-variable (TPL002)::nothing declares "max_amout"%0A'
        "prompts/support/reply.yaml:4:10: included here (support/reply 2.0.0)",
        "::warning file=app/prompts/rules/refund limits.md,line=7,endLine=7,col=39,endColumn=53,"
        'title=repeated-word (CLR004)::"always" stands here twice: <b> & 100 %25',
        "::notice file=app/prompts/support/reply.yaml,line=1,endLine=2,"
        "title=unpinned-reference (REG004)::no version is named",
        "::error title=empty-section::the rule failed on support/reply: KeyError: 'a'",
    ]


@given(st.text())
def test_a_message_cannot_leave_its_github_command(message: str) -> None:
    one = finding(of(LIMITS, "always"), message=message)
    printed = github_text(Report((one,)), "")
    assert printed.count("\n") == 1
    assert "\r" not in printed


def test_gitlab() -> None:
    issues = gitlab_issues(report(), "app/")
    assert [issue["severity"] for issue in issues] == ["major", "minor", "info"]
    assert issues[0]["location"] == {
        "path": "app/prompts/rules/refund limits.md",
        "positions": {"begin": {"line": 6, "column": 30}, "end": {"line": 6, "column": 39}},
    }
    assert len({issue["fingerprint"] for issue in issues}) == 3


@pytest.mark.parametrize(
    ("fail_on", "failures"), [("error", 1), ("warning", 2), ("note", 3)], ids=["error", "warning", "note"]
)
def test_junit_counts_what_fails_the_run(fail_on: Any, failures: int) -> None:
    suites = ElementTree.fromstring(junit_text(report(), fail_on).encode())
    assert suites.attrib["failures"] == str(failures) == str(len(suites.findall(".//failure")))
    assert suites.attrib["tests"] == str(len(suites.findall(".//testcase"))) == "4"
    assert suites.attrib["errors"] == str(len(suites.findall(".//error"))) == "1"


def test_junit_of_nothing_is_one_test_that_passed() -> None:
    suites = ElementTree.fromstring(junit_text(NOTHING, "error").encode())
    assert (suites.attrib["tests"], suites.attrib["failures"], len(suites.findall(".//testcase"))) == ("1", "0", 1)


@given(st.text())
def test_junit_is_xml_whatever_a_message_holds(message: str) -> None:
    one = finding(of(LIMITS, "always"), message=message)
    ElementTree.fromstring(junit_text(Report((one,)), "error").encode())


# -- secrets

KEY = "sk-12345678901234567890"
LEAKY = Source("prompts/a.md", f"Use {KEY} and {KEY}\nfor all and all.\n")


def leaky() -> Report:
    """A secret; findings beside it whose message, chain and fixes would tell it."""
    beside = Related(f"like {KEY}", of(LEAKY, "and"))
    fix = Fix("unsafe", f"Move {KEY}", (Edit(of(LEAKY, "all"), KEY),))
    title = Fix("unsafe", f"Keep {KEY}", (Edit(of(LEAKY, "all"), "none"),))
    return Report(
        (
            finding(of(LEAKY, KEY), rule="hardcoded-secret", message="this looks like a key", secret=True),
            finding(of(LEAKY, "and"), message=f'"{KEY}" stands here twice', related=(beside,), fix=fix),
            finding(of(LEAKY, "all"), fix=title),
        )
    )


def every_format(of_report: Report) -> dict[str, str]:
    return {
        "text": text(of_report),
        "json": document_text(of_report._replace(findings=conceal(of_report)).as_dict()),
        "sarif": json.dumps(sarif(of_report)),
        "github": github_text(of_report, ""),
        "gitlab": json.dumps(gitlab_issues(of_report, "")),
        "junit": junit_text(of_report, "error"),
    }


@pytest.mark.parametrize("name", every_format(NOTHING))
def test_a_secret_is_never_printed(name: str) -> None:
    assert KEY not in every_format(leaky())[name]


def test_a_suppressed_secret_is_not_printed_by_others() -> None:
    found = leaky()
    assert KEY not in text(found._replace(findings=found.findings[1:], suppressed=found.findings[:1]))


AWS = "AKIA" + "IQ7LZ5XWBVPN3KDR"


@pytest.mark.parametrize("name", every_format(NOTHING))
def test_a_secret_is_not_printed_where_nobody_looked_for_it(name: str) -> None:
    source = Source("prompts/a.md", f"Use {AWS} for all.\n")
    fix = Fix("unsafe", f"Keep {AWS}", (Edit(of(source, "all"), "none"),))
    printed = every_format(Report((finding(of(source, "all"), message=f'"{AWS}" is odd', fix=fix),)))[name]
    assert AWS not in printed
    assert "undefined-variable" in printed


def test_what_stands_around_a_secret_is_shown() -> None:
    stars = "*" * len(KEY)
    assert f" 1 | Use {stars} and {stars}\n" in text(leaky())


def test_the_fingerprint_of_a_secret_says_nothing_about_it() -> None:
    other = Source(LEAKY.path, LEAKY.text.replace(KEY, "sk-00000000000000000000"))
    one, two = (finding(Place(source, 4, 4 + len(KEY)), secret=True) for source in (LEAKY, other))
    assert fingerprints([one]) == fingerprints([two])


def test_places_in_an_empty_file_need_no_excerpt() -> None:
    empty = Source("prompts/empty.md", "")
    assert text(Report((finding(Place(empty, 0, 0)),), files=1)).startswith("prompts/empty.md:1:1: error: ")
