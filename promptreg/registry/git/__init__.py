"""Git, through its binary and for reading only: revisions, files of commits and of the index, history, blame.

A repository is not trusted: nothing that it configures or contains is run. See `environment` for what git runs with,
and `discovery` for which repository is meant.
"""

from promptreg.registry.git.blame import BlameLine
from promptreg.registry.git.discovery import find_repository, open_repository, repository_of
from promptreg.registry.git.faults import GitError, MissingObject, NoRepository, TooLarge
from promptreg.registry.git.history import Change
from promptreg.registry.git.names import shown
from promptreg.registry.git.refs import Ref
from promptreg.registry.git.repository import Repository
from promptreg.registry.git.revision import Commit
from promptreg.registry.git.tree import LINK, SUBMODULE, Staged, TreeFile

__all__ = [
    "LINK",
    "SUBMODULE",
    "BlameLine",
    "Change",
    "Commit",
    "GitError",
    "MissingObject",
    "NoRepository",
    "Ref",
    "Repository",
    "Staged",
    "TooLarge",
    "TreeFile",
    "find_repository",
    "open_repository",
    "repository_of",
    "shown",
]
