"""Every format takes what every rule finds: on the bad cases of the pages."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from promptreg.lint.page import Case
from promptreg.lint.rule import Rule
from promptreg.output.json_text import document_text
from promptreg.output.lint_github import github_text
from promptreg.output.lint_gitlab import gitlab_issues
from promptreg.output.lint_junit import junit_text
from promptreg.output.lint_sarif import sarif_log
from promptreg.output.lint_secrets import Secrets, conceal
from promptreg.output.lint_text import lint_rows
from promptreg.output.styled import encode
from tests.cli.schemas import valid
from tests.lint.test_pages import cases, look, opened
from tests.output.test_lint_formats import schemas


@pytest.mark.parametrize(("rule", "case"), list(cases(("bad",))), ids=lambda one: getattr(one, "name", None))
def test_every_finding_fits_into_every_format(rule: Rule, case: Case, tmp_path: Path) -> None:
    report = look(rule, case, opened(case, tmp_path))
    log = sarif_log(report, [rule], {}, prefix="", version="0.1.0")
    texts = [
        json.dumps(log),
        junit_text(report, "note"),
        github_text(report, ""),
        json.dumps(gitlab_issues(report, "")),
        document_text(report._replace(findings=conceal(report)).as_dict()),
        encode(lint_rows(report, 100), color=False, safe=False),
    ]
    for schema in schemas():
        jsonschema.validators.validator_for(schema)(schema).validate(log)
    assert len(ElementTree.fromstring(texts[1].encode()).findall(".//failure")) == len(report.findings)
    assert texts[2].count("\n") == len(report.findings)
    valid(texts[4], "lint")
    assert texts[5].count(f"[{rule.name}]\n") == len(report.findings)
    secrets = Secrets.of(report)
    assert not any(secrets.are_in(text) for text in texts)
