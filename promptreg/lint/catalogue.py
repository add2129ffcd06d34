"""The built-in rules. A rule that is not named here does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from promptreg.errors import UsageError, nearest
from promptreg.lint.rule import Rule

__all__ = ["ALIASES", "MODULES", "builtin_rules", "find_rules", "nearest_selector"]

MODULES: tuple[str, ...] = (
    "broken_binding",
    "broken_sample",
    "broken_schema",
    "cache_breaking_prefix",
    "changed_without_bump",
    "conflicting_format",
    "conflicting_limit",
    "dangling_reference",
    "dead_branch",
    "deprecated_component",
    "duplicate_example",
    "dynamic_prompt_name",
    "emphasis_inflation",
    "empty_section",
    "eval_leak",
    "format_drift",
    "glued_variable",
    "hardcoded_language",
    "hardcoded_secret",
    "hidden_instruction",
    "ill_typed_input",
    "instruction_count",
    "invalid_front_matter",
    "invalid_json_example",
    "invisible_unicode",
    "json_mode_without_json",
    "label_imbalance",
    "label_set_drift",
    "literal_escape",
    "lost_loop_assignment",
    "malformed_suppression",
    "missing_input",
    "missing_label_key",
    "missing_reference",
    "mixed_placeholder_syntax",
    "near_duplicate_component",
    "negative_only",
    "nondeterministic_template",
    "odd_bytes",
    "orphan_pronoun_start",
    "output_violates_contract",
    "over_budget",
    "pii_literal",
    "placeholder_left_in",
    "prefill_unsupported",
    "prompt_built_by_concatenation",
    "prompt_in_code",
    "reference_cycle",
    "refused_access",
    "repeated_text",
    "repeated_word",
    "router_unknown_skill",
    "schema_not_strict",
    "schema_prose_mismatch",
    "schema_without_example",
    "special_token_in_text",
    "template_syntax_error",
    "unbalanced_delimiter",
    "unbounded_input",
    "unclosed_fence",
    "unclosed_tag",
    "undefined_variable",
    "unfenced_untrusted_input",
    "unknown_input",
    "unknown_output_key",
    "unknown_prompt",
    "unknown_sample",
    "unpinned_reference",
    "unreadable_python",
    "untrusted_as_trusted",
    "untrusted_in_system",
    "unused_component",
    "unused_suppression",
    "unused_variable",
    "vague_term",
    "version_unsatisfied",
)
"""Modules of `promptreg.lint.rules`, one rule each."""

ALIASES: dict[str, str] = {}
"""Former names of rules, which go on working in configurations, suppressions and baselines."""


@cache
def builtin_rules() -> tuple[Rule, ...]:
    """Every built-in rule, by code."""
    rules = [import_module(f"promptreg.lint.rules.{module}").RULE for module in MODULES]
    return tuple(sorted(rules, key=lambda rule: rule.code))


def find_rules(selector: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that a selector names: a name, a former name, a code, the letters of a group, or `all`.

    Raises UsageError with the nearest name when it names none.
    """
    rules = tuple(rules)
    wanted = ALIASES.get(selector, selector)
    found = tuple(rule for rule in rules if wanted in ("all", rule.name, rule.code, rule.group))
    if not found:
        known = dict.fromkeys(word for rule in rules for word in (rule.name, rule.code, rule.group))
        raise UsageError.at(f'there is no lint rule "{selector}"', suggestion=nearest_selector(selector, known))
    return found


def nearest_selector(word: str, known: Iterable[str]) -> str | None:
    """The selector that looks most like a word; capitals tell names from codes, and may be all that is wrong."""
    known = sorted(known)
    tried = (nearest(spelt, known) for spelt in (word, word.lower(), word.upper()))
    return next((one for one in known if one.lower() == word.lower()), None) or next(filter(None, tried), None)
