"""Where prompts leave a program: functions of model libraries, and which of their arguments are text for the model.

A table, so that a new library is one line. Paths are those of `promptreg.lint.calls.values`: imports resolved, `()` for
calls. Read from the documentation of these libraries in November 2026.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

__all__ = ["TABLE", "Argument", "Sink", "find_sink", "mentions_sink"]


class Argument(NamedTuple):
    """An argument that goes to the model: by name, or by position from 0. `form` is text, messages or either."""

    name: str
    position: int | None = None
    form: str = "text"
    role: str | None = None


class Sink(NamedTuple):
    """A function that sends text. `is_template`: its texts are templates of another library, with fields of its own."""

    library: str
    arguments: tuple[Argument, ...]
    is_template: bool = False


def _system(name: str, position: int | None = None, form: str = "text") -> Argument:
    return Argument(name, position, form, "system")


def _user(name: str, position: int | None = None, form: str = "text") -> Argument:
    return Argument(name, position, form, "user")


_MESSAGES = Argument("messages", None, "messages")
_PROMPT = _user("prompt")
_RESPONSES = (_system("instructions"), _user("input", None, "either"))
_OPENAI = r"(?:openai(?:\.(?:Async)?(?:Azure)?OpenAI\(\))?|(?:groq\.(?:Async)?Groq|together\.(?:Async)?Together)\(\))"
_LANGCHAIN = r"langchain(?:_core|_classic)?(?:\.[a-z_]+)*"
_CHAT_MODEL = r"langchain_[a-z_]+(?:\.[a-z_]+)*\.(?:Azure)?Chat[A-Za-z]+\(\)"
_ANTHROPIC = r"anthropic\.(?:Async)?Anthropic(?:Bedrock|Vertex)?\(\)"
_GOOGLE = r"google\.(?:genai|generativeai)"
_MISTRAL = r"mistralai(?:\.[a-z_]+)*\.Mistral\(\)"

TABLE: tuple[tuple[str, Sink], ...] = (
    (rf"{_OPENAI}(?:\.beta)?\.chat\.completions\.(?:create|parse|stream)", Sink("OpenAI", (_MESSAGES,))),
    (rf"{_OPENAI}\.responses\.(?:create|parse|stream)", Sink("OpenAI", _RESPONSES)),
    (rf"{_OPENAI}\.completions\.create", Sink("OpenAI", (_PROMPT,))),
    (rf"{_OPENAI}\.beta\.assistants\.(?:create|update)", Sink("OpenAI", (_system("instructions"),))),
    (rf"{_OPENAI}\.beta\.threads\.messages\.create", Sink("OpenAI", (_user("content"),))),
    (r"openai\.ChatCompletion\.a?create", Sink("OpenAI", (_MESSAGES,))),
    (r"openai\.Completion\.a?create", Sink("OpenAI", (_PROMPT,))),
    (r"agents\.Agent", Sink("OpenAI Agents", (_system("instructions"),))),
    (rf"{_ANTHROPIC}(?:\.beta)?\.messages\.(?:create|stream|parse)",
     Sink("Anthropic", (_system("system", None, "parts"), _MESSAGES))),
    (rf"{_ANTHROPIC}\.completions\.create", Sink("Anthropic", (_PROMPT,))),
    (r"litellm\.(?:main\.)?a?completion", Sink("LiteLLM", (Argument("messages", 1, "messages"),))),
    (r"litellm\.(?:main\.)?a?text_completion", Sink("LiteLLM", (_user("prompt", 0),))),
    (r"litellm\.a?responses", Sink("LiteLLM", (_system("instructions"), _user("input", 0, "either")))),
    (r"litellm\.Router\(\)\.a?completion", Sink("LiteLLM", (Argument("messages", 1, "messages"),))),
    (rf"{_LANGCHAIN}\.SystemMessage", Sink("LangChain", (_system("content", 0, "parts"),))),
    (rf"{_LANGCHAIN}\.HumanMessage", Sink("LangChain", (_user("content", 0, "parts"),))),
    (rf"{_CHAT_MODEL}\.(?:invoke|ainvoke|stream|astream)", Sink("LangChain", (_user("input", 0, "either"),))),
    (rf"{_CHAT_MODEL}\.(?:predict|call_as_llm)", Sink("LangChain", (_user("text", 0),))),
    (rf"{_LANGCHAIN}\.ChatPromptTemplate(?:\.from_messages)?",
     Sink("LangChain", (Argument("messages", 0, "messages"),), is_template=True)),
    (rf"{_LANGCHAIN}\.(?:ChatPromptTemplate|PromptTemplate|HumanMessagePromptTemplate)\.from_template",
     Sink("LangChain", (_user("template", 0),), is_template=True)),
    (rf"{_LANGCHAIN}\.SystemMessagePromptTemplate\.from_template",
     Sink("LangChain", (_system("template", 0),), is_template=True)),
    (rf"{_LANGCHAIN}\.PromptTemplate", Sink("LangChain", (_user("template"),), is_template=True)),
    (r"llama_index\.core(?:\.[a-z_]+)*\.ChatMessage", Sink("LlamaIndex", (Argument("content", 1),))),
    (r"llama_index\.core(?:\.[a-z_]+)*\.PromptTemplate", Sink("LlamaIndex", (_user("template", 0),), is_template=True)),
    (rf"{_GOOGLE}\.GenerativeModel", Sink("Google", (_system("system_instruction", None, "parts"),))),
    (rf"{_GOOGLE}\.GenerativeModel\(\)\.generate_content(?:_async)?", Sink("Google", (_user("contents", 0, "parts"),))),
    (rf"{_GOOGLE}(?:\.types)?\.GenerateContentConfig", Sink("Google", (_system("system_instruction", None, "parts"),))),
    (rf"{_GOOGLE}\.Client\(\)(?:\.aio)?\.models\.generate_content(?:_stream)?",
     Sink("Google", (_user("contents", None, "parts"),))),
    (r"ollama(?:\.(?:Async)?Client\(\))?\.chat", Sink("Ollama", (Argument("messages", 1, "messages"),))),
    (r"ollama(?:\.(?:Async)?Client\(\))?\.generate", Sink("Ollama", (_user("prompt", 1), _system("system")))),
    (rf"{_MISTRAL}\.chat\.(?:complete|stream)(?:_async)?", Sink("Mistral", (_MESSAGES,))),
    (r"cohere\.(?:Async)?Client(?:V2)?\(\)\.chat(?:_stream)?",
     Sink("Cohere", (_user("message"), _system("preamble"), _MESSAGES))),
    (r"huggingface_hub(?:\.[a-z_]+)*\.(?:Async)?InferenceClient\(\)\.chat_completion",
     Sink("Hugging Face", (Argument("messages", 0, "messages"),))),
    (r"huggingface_hub(?:\.[a-z_]+)*\.(?:Async)?InferenceClient\(\)\.text_generation",
     Sink("Hugging Face", (_user("prompt", 0),))),
    (r"huggingface_hub(?:\.[a-z_]+)*\.(?:Async)?InferenceClient\(\)\.chat\.completions\.create",
     Sink("Hugging Face", (_MESSAGES,))),
    (r"pydantic_ai(?:\.agent)?\.Agent", Sink("Pydantic AI", (_system("system_prompt"), _system("instructions")))),
)  # fmt: skip
"""The paths of functions as regular expressions, each with what it sends."""

_DETOURS = re.compile(r"\.(?:with_options|with_raw_response|with_streaming_response|copy)(?:\(\))?(?=\.)")

_LIBRARIES = (
    b"openai", b"groq", b"Together", b"anthropic", b"litellm", b"langchain", b"llama_index", b"ollama", b"mistralai",
    b"cohere", b"huggingface_hub", b"pydantic_ai", b"genai", b"generativeai",
)  # fmt: skip
_AGENT = re.compile(rb"\bagents\b")
_LAST = re.compile(
    rb"\b(?:a?create|parse|stream|a?completion|a?text_completion|a?responses|chat|chat_stream|generate|generate_content"
    rb"\w*|update|Agent|SystemMessage|HumanMessage|a?invoke|astream|predict|call_as_llm|ChatPromptTemplate|from_template"
    rb"|PromptTemplate|ChatMessage|GenerativeModel|GenerateContentConfig|complete|complete_async|stream_async"
    rb"|chat_completion|text_generation)\b"
)


def mentions_sink(data: bytes) -> bool:
    """Whether a file could send a prompt: it names a model library, and one of the functions above.

    A file without either has no path that `find_sink` knows, so it need not be parsed.
    """
    is_named = any(word in data for word in _LIBRARIES) or (b"Agent" in data and _AGENT.search(data) is not None)
    return is_named and _LAST.search(data) is not None


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"({pattern})" for pattern, _ in TABLE))


def find_sink(path: str) -> Sink | None:
    """The function that a path names, when it sends prompts."""
    if not path or path.startswith("None"):
        return None
    found = _patterns().fullmatch(_DETOURS.sub("", path))
    return None if found is None or found.lastindex is None else TABLE[found.lastindex - 1][1]
